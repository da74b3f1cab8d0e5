#include "trainer/ranking/query_ranking.h"

#include <algorithm>
#include <utility>

#include "trainer/parallel/thread_pool.h"
#include "trainer/ranking/strict_rerank.h"
#include "trainer/site/first_stage.h"

namespace irgan {
namespace {

constexpr std::size_t kQueriesAtOnce = 256;  // in memory; threads wait for the last one of them

/// What one thread ranks with.
class Searcher {
 public:
  Searcher(const Site& site, QueryRankingOptions options)
      : site_(site),
        options_(std::move(options)),
        db_(site.open()),
        first_stage_(db_, site.layout, site.default_op),
        ids_(db_, site.layout.id_prefix, site.values) {
    if (!options_.model) return;
    RerankOptions how = options_.reranking;
    how.depth = options_.depth;
    how.values = site.values;
    reranker_ = strict_reranker(db_, options_.model, std::move(how), options_.model_name);
  }

  RankedQuery rank(const QueryRow& row) {
    return site_.watch->read(db_, [&] {
      const Xapian::Query query = first_stage_.query_of(row);
      const Xapian::MSet hits = first_stage_.search(query, static_cast<Xapian::doccount>(options_.depth));
      RankedQuery found;
      found.any_hit = !hits.empty();
      if (options_.keeps_first_stage) {
        for (const Candidate& hit : candidates_of(hits, options_.depth)) add(hit.docid, hit.first_stage_score);
        name(found.first_stage);
      }
      if (reranker_) {
        SearchRequest request;
        request.context = row.context;
        for (const RankedHit& hit : reranker_->rerank(query, hits, request)) add(hit.docid, hit.score);
        name(found.of_the_model);
      }
      return found;
    });
  }

 private:
  void add(Xapian::docid docid, double score) {
    docids_.push_back(docid);
    scores_.push_back(score);
  }

  // Makes documents of what was added.
  void name(std::vector<RankedDocument>& documents) {
    std::vector<std::string> ids = ids_.ids_of(docids_);
    for (std::size_t i = 0; i < ids.size(); ++i) documents.push_back({std::move(ids[i]), scores_[i]});
    docids_.clear();
    scores_.clear();
  }

  const Site& site_;
  const QueryRankingOptions options_;
  const Xapian::Database db_;
  FirstStage first_stage_;
  const DocumentIds ids_;
  std::unique_ptr<Reranker> reranker_;
  std::vector<Xapian::docid> docids_;
  std::vector<double> scores_;
};

}  // namespace

void rank_queries(const Site& site, const std::vector<QueryRow>& queries, const QueryRankingOptions& options,
                  const std::function<void(const QueryRow&, RankedQuery&&)>& take) {
  ThreadPool threads(options.num_threads > 0 ? options.num_threads : default_num_threads());
  std::vector<std::unique_ptr<Searcher>> searchers(threads.num_threads());
  searchers[0] = std::make_unique<Searcher>(site, options);  // its faults come before a query's
  std::vector<RankedQuery> found;
  for (std::size_t first = 0; first < queries.size(); first += found.size()) {
    found.assign(std::min(kQueriesAtOnce, queries.size() - first), {});
    threads.for_each(found.size(), [&](std::size_t i, unsigned thread) {
      if (!searchers[thread]) searchers[thread] = std::make_unique<Searcher>(site, options);
      found[i] = searchers[thread]->rank(queries[first + i]);
    });
    for (std::size_t i = 0; i < found.size(); ++i) take(queries[first + i], std::move(found[i]));
  }
}

std::function<std::vector<std::string>(const QueryRow& query)> order_of_model(const Site& site,
                                                                              const std::shared_ptr<const Model>& model,
                                                                              RerankOptions reranking,
                                                                              const std::string& name) {
  QueryRankingOptions options;
  options.depth = model->depth();
  options.model = model;
  options.model_name = name;
  options.reranking = std::move(reranking);
  const auto searcher = std::make_shared<Searcher>(site, std::move(options));
  return [searcher](const QueryRow& query) {
    std::vector<std::string> ids;
    for (RankedDocument& document : searcher->rank(query).of_the_model) ids.push_back(std::move(document.document_id));
    return ids;
  };
}

}  // namespace irgan
