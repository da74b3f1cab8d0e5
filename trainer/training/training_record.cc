#include "trainer/training/training_record.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace irgan {

using nlohmann::json;

namespace {

// JSON has neither NaN nor infinity: both are null in it.
double number_or(const json& object, const char* key, double otherwise) {
  const auto value = object.find(key);
  return value != object.end() && value->is_number() ? value->get<double>() : otherwise;
}

double number_or_nan(const json& object, const char* key) {
  return number_or(object, key, std::numeric_limits<double>::quiet_NaN());
}

// Sets `target` if `key` is there.
template <class Value>
void read(const json& object, const char* key, Value& target) {
  const auto value = object.find(key);
  if (value != object.end()) target = value->get<Value>();
}

template <class Value>
void read(const json& object, const char* key, std::optional<Value>& target) {
  const auto value = object.find(key);
  if (value != object.end()) target = value->get<Value>();
}

/// Writes the value of one hyper-parameter.
struct Written {
  const TrainingOptions& options;

  template <class Value>
  json operator()(const Number<Value>& number) const {
    return number.member.of(options);
  }
  json operator()(const Numbers& numbers) const { return numbers.member.of(options); }
  json operator()(const Text& text) const { return text.member.of(options); }
  json operator()(const Choice& choice) const { return choice.name_of(options); }
};

/// Takes the value of one hyper-parameter from `value`.
struct Taken {
  const json& value;
  TrainingOptions& options;

  template <class Value>
  void operator()(const Number<Value>& number) const {
    value.get_to(number.member.of(options));
  }
  void operator()(const Numbers& numbers) const { value.get_to(numbers.member.of(options)); }
  void operator()(const Text& text) const { value.get_to(text.member.of(options)); }
  void operator()(const Choice& choice) const {
    const auto name = value.get<std::string>();
    if (!choice.set(options, name)) throw FormatError("the training record names '" + name + "', unknown here");
  }
};

}  // namespace

void to_json(json& object, const TrainingOptions& options) {
  for (const HyperParameter& row : recipe()) object[row.name] = std::visit(Written{options}, row.value);
  object["from"] = options.from ? json(options.from->version()) : json();
}

static void from_json(const json& object, TrainingOptions& options) {
  for (const HyperParameter& row : recipe()) {
    const auto value = object.find(row.name);
    if (value != object.end()) std::visit(Taken{*value, options}, row.value);
  }
}

void to_json(json& object, const DataRecord& data) {
  object = {{"labels", to_string(data.labels)}, {"origin", record_of(data.origin)},
            {"queries", data.num_queries},      {"rows", data.num_rows},
            {"examples", data.num_examples},    {"informative_examples", data.num_informative_examples}};
}

void to_json(json& object, const ServingCheck& check) {
  object = {{"first_stage_ndcg10", check.first_stage},
            {"served_ndcg10", check.served},
            {"p", check.p},
            {"queries", check.num_queries},
            {"refused", check.refused()}};
  if (check.is_worse()) object["worse_for_stopping_users"] = check.is_worse_for_stopping_users;
}

static void from_json(const json& object, DataRecord& data) {
  data.labels = label_kind_from_string(object.value("labels", to_string(data.labels)));
  data.origin = origin_from(object.value("origin", json::object()));
  read(object, "queries", data.num_queries);
  read(object, "rows", data.num_rows);
  read(object, "examples", data.num_examples);
  read(object, "informative_examples", data.num_informative_examples);
}

static void from_json(const json& object, ServingCheck& check) {
  read(object, "first_stage_ndcg10", check.first_stage);
  read(object, "served_ndcg10", check.served);
  read(object, "p", check.p);
  read(object, "queries", check.num_queries);
  read(object, "worse_for_stopping_users", check.is_worse_for_stopping_users);
}

static void to_json(json& object, const ChosenEpochs& best) {
  object = json::object();
  for (const Ranker ranker : kRankers) {
    if (!best[ranker]) continue;
    object[to_string(ranker)] = {{"epoch", best[ranker]->epoch}, {"validation", best[ranker]->validation}};
  }
}

static void from_json(const json& object, ChosenEpochs& best) {
  for (const Ranker ranker : kRankers) {
    const auto chosen = object.find(to_string(ranker));
    if (chosen == object.end()) continue;
    best[ranker] = ChosenEpoch{chosen->value("epoch", 0), number_or_nan(*chosen, "validation")};
  }
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
