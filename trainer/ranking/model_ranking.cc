#include "trainer/ranking/model_ranking.h"

#include <utility>

#include "trainer/ranking/strict_rerank.h"

namespace irgan {

ModelRanking::ModelRanking(const Site& site, const std::shared_ptr<const Model>& model, RerankOptions options,
                           const std::string& name)
    : db_(site.open()),
      ids_(db_, site.layout.id_prefix),
      first_stage_(db_, site.layout, site.default_op),
      depth_(model->depth()) {
  options.depth = depth_;
  reranker_ = strict_reranker(db_, model, std::move(options), name);
}

std::vector<std::string> ModelRanking::documents(const QueryRow& row) {
  const Xapian::Query query = first_stage_.query_of(row);
  std::vector<std::string> ids;
  for (const RankedHit& hit :
       reranker_->rerank(query, first_stage_.search(query, static_cast<Xapian::doccount>(depth_))))
    ids.push_back(ids_.id_of(hit.docid));
  return ids;
}

}  // namespace irgan
