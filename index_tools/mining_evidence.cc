#include "index_tools/mining_evidence.h"

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

MiningEvidence collected(std::map<std::string, KnownById> known) {
  MiningEvidence evidence;
  for (auto& [query, by_id] : known) {
    std::size_t positives = 0;
    auto& documents = evidence.by_query[query];
    for (auto& [id, document] : by_id) {
      document.id = id;
      std::sort(document.showings.begin(), document.showings.end(),
                [](const ShowingCount& a, const ShowingCount& b) { return a.rank < b.rank; });
      positives += document.clicks > 0.0 ? 1 : 0;
      documents.push_back(std::move(document));
    }
    evidence.most_positives = std::max(evidence.most_positives, positives);
  }
  return evidence;
}

}  // namespace

MiningEvidence mining_evidence(const ClickEvidence& clicks) {
  std::map<std::string, KnownById> known;
  for (const auto& [query, documents] : clicks.clicks.by_query) {
    for (const auto& [id, count] : documents) known[query][id].clicks = count;
  }
  for (const Page& page : clicks.pages) {
    int last_click = 0;
    for (const ShownDocument& shown : page.documents) {
      if (shown.clicks > 0.0) last_click = std::max(last_click, shown.rank);
    }
    KnownById& by_id = known[page.query_id];
    for (const ShownDocument& shown : page.documents) {
      add_showing(shown, shown.rank < last_click, by_id[shown.document_id]);
    }
  }
  MiningEvidence evidence = collected(std::move(known));
  evidence.has_impressions = clicks.has_impressions;
  return evidence;
}

MiningEvidence mining_evidence(const Qrels& judgments) {
  std::map<std::string, KnownById> known;
  for (const auto& [query, labels] : judgments.by_query) {
    for (const auto& [id, label] : labels) {
      if (label > 0) known[query][id].clicks = label;
    }
  }
  return collected(std::move(known));
}

}  // namespace irgan
