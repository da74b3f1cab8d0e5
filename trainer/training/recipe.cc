#include "trainer/training/recipe.h"

#include <algorithm>
#include <cassert>
#include <sstream>

#include "irgan/epoch_report.h"

namespace irgan {

template <class Enum>
Choice::Choice(const Member<Enum>& member, const Names<Enum>& values) {
  for (const auto& [name, value] : values) names.push_back(name);
  name_of = [member, values](const TrainingOptions& options) {
    const auto is_chosen = [&](const auto& each) { return each.second == member.of(options); };
    return std::find_if(values.begin(), values.end(), is_chosen)->first;
  };
  set = [member, values](TrainingOptions& options, const std::string& name) {
    const auto found = std::find_if(values.begin(), values.end(), [&](const auto& each) { return name == each.first; });
    if (found != values.end()) member.of(options) = found->second;
    return found != values.end();
  };
}

namespace {

constexpr const char* kGame = "The game";
constexpr const char* kNetworks = "Networks and steps";

const Names<Objective> kObjectives{{"game", Objective::game}, {"softmax", Objective::softmax}};
const Names<DiscriminatorForm> kForms{{"ratio", DiscriminatorForm::ratio},
                                      {"plain", DiscriminatorForm::plain},
                                      {"pairwise", DiscriminatorForm::pairwise}};
const Names<Sampler> kSamplers{
    {"generator", Sampler::generator}, {"uniform", Sampler::uniform}, {"bm25", Sampler::bm25}, {"dns", Sampler::dns}};
const Names<Reward> kRewards{{"log", Reward::log}, {"sigmoid", Reward::sigmoid}};
const Names<RewardRatio> kRewardRatios{{"own", RewardRatio::own}, {"mixture", RewardRatio::mixture}};
const Names<QueryWeight> kQueryWeights{
    {"sqrt", QueryWeight::sqrt}, {"one", QueryWeight::one}, {"clicks", QueryWeight::clicks}};

Names<Ranker> rankers() {
  Names<Ranker> names;
  for (const Ranker ranker : kRankers) names.emplace_back(to_string(ranker), ranker);
  return names;
}

using T = TrainingOptions;
using G = GameOptions;

std::vector<HyperParameter> rows() {
  return {
      {"objective", "objective", kGame, Choice(Member(&G::objective), kObjectives),
       "IRGAN's game, or the listwise softmax, which does about as well on pools of 100 without a generator"},
      {"discriminator", "discriminator", kGame, Choice(Member(&G::form), kForms),
       "form of D: ratio keeps ranking as the generator gets good; plain (the source's) and pairwise forget"},
      {"sampler", "sampler", kGame, Choice(Member(&G::sampler), kSamplers),
       "where negatives come from: IRGAN's generator, or a fixed distribution for comparison"},
      {"samples", "samples", kGame, Number<int>{&G::samples, 0, 100000},
       "documents drawn a query and step; 0: exact expectations, better where the whole pool can be scored"},
      {"lambda", "lambda", kGame, Number<double>{&G::lambda, 1e-6, 1.0},
       "share of uniform negatives beside the generator's; .2 to .5 do alike"},
      {"negatives", "negatives", kGame, Number<double>{&G::negatives, 0.01, 1000.0},
       "negatives that the ratio discriminator sees for a positive; more bring it nearer to the softmax"},
      {"temperature", "temperature", kGame, Number<double>{&G::temperature, 0.01, 100.0},
       "temperature of the generator's softmax"},
      {"reward", "reward", kGame, Choice(Member(&G::reward), kRewards),
       "reward of the generator: log(1 + e^f) as in the paper, or 2 sigma(f) - 1 as in the authors' code"},
      {"reward_ratio", "reward-ratio", kGame, Choice(Member(&G::reward_ratio), kRewardRatios),
       "what the ratio form rewards the generator by; mixture loses the order of unlikely documents"},
      {"importance", "importance", kGame, Number<double>{&G::importance, 0.0, 0.9},
       "share of clicked documents among the generator's draws, weighted back"},
      {"discriminator_steps", "d-steps", kGame, Number<int>{&G::discriminator_steps, 1, 100},
       "discriminator steps a phase"},
      {"generator_steps", "g-steps", kGame, Number<int>{&G::generator_steps, 1, 100}, "generator steps a phase"},
      {"pretraining_epochs", "pretrain", kNetworks, Number<int>{&T::pretraining_epochs, 0, 1000},
       "epochs of maximum likelihood for the generator before the game; not needed by ratio"},
      {"batch_size", "batch", kNetworks, Number<int>{&T::batch_size, 1, 4096}, "queries or pages a step"},
      {"discriminator_rate", "d-rate", kNetworks, Number<double>{&T::discriminator_rate, 1e-7, 1.0},
       "Adam's step size of the discriminator"},
      {"generator_rate", "g-rate", kNetworks, Number<double>{&T::generator_rate, 1e-7, 1.0},
       "Adam's step size of the generator; too large makes the game circle"},
      {"bins", "bins", kNetworks, Number<int>{&T::bins, 1, 256}, "quantile bins a feature"},
      {"hidden_units", "hidden", kNetworks, Numbers{&T::hidden_units, 1, 4096},
       "units of the discriminator's hidden layers"},
      {"generator_hidden_units", "generator-hidden", kNetworks, Numbers{&T::generator_hidden_units, 1, 4096},
       "units of the generator's hidden layers; default as the discriminator's"},
      {"generator_features", "generator-features", kNetworks, Text{&T::generator_features},
       "what the generator sees: all; cheap (first stage and value slots), which makes deep pools quick with "
       "few samples; or names with commas between"},
      {"networks", "networks", kNetworks, Number<int>{&T::networks, 1, 100},
       "networks of neighbouring seeds whose scores are averaged; 3 gain a little"},
      {"epochs", "epochs", kNetworks, Number<int>{&T::epochs, 1, 10000},
       "epochs; the best by validation is kept, and the step size falls to the end"},
      {"serve", "serve", "Output", Choice(Member(&T::ranker), rankers()), "which player ranks live searches"},
      {"unseen_credit", "unseen-credit", "Behaviour features", Number<double>{&T::unseen_credit, 0.0, 100.0},
       "with features from clicks: a document that the log has never seen gets this added to the discriminator's "
       "score, in log odds. Else documents would pass it only because their clicks are known. On a real log 0 ranked "
       "as well over all, but new documents fell"},
      {"first_stage_feature", "first-stage", "Features", Text{&T::first_stage_feature},
       "feature that holds the first stage's score"},
      {"query_weight", "query-weight", "Labels", Choice(Member(&T::query_weight), kQueryWeights),
       "what a query weighs. sqrt: the root of its clicks. one: all queries alike, so that rare ones decide. clicks: "
       "its clicks, so that a few frequent ones decide. On a real log sqrt was best; judged queries always weigh "
       "alike"},
      {"pool_weight", "pool-weight", "The generator over the whole collection",
       Number<double>{&T::pool_weight, 0.0, 100.0},
       "weight of a query's whole pool beside its result pages. By the pool the discriminator learns about picks of "
       "the generator that nobody was shown; the labels are the query's clicks, corrected by rank"},
      {"seed", "seed", "Machine", Number<std::uint64_t>{&T::seed, 0, std::uint64_t{1} << 62},
       "seed of everything random: the same seed gives the same model"},
  };
}

template <class Value>
std::string shown(const Value& value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

template <class Value>
void check_range(const char* name, Value value, Value low, Value high) {
  if (value >= low && value <= high) return;  // false for NaN
  throw ConfigError(name, shown(value) + ": must be from " + shown(low) + " to " + shown(high));
}

/// Checks the value of one row.
struct RangeCheck {
  const TrainingOptions& options;
  const char* name;

  template <class Value>
  void operator()(const Number<Value>& number) const {
    check_range(name, number.member.of(options), number.low, number.high);
  }
  void operator()(const Numbers& numbers) const {
    for (const int value : numbers.member.of(options)) check_range(name, value, numbers.low, numbers.high);
  }
  void operator()(const Text&) const {}
  void operator()(const Choice&) const {}
};

}  // namespace

const std::vector<HyperParameter>& recipe() {
  static const std::vector<HyperParameter> table = rows();
  return table;
}

const HyperParameter& hyper_parameter(const std::string& name) {
  const auto& table = recipe();
  const auto row =
      std::find_if(table.begin(), table.end(), [&](const HyperParameter& each) { return name == each.name; });
  assert(row != table.end());
  return *row;
}

void check_ranges(const TrainingOptions& options) {
  for (const HyperParameter& row : recipe()) std::visit(RangeCheck{options, row.name}, row.value);
}

}  // namespace irgan
