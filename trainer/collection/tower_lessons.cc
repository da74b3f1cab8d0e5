#include "trainer/collection/tower_lessons.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <unordered_map>
#include <utility>

#include "irgan/query_words.h"
#include "trainer/evidence/examination.h"
#include "trainer/site/first_stage.h"

namespace irgan {
namespace {

using WeightOfDocument = std::map<std::string, double>;

constexpr double kLeastExamination = 0.1;

/// Makes a query's lesson of its documents.
class LessonMaker {
 public:
  LessonMaker(const Site& site, const CollectionVectors& vectors, const std::vector<QueryRow>& queries)
      : vectors_(vectors),
        first_stage_(site.open(), site.layout, site.default_op),
        ids_(first_stage_.database(), site.layout.id_prefix),
        words_(field_prefixes(site.layout), site.layout.stemmer) {
    for (const QueryRow& row : queries) row_of_query_.emplace(row.id, &row);
  }

  void add(const std::string& query_id, const WeightOfDocument& weights) {
    const auto row = row_of_query_.find(query_id);
    if (row == row_of_query_.end()) return;
    TowerExample example;
    double total = 0.0;
    for (const auto& [id, weight] : weights) {
      const Xapian::docid docid = weight > 0.0 ? ids_.docid_of(id) : 0;
      const std::size_t number = docid == 0 ? vectors_.num_documents() : vectors_.number_of(docid);
      if (number == vectors_.num_documents()) continue;
      example.target.push_back({static_cast<std::uint32_t>(number), static_cast<float>(weight)});
      total += weight;
    }
    if (example.target.empty()) return;
    example.query = vectors_.query_vector(words_.of(first_stage_.query_of(*row->second)));
    if (!(example.query.squaredNorm() > 0.0F)) return;
    for (RowNumber& one : example.target) one.number = static_cast<float>(one.number / total);
    lessons_.emplace(query_id, std::move(example));
  }

  TowerLessons finish() { return std::move(lessons_); }

 private:
  const CollectionVectors& vectors_;
  FirstStage first_stage_;
  DocumentIds ids_;
  QueryWords words_;
  std::unordered_map<std::string, const QueryRow*> row_of_query_;
  TowerLessons lessons_;
};

std::size_t num_ranks(const std::vector<QueryEvidence>& evidence) {
  int last = 0;
  for (const QueryEvidence& query : evidence) {
    for (const Page& page : query.pages) {
      for (const ShownDocument& document : page.documents) last = std::max(last, document.rank);
    }
  }
  return static_cast<std::size_t>(last);
}

std::vector<PairAtRank> counts_by_pair(const std::vector<QueryEvidence>& evidence) {
  std::vector<PairAtRank> counts;
  std::uint64_t pair = 0;
  for (const QueryEvidence& query : evidence) {
    std::map<std::pair<std::string, int>, std::pair<double, double>> by_document;
    for (const Page& page : query.pages) {
      for (const ShownDocument& document : page.documents) {
        auto& [shown, clicks] = by_document[{document.document_id, document.rank}];
        shown += document.shown;
        clicks += document.clicks;
      }
    }
    const std::string* before = nullptr;
    for (const auto& [place, count] : by_document) {
      if (before == nullptr || *before != place.first) ++pair;
      before = &place.first;
      counts.push_back({pair, place.second, count.first, count.second});
    }
  }
  return counts;
}

// Each rank's share of clicked showings, that of rank 1 being 1.
std::vector<double> click_shares(const std::vector<PairAtRank>& counts, std::size_t ranks) {
  std::vector<double> shown(ranks, 0.0);
  std::vector<double> clicks(ranks, 0.0);
  for (const PairAtRank& count : counts) {
    shown[static_cast<std::size_t>(count.rank - 1)] += count.shown;
    clicks[static_cast<std::size_t>(count.rank - 1)] += count.clicks;
  }
  std::vector<double> shares;
  for (std::size_t r = 0; r < ranks; ++r) shares.push_back((clicks[r] + 1.0) / (shown[r] + 1.0));
  const double first = shares.empty() ? 1.0 : shares.front();
  for (double& share : shares) share /= first;
  return shares;
}

std::vector<double> examination_of(const std::vector<QueryEvidence>& evidence) {
  const std::size_t ranks = num_ranks(evidence);
  if (ranks == 0) return {};
  const std::vector<PairAtRank> counts = counts_by_pair(evidence);
  std::vector<double> examination = estimate_examination(counts, ranks);
  const std::vector<double> shares = click_shares(counts, ranks);
  for (std::size_t r = 0; r < ranks; ++r) {
    if (std::isnan(examination[r])) examination[r] = shares[r];
    examination[r] = std::clamp(examination[r], kLeastExamination, 1.0);
  }
  return examination;
}

}  // namespace

TowerLessons lessons_of_clicks(const Site& site, const CollectionVectors& vectors, const std::vector<QueryRow>& queries,
                               const std::vector<QueryEvidence>& evidence,
                               const std::function<std::string(const QueryEvidence&)>& id_of) {
  const std::vector<double> examination = examination_of(evidence);
  std::map<std::string, WeightOfDocument> weights_of_query;
  for (const QueryEvidence& query : evidence) {
    WeightOfDocument& weights = weights_of_query[id_of(query)];
    WeightOfDocument on_pages;
    for (const Page& page : query.pages) {
      for (const ShownDocument& document : page.documents) {
        if (!(document.clicks > 0.0)) continue;
        weights[document.document_id] += document.clicks / examination[static_cast<std::size_t>(document.rank - 1)];
        on_pages[document.document_id] += document.clicks;
      }
    }
    for (const auto& [id, clicks] : query.clicks) weights[id] += std::max(clicks - on_pages[id], 0.0);
  }
  LessonMaker lessons(site, vectors, queries);
  for (const auto& [query_id, weights] : weights_of_query) lessons.add(query_id, weights);
  return lessons.finish();
}

TowerLessons lessons_of_judgments(const Site& site, const CollectionVectors& vectors,
                                  const std::vector<QueryRow>& queries, const Qrels& judgments) {
  LessonMaker lessons(site, vectors, queries);
  for (const auto& [query_id, labels] : judgments.by_query) {
    WeightOfDocument weights;
    for (const auto& [id, grade] : labels) weights[id] = std::exp2(std::max(0.0, static_cast<double>(grade))) - 1.0;
    lessons.add(query_id, weights);
  }
  return lessons.finish();
}

}  // namespace irgan
