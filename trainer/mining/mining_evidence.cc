#include "trainer/mining/mining_evidence.h"

#include <algorithm>
#include <utility>

namespace irgan {
namespace {

using KnownById = std::map<std::string, KnownDocument>;

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

void add_documents(const std::string& query, KnownById&& by_id, MiningEvidence& evidence) {
  std::size_t positives = 0;
  std::vector<KnownDocument>& documents = evidence.by_query[query];
  documents.reserve(by_id.size());
  for (auto& [id, document] : by_id) {
    document.id = id;
    std::sort(document.showings.begin(), document.showings.end(),
              [](const ShowingCount& a, const ShowingCount& b) { return a.rank < b.rank; });
    positives += document.clicks > 0.0 ? 1 : 0;
    documents.push_back(std::move(document));
  }
  evidence.most_positives = std::max(evidence.most_positives, positives);
}

}  // namespace

void add(const QueryEvidence& query, MiningEvidence& evidence) {
  KnownById by_id;
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
  add_documents(query.query_id, std::move(by_id), evidence);
}

MiningEvidence mining_evidence(const Evidence& evidence, LogReading& reading) {
  if (!evidence.qrels.empty()) return mining_evidence(evidence.queries, read_qrels(evidence.qrels));
  MiningEvidence result;
  result.queries = evidence.queries;
  const auto add_query = [&](QueryEvidence&& query) { add(query, result); };
  result.has_impressions = read_clicks(evidence, 0.0, add_query, reading).has_impressions;
  return result;
}

MiningEvidence mining_evidence(std::vector<QueryRow> queries, const Qrels& judgments) {
  MiningEvidence evidence;
  evidence.queries = std::move(queries);
  for (const auto& [query, labels] : judgments.by_query) {
    KnownById positives;
    for (const auto& [id, label] : labels) {
      if (label > 0) positives[id].clicks = label;
    }
    if (!positives.empty()) add_documents(query, std::move(positives), evidence);
  }
  return evidence;
}

}  // namespace irgan
