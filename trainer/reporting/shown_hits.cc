#include "trainer/reporting/shown_hits.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "trainer/ranking/reasons.h"
#include "trainer/ranking/strict_rerank.h"

namespace irgan {
namespace {

constexpr std::size_t kHits = 5;
constexpr std::size_t kReasons = 3;
constexpr std::size_t kLongestTitle = 120;  // code points

std::vector<std::string> title_field(const IndexLayout& layout) {
  if (layout.fields.empty()) return {};
  return {layout.fields.front().name};
}

std::string shortened(const std::string& text) {
  std::string result;
  std::size_t count = 0;
  for (Xapian::Utf8Iterator i(text); i != Xapian::Utf8Iterator(); ++i) {
    if (++count > kLongestTitle) return result + "…";
    Xapian::Unicode::append_utf8(result, *i < ' ' ? ' ' : *i);
  }
  return result;
}

}  // namespace

HitShower::HitShower(const Site& site, const ReportOptions& options)
    : site_(site),
      options_(options),
      db_(site.open()),
      first_stage_(db_, site.layout, site.default_op),
      ids_(db_, site.layout.id_prefix),
      titles_(db_, site.layout, title_field(site.layout), nullptr),
      texts_(db_, site.layout, {}, nullptr) {
  RerankOptions how = options.reranking;
  how.depth = options.model->depth();
  reranker_ = strict_reranker(db_, options.model, std::move(how), options.model_name);
}

std::string HitShower::title_of(Xapian::docid docid, const std::string& id) const {
  if (const auto title = titles_.text_of(docid, id)) return shortened(*title);
  if (const auto text = texts_.text_of(docid, id)) return shortened(*text);
  return id;
}

ReportedHit HitShower::shown(const RankedHit& hit, const Judgments* judgments) const {
  ReportedHit shown;
  shown.id = ids_.id_of(hit.docid);
  shown.title = title_of(hit.docid, shown.id);
  shown.rank_before = hit.first_stage_rank;
  shown.reasons = reasons_of(hit, options_.model->schema().features);
  shown.reasons.resize(std::min(kReasons, shown.reasons.size()));
  if (judgments == nullptr) return shown;
  const auto found = judgments->find(shown.id);
  if (found != judgments->end()) shown.is_good = found->second >= options_.relevance_level;
  return shown;
}

ReportedQuery HitShower::show(const QueryRow& row, const Judgments* judgments) {
  ReportedQuery result;
  result.id = row.id;
  result.text = row.text;
  site_.watch->read(db_, [&] {
    result.first_stage.clear();
    result.of_the_model.clear();
    const Xapian::Query query = first_stage_.query_of(row);
    const Xapian::MSet hits = first_stage_.search(query, static_cast<Xapian::doccount>(options_.model->depth()));
    SearchRequest request;
    request.context = row.context;
    const std::vector<RankedHit> ranked = reranker_->explain(query, hits, request);
    for (std::size_t i = 0; i < std::min(kHits, ranked.size()); ++i)
      result.of_the_model.push_back(shown(ranked[i], judgments));
    std::vector<RankedHit> before;
    std::copy_if(ranked.begin(), ranked.end(), std::back_inserter(before),
                 [](const RankedHit& hit) { return hit.first_stage_rank > 0 && hit.first_stage_rank <= kHits; });
    std::sort(before.begin(), before.end(),
              [](const RankedHit& a, const RankedHit& b) { return a.first_stage_rank < b.first_stage_rank; });
    for (const RankedHit& hit : before) result.first_stage.push_back(shown(hit, judgments));
    return 0;
  });
  return result;
}

}  // namespace irgan
