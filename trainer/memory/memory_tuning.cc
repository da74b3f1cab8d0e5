#include "irgan/memory_tuning.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <unordered_map>
#include <utility>

#include "irgan/feature_extractor.h"
#include "irgan/index_layout.h"
#include "plugin/src/candidates/remembering.h"
#include "trainer/memory/memory_state.h"
#include "trainer/ranking/strict_rerank.h"
#include "trainer/site/first_stage.h"

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

  const Xapian::Database& database() const { return db_; }

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

void take_newer(const ClickRow& row, std::optional<double>& newest) {
  if (row.time && (!newest || *row.time > *newest)) newest = *row.time;
}

// `newest` becomes the time of the newest click.
LaterClicks read_later(const LaterLog& log, RowTexts texts, std::optional<double>& newest) {
  LaterClicks later;
  log.read([&](const ClickRow& row) {
    const std::string* text = row.clicked ? texts.of(row) : nullptr;
    if (text == nullptr) return;
    later[*text][std::string(row.document_id)] += row.count;
    take_newer(row, newest);
  });
  if (later.empty()) throw Error(log.name + ": there are no clicks in it to tune by");
  return later;
}

// A builder a half-life, each with all rows; `newest` becomes the time of the newest click.
std::vector<MemoryBuilder> build_all(MemoryState start, const RowReader& read, RowTexts& texts,
                                     std::optional<double>& newest) {
  std::vector<MemoryBuilder> builders;
  for (const double half_life : kHalfLives) {
    start.rules.half_life_days = half_life;
    builders.emplace_back(start);
  }
  read([&](const ClickRow& row) {
    const std::string* text = row.clicked ? texts.of(row) : nullptr;
    if (text == nullptr) return;
    take_newer(row, newest);
    for (MemoryBuilder& builder : builders) builder.add(row, *text);
  });
  return builders;
}

}  // namespace

MemoryTuning tune_memory(const Site& site, const std::shared_ptr<const Model>& model,
                         const std::vector<std::shared_ptr<const ClickMemory>>& memories, const LaterClicks& later,
                         const MemoryTuningOptions& options) {
  Scorer scorer(site, model, options.depth, memories);
  refuse_misfit(scorer.database(), *model, "the model");
  MemoryTuning tuning;
  for (const auto& memory : memories) {
    for (const double prior : kPriors) tuning.trials.push_back({memory->facts().half_life_days, prior, 0.0});
  }
  double total = 0.0;
  std::size_t num_done = 0;
  bool any_candidate = false;
  for (const auto& [text, clicks] : later) {
    options.on_progress(static_cast<double>(num_done++) / static_cast<double>(later.size()));
    for (const auto& click : clicks) total += click.second;
    std::size_t pool_size = 0;
    ScoredCandidates scored;
    std::map<Xapian::docid, double> known;
    site.watch->read(scorer.database(), [&, &clicks = clicks, &text = text] {
      scored = scorer.score(text, pool_size);
      known = scorer.by_docid(clicks);
    });
    if (scored.all.empty()) continue;
    any_candidate = true;
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

TunedMemory tuned_memory(const Site& site, const std::shared_ptr<const Model>& model, const MemoryBuilder& start,
                         const RowReader& read, const LaterLog& later, RowTexts& texts,
                         const MemoryTuningOptions& options) {
  std::optional<double> newest_later;
  const LaterClicks later_clicks = read_later(later, texts, newest_later);
  std::optional<double> newest;
  std::vector<MemoryBuilder> builders = build_all(start.state(), read, texts, newest);
  if (newest && newest_later && *newest_later <= *newest) {
    throw ConfigError("tune", later.name +
                                  ": its newest click is not newer than that of the log to remember; what a memory "
                                  "holds cannot tell how it fares later");
  }
  std::vector<std::shared_ptr<const ClickMemory>> memories;
  memories.reserve(builders.size());
  for (const MemoryBuilder& builder : builders) {
    memories.push_back(ClickMemory::from_bytes(encode_memory(served_memory(builder.state(), 1.0)), "memory"));
  }
  MemoryTuning tuning = tune_memory(site, model, memories, later_clicks, options);
  const MemoryTrial& best = tuning.trials.front();
  const auto chosen = std::find_if(builders.begin(), builders.end(), [&](const MemoryBuilder& builder) {
    return builder.state().rules.half_life_days == best.half_life_days;
  });
  assert(chosen != builders.end());
  const double prior_clicks = best.prior_clicks;
  return {std::move(*chosen), prior_clicks, std::move(tuning)};
}

}  // namespace irgan
