#include "trainer/memory/memory_tuning.h"

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "index_tools/showing/progress_bar.h"
#include "irgan/feature_extractor.h"
#include "plugin/src/search/remembering.h"
#include "trainer/site/first_stage.h"
#include "trainer/site/index_layout.h"

namespace irgan {
namespace {

using Eigen::Index;

/// The candidates of one query under every memory, each scored once.
struct ScoredCandidates {
  std::vector<Candidate> all;  // the pool first
  std::unordered_map<Xapian::docid, Index> rows;
  std::vector<std::optional<Recalled>> recalled;  // a memory each
  Eigen::VectorXf scores;

  void add(const std::vector<Candidate>& candidates) {
    for (const Candidate& candidate : candidates) {
      if (rows.emplace(candidate.docid, static_cast<Index>(all.size())).second) all.push_back(candidate);
    }
  }

  Eigen::VectorXf scores_of(const std::vector<Candidate>& candidates) const {
    Eigen::VectorXf own(static_cast<Index>(candidates.size()));
    for (std::size_t i = 0; i < candidates.size(); ++i)
      own[static_cast<Index>(i)] = scores[rows.at(candidates[i].docid)];
    return own;
  }
};

// The sum over `clicks` of clicks / rank, ties falling to the candidate that stands first.
double reciprocal_ranks(const std::vector<Candidate>& candidates, const Eigen::VectorXd& scores,
                        const std::map<Xapian::docid, double>& clicks) {
  double sum = 0.0;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const auto clicked = clicks.find(candidates[i].docid);
    if (clicked == clicks.end()) continue;
    const Index own = static_cast<Index>(i);
    Index rank = 1;
    for (Index j = 0; j < scores.size(); ++j)
      rank += scores[j] > scores[own] || (scores[j] == scores[own] && j < own) ? 1 : 0;
    sum += clicked->second / static_cast<double>(rank);
  }
  return sum;
}

std::vector<Candidate> first_of(const std::vector<Candidate>& candidates, std::size_t count) {
  return {candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(count)};
}

/// Scores queries against one index.
class Scorer {
 public:
  Scorer(const Site& site, const std::shared_ptr<const Model>& model, std::size_t depth,
         const std::vector<std::shared_ptr<const ClickMemory>>& memories)
      : db_(site.open()),
        layout_(site.layout),
        first_stage_(db_, layout_, site.default_op),
        ids_(db_, layout_.id_prefix),
        extractor_(db_, model->schema()),
        model_(model),
        depth_(depth > 0 ? depth : model->depth()) {
    const ProblemListener fail = [](const std::string& problem) { throw Error(problem); };
    for (const auto& memory : memories)
      readers_.push_back(std::make_unique<Remembering>(db_, fixed_memory(memory), AddedCandidates(), fail));
  }

  ScoredCandidates score(const std::string& text, std::size_t& pool_size) {
    const Xapian::Query query = first_stage_.parse(text);
    const std::vector<Candidate> pool =
        candidates_of(first_stage_.search(query, static_cast<Xapian::doccount>(depth_)), depth_);
    pool_size = pool.size();
    ScoredCandidates scored;
    scored.add(pool);
    for (const auto& reader : readers_) {
      scored.recalled.push_back(reader->recall(*model_, {query, {}, pool}));
      if (scored.recalled.back()) scored.add(scored.recalled.back()->candidates);
    }
    if (scored.all.empty()) return scored;
    const FeatureMatrix rows = extractor_.extract(query, scored.all);
    scored.scores = model_->score_beside(rows, rows.topRows(static_cast<Index>(pool_size)), model_->ranker());
    return scored;
  }

  std::map<Xapian::docid, double> by_docid(const std::map<std::string, double>& clicks) const {
    std::map<Xapian::docid, double> known;
    for (const auto& [id, amount] : clicks) {
      const Xapian::docid docid = ids_.docid_of(id);
      if (docid != 0) known.emplace(docid, amount);
    }
    return known;
  }

 private:
  const Xapian::Database db_;
  const IndexLayout layout_;
  FirstStage first_stage_;
  const DocumentIds ids_;
  const FeatureExtractor extractor_;
  const std::shared_ptr<const Model> model_;
  const std::size_t depth_;
  std::vector<std::unique_ptr<Remembering>> readers_;
};

}  // namespace

MemoryTuning tune_memory(const Site& site, const std::shared_ptr<const Model>& model, std::size_t depth,
                         const std::vector<std::shared_ptr<const ClickMemory>>& memories, const LaterClicks& later) {
  Scorer scorer(site, model, depth, memories);
  MemoryTuning tuning;
  for (const auto& memory : memories) {
    for (const double prior : kPriors) tuning.trials.push_back({memory->facts().half_life_days, prior, 0.0});
  }
  ProgressBar bar("tuning");
  double total = 0.0;
  std::size_t num_done = 0;
  bool any_candidate = false;
  for (const auto& [text, clicks] : later) {
    bar.update(static_cast<double>(num_done++) / static_cast<double>(later.size()));
    for (const auto& click : clicks) total += click.second;
    std::size_t pool_size = 0;
    const ScoredCandidates scored = scorer.score(text, pool_size);
    if (scored.all.empty()) continue;
    any_candidate = true;
    const std::map<Xapian::docid, double> known = scorer.by_docid(clicks);
    const std::vector<Candidate> pool = first_of(scored.all, pool_size);
    const double alone = reciprocal_ranks(pool, scored.scores_of(pool).cast<double>(), known);
    tuning.model_alone += alone;
    std::size_t trial = 0;
    for (const std::optional<Recalled>& recalled : scored.recalled) {
      const Eigen::VectorXf scores = recalled ? scored.scores_of(recalled->candidates) : Eigen::VectorXf();
      for (const double prior : kPriors) {
        tuning.trials[trial++].mrr +=
            !recalled
                ? alone
                : reciprocal_ranks(recalled->candidates,
                                   scores_with_memory(scores, recalled->clicks, recalled->num_clicks, prior), known);
      }
    }
  }
  if (!any_candidate) throw Error("the index has no candidate for any query of the later clicks");
  tuning.model_alone /= total;
  for (MemoryTrial& trial : tuning.trials) trial.mrr /= total;
  std::stable_sort(tuning.trials.begin(), tuning.trials.end(),
                   [](const MemoryTrial& a, const MemoryTrial& b) { return a.mrr > b.mrr; });
  return tuning;
}

}  // namespace irgan
