#include "irgan/mining_evidence.h"

#include <algorithm>
#include <utility>

#include "trainer/text/query_words.h"

namespace irgan {
namespace {

bool is_positive(const KnownDocument& document) { return document.clicks > 0.0; }

// Adds to a query's documents, which stand by id, those of `positives`. Returns whether any was none of its own.
bool add_positives(const std::map<std::string, double>& positives, std::vector<KnownDocument>& documents) {
  bool is_changed = false;
  for (const auto& [id, clicks] : positives) {
    const auto by_id = [](const KnownDocument& one, const std::string& wanted) { return one.id < wanted; };
    auto place = std::lower_bound(documents.begin(), documents.end(), id, by_id);
    if (place == documents.end() || place->id != id) {
      place = documents.insert(place, KnownDocument());
      place->id = id;
    }
    if (is_positive(*place)) continue;
    place->clicks = clicks;
    is_changed = true;
  }
  return is_changed;
}

}  // namespace

// NOLINTNEXTLINE(performance-unnecessary-value-param): its documents are moved out
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

void share_positives(MiningEvidence& evidence) {
  std::map<std::string, std::vector<const std::string*>> ids_of_words;
  for (const QueryRow& query : evidence.queries) {
    if (!query.text.empty()) ids_of_words[query_words_key(query.text)].push_back(&query.id);
  }
  for (const auto& [words, ids] : ids_of_words) {
    if (ids.size() < 2) continue;
    std::map<std::string, double> positives;
    for (const std::string* id : ids) {
      const auto known = evidence.by_query.find(*id);
      if (known == evidence.by_query.end()) continue;
      for (const KnownDocument& one : known->second) {
        if (is_positive(one)) positives[one.id] = std::max(positives[one.id], one.clicks);
      }
    }
    if (positives.empty()) continue;
    evidence.most_positives = std::max(evidence.most_positives, positives.size());
    for (const std::string* id : ids) {
      evidence.num_sharing += add_positives(positives, evidence.by_query[*id]) ? 1 : 0;
    }
  }
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
