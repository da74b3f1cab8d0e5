#include "trainer/training/training_record_json.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <type_traits>

#include "plugin/src/features/bounded_json.h"
#include "trainer/rows/label_origin.h"
#include "trainer/training/recipe.h"

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

template <class Value>
void take(const json& value, Value& target) {
  if constexpr (std::is_integral_v<Value> && !std::is_same_v<Value, bool>) {
    target = whole_number<Value>(value);
  } else {
    value.get_to(target);
  }
}

template <class Value>
void take(const json& value, std::optional<Value>& target) {
  take(value, target.emplace());
}

// Sets `target` if `key` is there.
template <class Value>
void read(const json& object, const char* key, Value& target) {
  const auto value = object.find(key);
  if (value != object.end()) take(*value, target);
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
    take(value, number.member.of(options));
  }
  void operator()(const Numbers& numbers) const { numbers.member.of(options) = whole_numbers<int>(value); }
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
    best[ranker] = ChosenEpoch{0, number_or_nan(*chosen, "validation")};
    read(*chosen, "epoch", best[ranker]->epoch);
  }
}

static void to_json(json& object, const RankerScores& scores) {
  for (const Ranker ranker : kRankers) object[to_string(ranker)] = scores[ranker];
}

static void from_json(const json& object, RankerScores& scores) {
  for (const Ranker ranker : kRankers) scores[ranker] = number_or_nan(object, to_string(ranker));
}

namespace {

struct Figure {
  const char* key;
  double GameStatistics::*member;
};

constexpr Figure kFigures[] = {{"discriminator_loss", &GameStatistics::discriminator_loss},
                               {"discriminator_accuracy", &GameStatistics::discriminator_accuracy},
                               {"calibration_error", &GameStatistics::calibration_error},
                               {"reward", &GameStatistics::reward},
                               {"policy_divergence", &GameStatistics::policy_divergence},
                               {"policy_entropy", &GameStatistics::policy_entropy},
                               {"discriminator_gradient", &GameStatistics::discriminator_gradient},
                               {"generator_gradient", &GameStatistics::generator_gradient}};

struct Hits {
  const char* key;
  double EpochReport::*member;
};

constexpr Hits kHits[] = {{"policy_hits", &EpochReport::policy_hits},
                          {"uniform_hits", &EpochReport::uniform_hits},
                          {"hidden_hits", &EpochReport::hidden_hits},
                          {"hidden_uniform_hits", &EpochReport::hidden_uniform_hits}};

}  // namespace

static void to_json(json& object, const EpochReport& report) {
  object = {{"epoch", report.epoch + 1}, {"validation", report.validation}};
  for (const Figure& figure : kFigures) object[figure.key] = report.statistics.*figure.member;
  for (const Hits& hits : kHits) object[hits.key] = report.*hits.member;
}

static void from_json(const json& object, EpochReport& report) {
  int epoch = 1;
  read(object, "epoch", epoch);
  report.epoch = std::max(epoch, 1) - 1;
  report.validation = no_scores();
  read(object, "validation", report.validation);
  for (const Figure& figure : kFigures) report.statistics.*figure.member = number_or_nan(object, figure.key);
  for (const Hits& hits : kHits) report.*hits.member = number_or_nan(object, hits.key);
}

static void to_json(json& object, const NetworkRecord& network) {
  object = {{"epochs", network.epochs}};
  for (const Ranker ranker : kRankers) {
    if (network.best[ranker]) object["best"] = network.best;
    if (!std::isnan(network.start[ranker])) object["start"][to_string(ranker)] = network.start[ranker];
  }
  if (!network.examination.empty()) object["examination_offset"] = network.examination;
  if (!network.troubles.empty()) object["troubles"] = network.troubles;
}

static void from_json(const json& object, NetworkRecord& network) {
  read(object, "epochs", network.epochs);
  read(object, "best", network.best);
  read(object, "start", network.start);
  read(object, "examination_offset", network.examination);
  read(object, "troubles", network.troubles);
}

static void to_json(json& object, const FalseNegativeCurve& curve) {
  object = {{"queries", curve.num_queries}, {"temperature", curve.temperatures}, {"multiple", curve.multiples}};
}

