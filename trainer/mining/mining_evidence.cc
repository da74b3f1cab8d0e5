#include "irgan/mining_evidence.h"

#include <algorithm>
#include <utility>

namespace irgan {

void MiningEvidence::add(const std::string& query_id, std::map<std::string, KnownDocument> by_id) {
  std::size_t num_positives = 0;
  std::vector<KnownDocument>& documents = by_query[query_id];
  documents.reserve(by_id.size());
  for (auto& [id, document] : by_id) {
    document.id = id;
    std::sort(document.showings.begin(), document.showings.end(),
              [](const ShowingCount& a, const ShowingCount& b) { return a.rank < b.rank; });
    num_positives += document.clicks > 0.0 ? 1 : 0;
    documents.push_back(std::move(document));
  }
  most_positives = std::max(most_positives, num_positives);
}

MiningEvidence mining_evidence(std::vector<QueryRow> queries, const Qrels& judgments) {
  MiningEvidence evidence;
  evidence.queries = std::move(queries);
  for (const auto& [query, labels] : judgments.by_query) {
    std::map<std::string, KnownDocument> positives;
    for (const auto& [id, label] : labels) {
      if (label > 0) positives[id].clicks = label;
    }
    if (!positives.empty()) evidence.add(query, std::move(positives));
  }
  return evidence;
}

}  // namespace irgan
