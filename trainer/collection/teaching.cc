#include "trainer/collection/teaching.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "irgan/index_fit.h"
#include "plugin/src/candidates/picking.h"
#include "plugin/src/candidates/query_constraint.h"
#include "trainer/collection/collection_draws.h"
#include "trainer/machine/hash.h"
#include "trainer/parallel/thread_pool.h"
#include "trainer/site/candidates.h"

namespace irgan {
namespace {

/// One thread's means to ask the teacher.
class Teacher {
 public:
  Teacher(const Site& site, std::shared_ptr<const CollectionVectors> vectors, const Model& model,
          const TowerOptions& options)
      : vectors_(std::move(vectors)),
        model_(model),
        options_(options),
        prefixes_(field_prefixes(model.schema())),
        reader_(site.open(), site.layout, model.schema(), site.default_op, site.values),
        picking_(reader_.database(), vectors_, model.schema()),
        draws_from_(model.collection() != nullptr ? model.collection()->towers : untrained_towers(*vectors_)) {}

  const Xapian::Database& database() const { return reader_.database(); }

  // log p_D of what the teacher likes best and of what was drawn, together.
  std::vector<RowNumber> opinion(const QueryRow& row) {
    CandidateList list = reader_.find(row, model_.depth());
    if (list.candidates.empty()) return {};
    const VectorQuery wanted = picking_.wanted(draws_from_, list.query);
    if (wanted.numbers.empty()) return {};
    if (model_.collection() != nullptr) {
      picking_.add(wanted, list.query, nullptr, model_.collection()->num_picks, list.candidates);
    }
    std::vector<Candidate> drawn = drawn_beside(row, wanted, list);
    if (model_.collection() != nullptr) {
      picking_.score(wanted, list.candidates);
      picking_.score(wanted, drawn);
    }
    const FeatureMatrix pool = reader_.features(list.query, list.candidates, row.context);
    std::vector<RowNumber> judged = best_of(list.candidates, model_.score(pool, Ranker::discriminator));
    if (!drawn.empty()) {
      const Eigen::VectorXf scores =
          model_.score_beside(reader_.features(list.query, drawn, row.context), pool, Ranker::discriminator);
      for (std::size_t i = 0; i < drawn.size(); ++i) append(drawn[i], scores[static_cast<Eigen::Index>(i)], judged);
    }
    for (const RowNumber& one : judged) {
      if (!std::isfinite(one.number)) throw Error("the teacher gives scores that are not finite");
    }
    normalise(judged);
    return judged;
  }

 private:
  std::vector<Candidate> drawn_beside(const QueryRow& row, const VectorQuery& wanted, const CandidateList& list) {
    std::set<Xapian::docid> known;
    for (const Candidate& candidate : list.candidates) known.insert(candidate.docid);
    std::mt19937_64 random(text_hash(row.id, options_.seed));
    std::vector<Xapian::docid> docids;
    for (const std::uint32_t number : drawn_rows(collection_scores(*vectors_, wanted), 1.0,
                                                 static_cast<std::size_t>(options_.judged_draws), random)) {
      const Xapian::docid docid = vectors_->docid(number);
      if (known.insert(docid).second) docids.push_back(docid);
    }
    std::vector<Candidate> drawn;
    if (docids.empty()) return drawn;
    std::optional<Xapian::Query> constraint = constraint_of(list.query, prefixes_);
    if (!constraint) constraint = Xapian::Query(std::string());  // those that have left the index are not found
    for (const Xapian::docid docid : found_among(reader_.database(), docids, constraint)) {
      drawn.push_back({docid, std::numeric_limits<double>::quiet_NaN()});
    }
    return drawn;
  }

  // Of documents without a vector nothing can be learnt.
  void append(const Candidate& candidate, float score, std::vector<RowNumber>& judged) const {
    const std::size_t number = vectors_->number_of(candidate.docid);
    if (number < vectors_->num_documents()) judged.push_back({static_cast<std::uint32_t>(number), score});
  }

  std::vector<RowNumber> best_of(const std::vector<Candidate>& candidates, const Eigen::VectorXf& scores) const {
    std::vector<RowNumber> judged;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      append(candidates[i], scores[static_cast<Eigen::Index>(i)], judged);
    }
    std::stable_sort(judged.begin(), judged.end(),
                     [](const RowNumber& a, const RowNumber& b) { return a.number > b.number; });
    if (judged.size() > static_cast<std::size_t>(options_.judged_draws)) {
      judged.resize(static_cast<std::size_t>(options_.judged_draws));
    }
    return judged;
  }

  static void normalise(std::vector<RowNumber>& logits) {
    float largest = -std::numeric_limits<float>::infinity();
    for (const RowNumber& one : logits) largest = std::max(largest, one.number);
    double sum = 0.0;
    for (const RowNumber& one : logits) sum += std::exp(static_cast<double>(one.number - largest));
    for (RowNumber& one : logits) one.number -= largest + static_cast<float>(std::log(sum));
  }

  const std::shared_ptr<const CollectionVectors> vectors_;
  const Model& model_;
  const TowerOptions& options_;
  const std::vector<std::string> prefixes_;
  CandidateReader reader_;
  Picker picking_;
  const Towers draws_from_;
};

void check(const Xapian::Database& db, const CollectionVectors& vectors, const Model& teacher) {
  const std::string why = index_fit(db, teacher)->why_not();
  if (!why.empty()) throw Error("the teacher does not fit the index: " + why);
  if (teacher.collection() != nullptr && teacher.collection()->towers.basis != vectors.facts().basis) {
    throw Error("the vectors have other terms than those that the teacher's generator was learnt on");
  }
}

}  // namespace

void add_opinions(const Site& site, const std::shared_ptr<const CollectionVectors>& vectors, const Model& teacher,
                  const std::vector<QueryRow>& queries, const TowerOptions& options, unsigned num_threads,
                  TowerLessons& lessons) {
  check(site.open(), *vectors, teacher);
  std::vector<std::pair<const QueryRow*, TowerExample*>> work;
  for (const QueryRow& row : queries) {
    const auto lesson = lessons.find(row.id);
    if (lesson != lessons.end()) work.emplace_back(&row, &lesson->second);
  }
  ThreadPool threads(num_threads);
  std::vector<std::unique_ptr<Teacher>> teachers(threads.num_threads());
  threads.for_each(work.size(), [&](std::size_t i, unsigned thread) {
    if (!teachers[thread]) teachers[thread] = std::make_unique<Teacher>(site, vectors, teacher, options);
    Teacher& own = *teachers[thread];
    work[i].second->opinion = site.watch->read(own.database(), [&] { return own.opinion(*work[i].first); });
  });
}

}  // namespace irgan
