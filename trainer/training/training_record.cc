#include "trainer/training/training_record.h"

namespace irgan {

using nlohmann::json;

const char* to_string(Objective objective) { return objective == Objective::softmax ? "softmax" : "game"; }

const char* to_string(DiscriminatorForm form) {
  switch (form) {
    case DiscriminatorForm::plain:
      return "plain";
    case DiscriminatorForm::pairwise:
      return "pairwise";
    default:
      return "ratio";
  }
}

const char* to_string(Sampler sampler) {
  switch (sampler) {
    case Sampler::uniform:
      return "uniform";
    case Sampler::bm25:
      return "bm25";
    case Sampler::dns:
      return "dns";
    default:
      return "generator";
  }
}

const char* to_string(Reward reward) { return reward == Reward::sigmoid ? "sigmoid" : "log"; }

const char* to_string(RewardRatio ratio) { return ratio == RewardRatio::mixture ? "mixture" : "own"; }

json record_of(const TrainingOptions& options) {
  return {{"from", options.from ? json(options.from->version()) : json()},
          {"objective", to_string(options.game.objective)},
          {"discriminator", to_string(options.game.form)},
          {"sampler", to_string(options.game.sampler)},
          {"reward", to_string(options.game.reward)},
          {"reward_ratio", to_string(options.game.reward_ratio)},
          {"samples", options.game.samples},
          {"lambda", options.game.lambda},
          {"negatives", options.game.negatives},
          {"temperature", options.game.temperature},
          {"importance", options.game.importance},
          {"discriminator_steps", options.game.discriminator_steps},
          {"generator_steps", options.game.generator_steps},
          {"epochs", options.epochs},
          {"batch_size", options.batch_size},
          {"discriminator_rate", options.discriminator_rate},
          {"generator_rate", options.generator_rate},
          {"pretraining_epochs", options.pretraining_epochs},
          {"bins", options.bins},
          {"hidden_units", options.hidden_units},
          {"query_weight", to_string(options.query_weight)},
          {"generator_features", options.generator_features},
          {"generator_hidden_units", options.generator_hidden_units},
          {"networks", options.networks},
          {"serve", to_string(options.ranker)},
          {"first_stage_feature", options.first_stage_feature},
          {"seed", options.seed}};
}

json record_of(const TrainingData& data) {
  std::size_t num_rows = 0;
  std::size_t num_informative = 0;
  for (const Pool& pool : data.pools) num_rows += pool.document_ids.size();
  for (const Example& example : data.examples) num_informative += is_informative(example) ? 1 : 0;
  return {{"labels", to_string(data.labels)}, {"origin", record_of(data.origin)},
          {"queries", data.pools.size()},     {"rows", num_rows},
          {"examples", data.examples.size()}, {"informative_examples", num_informative}};
}

json record_of(const EpochReport& report) {
  const GameStatistics& s = report.statistics;
  return {{"epoch", report.epoch + 1},
          {"discriminator_loss", s.discriminator_loss},
          {"discriminator_accuracy", s.discriminator_accuracy},
          {"calibration_error", s.calibration_error},
          {"reward", s.reward},
          {"policy_divergence", s.policy_divergence},
          {"policy_entropy", s.policy_entropy},
          {"discriminator_gradient", s.discriminator_gradient},
          {"generator_gradient", s.generator_gradient},
          {"policy_hits", report.policy_hits},
          {"uniform_hits", report.uniform_hits},
          {"hidden_hits", report.hidden_hits},
          {"hidden_uniform_hits", report.hidden_uniform_hits},
          {"validation",
           {{"discriminator", report.validation[static_cast<std::size_t>(Ranker::discriminator)]},
            {"generator", report.validation[static_cast<std::size_t>(Ranker::generator)]},
            {"combined", report.validation[static_cast<std::size_t>(Ranker::combined)]}}}};
}

}  // namespace irgan
