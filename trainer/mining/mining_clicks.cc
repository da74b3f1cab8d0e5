#include "trainer/mining/mining_clicks.h"

#include <algorithm>
#include <map>
#include <utility>

namespace irgan {
namespace {

void add_showing(const ShownDocument& shown, bool above_click, KnownDocument& known) {
  const double clicks = std::min(shown.clicks, shown.shown);
  if (above_click && clicks <= 0.0) known.skipped += shown.shown;
  for (ShowingCount& showing : known.showings) {
    if (showing.rank != shown.rank) continue;
    showing.shown += shown.shown;
    showing.clicks += clicks;
    return;
  }
  known.showings.push_back({shown.rank, shown.shown, clicks});
}

}  // namespace

void add(const QueryEvidence& query, MiningEvidence& evidence) {
  std::map<std::string, KnownDocument> by_id;
  for (const auto& [id, count] : query.clicks) by_id[id].clicks = count;
  for (const Page& page : query.pages) {
    int last_click = 0;
    for (const ShownDocument& shown : page.documents) {
      if (shown.clicks > 0.0) last_click = std::max(last_click, shown.rank);
    }
    for (const ShownDocument& shown : page.documents) {
      add_showing(shown, shown.rank < last_click, by_id[shown.document_id]);
    }
  }
  evidence.add(query.query_id, std::move(by_id));
}

MiningEvidence mining_evidence(const Evidence& evidence, LogReading& reading,
                               std::optional<JudgmentReading>& judgments) {
  if (!evidence.qrels.empty()) {
    const Qrels qrels = read_qrels(evidence.qrels);
    judgments = judgment_reading(qrels, evidence.queries);
    return mining_evidence(evidence.queries, qrels);
  }
  MiningEvidence result;
  result.queries = evidence.queries;
  const auto add_query = [&](QueryEvidence&& query) { add(query, result); };
  result.has_impressions = read_clicks(evidence, 0.0, add_query, reading).has_impressions;
  return result;
}

}  // namespace irgan