static void from_json(const json& object, FalseNegativeCurve& curve) {
  read(object, "queries", curve.num_queries);
  read(object, "temperature", curve.temperatures);
  for (const auto& multiple : object.value("multiple", json::array())) {
    curve.multiples.push_back(multiple.is_number() ? multiple.get<double>() : std::numeric_limits<double>::infinity());
  }
}

static void to_json(json& object, const FeatureImportance& importance) {
  object = {{"queries", importance.num_queries}, {"ndcg10", importance.ndcg}, {"losses", json::array()}};
  for (const Interval& loss : importance.losses) object["losses"].push_back({loss.value, loss.low, loss.high});
}

static void from_json(const json& object, FeatureImportance& importance) {
  read(object, "queries", importance.num_queries);
  read(object, "ndcg10", importance.ndcg);
  for (const json& loss : object.value("losses", json::array()))
    importance.losses.push_back({loss.at(0), loss.at(1), loss.at(2)});
}

static void to_json(json& object, const PastModel& model) {
  object = {{"version", model.version}};
  if (model.training) object["training"] = *model.training;
  if (model.validation) object["validation"] = *model.validation;
  if (!model.validation_measure.empty()) object["validation_measure"] = model.validation_measure;
  if (model.check) object["first_stage_check"] = *model.check;
  if (!model.best.empty()) object["best"] = model.best;
}

static void from_json(const json& object, PastModel& model) {
  read(object, "version", model.version);
  read(object, "training", model.training);
  read(object, "validation", model.validation);
  read(object, "validation_measure", model.validation_measure);
  read(object, "first_stage_check", model.check);
  read(object, "best", model.best);
}

static void to_json(json& object, const TrainingRecord& record) {
  object = {{"networks", record.networks}};
  if (record.options) object["options"] = *record.options;
  if (!record.from.empty()) object["options"]["from"] = record.from;
  if (!record.validation_measure.empty()) object["validation_measure"] = record.validation_measure;
  if (record.training) object["training"] = *record.training;
  if (record.validation) object["validation"] = *record.validation;
  if (record.false_negatives) object["false_negatives"] = *record.false_negatives;
  if (record.check) object["first_stage_check"] = *record.check;
  if (record.importance) object["importance"] = *record.importance;
  if (record.history.empty()) return;
  object["history"] = record.history;
  object["num_models_before"] = record.num_models_before;
}

static void from_json(const json& object, TrainingRecord& record) {
  read(object, "options", record.options);
  const json from = object.value("options", json::object()).value("from", json());
  if (from.is_string()) from.get_to(record.from);
  read(object, "training", record.training);
  read(object, "validation", record.validation);
  read(object, "validation_measure", record.validation_measure);
  read(object, "networks", record.networks);
  for (std::size_t n = 0; n < record.networks.size(); ++n) {
    for (EpochReport& report : record.networks[n].epochs) report.network = static_cast<int>(n);
  }
  read(object, "false_negatives", record.false_negatives);
  read(object, "first_stage_check", record.check);
  read(object, "importance", record.importance);
  read(object, "history", record.history);
  record.num_models_before = static_cast<int>(record.history.size());
  read(object, "num_models_before", record.num_models_before);
}

double TrainingRecord::validation_of(Ranker ranker) const {
  double sum = 0.0;
  for (const NetworkRecord& network : networks) {
    sum += network.best[ranker] ? network.best[ranker]->validation : std::numeric_limits<double>::quiet_NaN();
  }
  return sum / static_cast<double>(networks.size());
}

DataRecord record_of(const TrainingData& data) {
  DataRecord record{data.labels, data.origin, data.pools.size(), 0, data.examples.size(), 0};
  for (const Pool& pool : data.pools) record.num_rows += static_cast<std::size_t>(pool.rows.rows());
  for (const Example& example : data.examples) record.num_informative_examples += is_informative(example) ? 1 : 0;
  return record;
}

std::string to_text(const TrainingRecord& record) { return json(record).dump(); }

TrainingRecord record_from_text(const std::string& text) {
  try {
    return parse_json(text, "the training record").get<TrainingRecord>();
  } catch (const json::exception& error) {
    throw FormatError(std::string("the training record: ") + error.what());
  } catch (const ConfigError& error) {
    throw FormatError(std::string("the training record: ") + error.what());
  }
}

TrainingRecord record_of(const Model& model) { return record_from_text(model.training_record()); }

}  // namespace irgan
