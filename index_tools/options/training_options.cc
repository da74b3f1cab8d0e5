#include "index_tools/options/training_options.h"

#include <algorithm>
#include <string>

namespace irgan {
namespace {

/// Adds the flag of one hyper-parameter.
struct Flag {
  TrainingOptions& options;
  OptionTable& table;
  const HyperParameter& row;

  template <class Value>
  void operator()(const Number<Value>& number) const {
    table.number(row.flag, number.member.of(options), number.low, number.high, row.text);
  }
  void operator()(const Numbers& numbers) const {
    table.numbers(row.flag, numbers.member.of(options), numbers.low, numbers.high, row.text);
  }
  void operator()(const Text& text) const { table.text(row.flag, text.member.of(options), row.text, "NAME"); }
  void operator()(const Choice& choice) const {
    table.choice(row.flag, choice.names, choice.name_of(options), row.text,
                 [&options = options, &choice](const std::string& name) { return choice.set(options, name); });
  }
};

}  // namespace

void add_training_options(TrainingOptions& options, OptionTable& table) {
  GameOptions& game = options.game;
  table.group("The game");
  table.choice<Objective>(
      "objective", game.objective, {{"game", Objective::game}, {"softmax", Objective::softmax}},
      "IRGAN's game, or the listwise softmax, which does about as well on pools of 100 without a generator");
  table.choice<DiscriminatorForm>(
      "discriminator", game.form,
      {{"ratio", DiscriminatorForm::ratio},
       {"plain", DiscriminatorForm::plain},
       {"pairwise", DiscriminatorForm::pairwise}},
      "form of D: ratio keeps ranking as the generator gets good; plain (the source's) and pairwise forget");
  table.choice<Sampler>("sampler", game.sampler,
                        {{"generator", Sampler::generator},
                         {"uniform", Sampler::uniform},
                         {"bm25", Sampler::bm25},
                         {"dns", Sampler::dns}},
                        "where negatives come from: IRGAN's generator, or a fixed distribution for comparison");
  table.number("samples", game.samples, 0, 100000,
               "documents drawn a query and step; 0: exact expectations, better where the whole pool can be scored");
  table.number("lambda", game.lambda, 1e-6, 1.0,
               "share of uniform negatives beside the generator's; .2 to .5 do alike");
  table.number("negatives", game.negatives, 0.01, 1000.0,
               "negatives that the ratio discriminator sees for a positive; more bring it nearer to the softmax");
  table.number("temperature", game.temperature, 0.01, 100.0, "of the generator's softmax");
  table.choice<Reward>("reward", game.reward, {{"log", Reward::log}, {"sigmoid", Reward::sigmoid}},
                       "of the generator: log(1 + e^f) as in the source, or 2 sigma(f) - 1 as in the authors' code");
  table.choice<RewardRatio>(
      "reward-ratio", game.reward_ratio, {{"own", RewardRatio::own}, {"mixture", RewardRatio::mixture}},
      "what the ratio form rewards the generator by; mixture loses the order of unlikely documents");
  table.number("importance", game.importance, 0.0, 0.9,
               "share of clicked documents among the generator's draws, weighted back");
  table.number("d-steps", game.discriminator_steps, 1, 100, "discriminator steps a phase");
  table.number("g-steps", game.generator_steps, 1, 100, "generator steps a phase");
  table.group("Networks and steps");
  table.number("pretrain", options.pretraining_epochs, 0, 1000,
               "epochs of maximum likelihood for the generator before the game; not needed by ratio");
  table.number("batch", options.batch_size, 1, 4096, "queries or pages a step");
  table.number("d-rate", options.discriminator_rate, 1e-7, 1.0, "Adam's step size of the discriminator");
  table.number("g-rate", options.generator_rate, 1e-7, 1.0,
               "Adam's step size of the generator; too large makes the game circle");
  table.number("bins", options.bins, 1, 256, "quantile bins a feature");
  table.numbers("hidden", options.hidden_units, 1, 4096, "units of the discriminator's hidden layers");
  table.numbers("generator-hidden", options.generator_hidden_units, 1, 4096,
                "units of the generator's hidden layers; default as --hidden");
  table.group("Networks and steps");
  table.text("generator-features", options.generator_features,
             "what the generator sees: all; cheap (first stage and value slots), which makes deep pools quick with "
             "--samples; or names with commas between (default all)",
             "NAMES");
  table.number("networks", options.networks, 1, 100,
               "networks of neighbouring seeds whose scores are averaged; 3 gain a little");
  table.group("Output");
  table.choice<Ranker>(
      "serve", options.ranker,
      {{"discriminator", Ranker::discriminator}, {"generator", Ranker::generator}, {"combined", Ranker::combined}},
      "which player ranks live searches");
  table.group("Behaviour features");
  table.number(
      "unseen-credit", options.unseen_credit, 0.0, 100.0,
      "with --behaviour, what a document that the log has never seen gets added to the discriminator's score (a log "
      "odds), so that those whose "
      "clicks are known do not pass it by that alone; on a real log 0 ranked as well over all, and new documents fell");
  table.group("Features");
  table.text("first-stage", options.first_stage_feature, "feature that holds the first stage's score", "NAME");
  table.group("Labels");
  table.choice<QueryWeight>(
      "query-weight", options.query_weight,
      {{"sqrt", QueryWeight::sqrt}, {"one", QueryWeight::one}, {"clicks", QueryWeight::clicks}},
      "what a query weighs: the root of its clicks, between the two others, which were worse on a real log: all alike, "
      "so that rare queries decide, or its clicks, so that a few head queries do; judged queries weigh alike");
  table.group("Machine");
  const std::size_t largest = std::size_t{1} << 62;
  table.number("seed", options.seed, std::size_t{0}, largest,
               "of everything random: the same seed gives the same model");
  table.flag("restart", options.restart, "do not go on with an interrupted run of the same model");
}

std::string flag_of(const std::string& member) {
  for (const HyperParameter& row : recipe()) {
    if (member == row.name) return std::string("--") + row.flag;
  }
  std::string flag = "--" + member;
  std::replace(flag.begin(), flag.end(), '_', '-');
  return flag;
}

}  // namespace irgan
