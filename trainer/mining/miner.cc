#include "irgan/miner.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "irgan/training_record.h"
#include "plugin/src/model/model_parts.h"
#include "trainer/machine/hash.h"
#include "trainer/mining/mining_clicks.h"
#include "trainer/mining/mining_identity.h"
#include "trainer/mining/mining_pool.h"
#include "trainer/mining/mining_relevance.h"
#include "trainer/mining/mining_temperature.h"
#include "trainer/mining/negative_picker.h"
#include "trainer/site/first_stage.h"

namespace irgan {

struct Miner::Plan {
  Site site;
  std::shared_ptr<const Model> model;
  MiningEvidence evidence;
  MiningOptions options;
  MiningTemperature temperature;
  MiningRelevance relevance;
  std::optional<FittedRelevance> fitted;  // of `relevance`, as callers see it
};

struct Miner::Reader {
  MiningPoolReader pools;
};

namespace {

// The same for a query wherever it stands, so that neither order nor threads change what is drawn.
std::uint64_t seed_of(std::uint64_t seed, const std::string& query_id) {
  std::uint64_t hash = mix_hash(0, seed);
  for (const char c : query_id) hash = mix_hash(hash, static_cast<unsigned char>(c));
  return hash;
}

void check_model(const Model* model, const MiningOptions& options) {
  if (model == nullptr) {
    if (needs_model(options)) {
      throw ConfigError("model", "is missing: the sources or the guards' score come out of one");
    }
    return;
  }
  try {
    parse_features(model->schema());
  } catch (const FormatError& error) {
    throw model_error(options, std::string("the model does not fit an index: ") + error.what());
  }
  if (model->collection() != nullptr && !options.vectors) {
    throw ConfigError("vectors", "are missing: the model's generator picks from the whole collection");
  }
  if (model->collection() != nullptr || !parts_of(*model).generators.empty()) return;
  if (uses(options, NegativeSource::generator)) {
    throw model_error(options,
                      "the model has no generator to draw negatives: it was trained with the objective softmax or "
                      "another sampler; train one by the game, or use the source discriminator");
  }
  if (options.score_by == GuardScore::generator) {
    throw model_error(options, "the model has no generator, by whose score guards could judge");
  }
}

std::optional<FittedRelevance> shown_to_callers(const std::optional<RelevanceModel>& model) {
  if (!model) return std::nullopt;
  return FittedRelevance{model->intercept, model->slope, model->click_if_relevant, model->click_otherwise};
}

bool has_positive(const MiningEvidence& evidence, const std::string& query_id) {
  const auto known = evidence.by_query.find(query_id);
  return known != evidence.by_query.end() && std::any_of(known->second.begin(), known->second.end(),
                                                         [](const KnownDocument& one) { return one.clicks > 0.0; });
}

// What was clicked in a log of clicks alone has no showings that could speak against it: the prior alone does not.
void drop_unlikely_positives(double min_relevance, MiningPool& pool) {
  const auto is_unlikely = [&](std::size_t place) {
    const MiningCandidate& positive = pool.candidates[place];
    const std::vector<ShowingCount>& showings = positive.known->showings;
    const bool was_clicked =
        std::any_of(showings.begin(), showings.end(), [](const ShowingCount& one) { return one.clicks > 0.0; });
    return was_clicked && positive.relevance < min_relevance;
  };
  pool.positives.erase(std::remove_if(pool.positives.begin(), pool.positives.end(), is_unlikely), pool.positives.end());
}

void judge_relevance(const std::optional<RelevanceModel>& model, double min_relevance, MiningPool& pool) {
  if (!model) return;
  for (MiningCandidate& candidate : pool.candidates) {
    candidate.relevance = model->posterior(evidence_of(candidate, pool));
  }
  drop_unlikely_positives(min_relevance, pool);
}

double lowest_positive_score(GuardScore score_by, const MiningPool& pool) {
  const CandidateScore score = candidate_score(score_by);
  double lowest = MiningCandidate::kNone;
  for (const std::size_t place : pool.positives) {
    lowest = std::fmin(lowest, pool.candidates[place].*score);  // ignores NaN
  }
  return lowest;
}

}  // namespace

Miner::Miner(Site site, std::shared_ptr<const Model> model, MiningEvidence evidence, MiningOptions options)
    : Miner([&] {
        check(options);
        if (uses(options, NegativeSource::skipped) && !evidence.has_impressions) {
          throw ConfigError("source", "skipped: the log says only what was clicked, not what was shown");
        }
        check_model(model.get(), options);
        share_positives(evidence);
        if (options.depth == 0) options.depth = model ? model->depth() : kDefaultDepth;
        const TrainingRecord record = model ? record_of(*model) : TrainingRecord();
        MiningTemperature temperature =
            mining_temperature(options.temperature, record.false_negatives, options.max_false_negatives);
        if (model && model->collection() != nullptr && temperature.basis != TemperatureBasis::given) {
          temperature = {};  // what was measured is of the generator over the candidates
          temperature.basis = TemperatureBasis::collection;
        }
        options.temperature = temperature.value;
        MiningRelevance relevance = mining_relevance(site, model, record, evidence, options);
        std::optional<FittedRelevance> fitted = shown_to_callers(relevance.model);
        return std::make_shared<const Plan>(Plan{std::move(site), std::move(model), std::move(evidence),
                                                 std::move(options), temperature, std::move(relevance), fitted});
      }()) {}

Miner::Miner(Site site, std::shared_ptr<const Model> model, const Evidence& evidence, MiningOptions options)
    : Miner(
          std::move(site), std::move(model),
          [&] {
            check(options);
            LogReading reading;
            std::optional<JudgmentReading> judgments;
            return mining_evidence(evidence, reading, judgments);
          }(),
          options) {}  // a copy: whether arguments before it have been evaluated is not known

Miner::Miner(std::shared_ptr<const Plan> plan)
    : plan_(std::move(plan)),
      reader_(new Reader{MiningPoolReader(plan_->site, plan_->model, plan_->evidence, plan_->options)}) {}

Miner::~Miner() = default;
Miner::Miner(Miner&&) noexcept = default;
Miner& Miner::operator=(Miner&&) noexcept = default;

std::unique_ptr<Miner> Miner::another() const { return std::unique_ptr<Miner>(new Miner(plan_)); }

const MiningEvidence& Miner::evidence() const { return plan_->evidence; }
const MiningOptions& Miner::options() const { return plan_->options; }
const MiningTemperature& Miner::temperature() const { return plan_->temperature; }
const std::optional<FittedRelevance>& Miner::relevance() const { return plan_->fitted; }
const std::string& Miner::why_no_relevance() const { return plan_->relevance.why_none; }

std::string Miner::identity() const {
  return mining_identity(plan_->site, reader_->pools.database(), plan_->model.get(), plan_->evidence, plan_->options);
}

MinedQuery Miner::mine(const QueryRow& row) {
  return plan_->site.watch->read(reader_->pools.database(), [&] { return mine_once(row); });
}

// A seed for each list that there can be; a generator over the whole collection draws before it is known how many
// positives are in the index.
std::vector<std::uint64_t> Miner::list_seeds(const std::string& query_id) const {
  const MiningOptions& options = plan_->options;
  if (!uses(options, NegativeSource::generator)) return {};
  std::size_t num_lists = 1;
  if (options.per_positive) {
    const std::vector<KnownDocument>& known = plan_->evidence.by_query.at(query_id);
    num_lists = static_cast<std::size_t>(
        std::count_if(known.begin(), known.end(), [](const KnownDocument& one) { return one.clicks > 0.0; }));
  }
  std::vector<std::uint64_t> seeds;
  for (std::size_t i = 0; i < num_lists; ++i) seeds.push_back(seed_of(options.seed + i, query_id));
  return seeds;
}

MinedQuery Miner::mine_once(const QueryRow& row) {
  const MiningOptions& options = plan_->options;
  MiningPoolReader& reader = reader_->pools;
  const bool wants_text = options.content != RowContent::id;
  MinedQuery mined;
  mined.id = row.id;
  mined.text = row.text;
  const auto skipped = [&](Skip reason) {
    mined.skip = reason;
    return mined;
  };
  if (!has_positive(plan_->evidence, row.id)) return skipped(Skip::no_positives);
  if (wants_text && row.text.empty()) return skipped(Skip::no_text);
  MiningPool pool = reader.read(row, list_seeds(row.id));
  mined.num_unknown_positives = pool.num_unknown_positives;
  if (pool.positives.empty()) return skipped(Skip::positives_not_in_index);
  if (pool.num_found == 0) return skipped(Skip::no_candidates);

  judge_relevance(plan_->relevance.model, options.min_relevance, pool);
  if (pool.positives.empty()) return skipped(Skip::no_likely_positive);
  const double lowest = lowest_positive_score(options.score_by, pool);
  if (options.guards.has_margin() && std::isnan(lowest)) return skipped(Skip::no_positive_score);
  for (const std::size_t place : pool.positives) {
    if (wants_text && reader.text_of(pool.candidates[place]).empty()) continue;
    mined.positives.push_back(mined_document(pool.candidates[place], reader, options));
  }
  if (mined.positives.empty()) return skipped(Skip::no_text);

  NegativePicker picker(pool, reader, options, lowest, plan_->evidence.most_positives, mined);
  const std::size_t num_lists = options.per_positive ? mined.positives.size() : 1;
  for (std::size_t i = 0; i < num_lists; ++i) {
    picker.pick(options.per_positive ? mined.positives[i].score : lowest, seed_of(options.seed + i, row.id), i);
  }
  return mined;
}

const char* to_string(Skip skip) {
  constexpr std::array<const char*, kNumSkips> names{
      "none",   "no_positives", "no_candidates", "positives_not_in_index", "no_likely_positive", "no_positive_score",
      "no_text"};
  return names[static_cast<std::size_t>(skip)];
}

}  // namespace irgan
