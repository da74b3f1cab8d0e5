#include "trainer/training/warm_start.h"

#include <catch2/catch.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "irgan/measures.h"
#include "irgan/training.h"
#include "plugin/src/model/model_parts.h"
#include "tests/trainer/scratch_folder.h"
#include "tests/trainer/synthetic_training_data.h"

namespace irgan::warm_start_test {

using Catch::Matchers::Contains;
using Eigen::Index;
using Eigen::VectorXd;
using nlohmann::json;

namespace {

struct Day {
  TrainingData training;
  TrainingData validation;
};

// Queries of a day with their clicks drawn; days of other seeds have others.
Day day_of(int num_queries, unsigned seed) {
  Day day{shown_pages(num_queries, 8, 3, seed), shown_pages(num_queries / 2, 8, 3, seed + 1)};
  draw_clicks(day.training, seed + 2);
  draw_clicks(day.validation, seed + 3);
  return day;
}

TrainingOptions options_of(int epochs) {
  TrainingOptions options;
  options.hidden_units = {16, 8};
  options.epochs = epochs;
  options.batch_size = 4;
  options.discriminator_rate = options.generator_rate = 5e-3;
  options.first_stage_feature = "1";
  options.num_threads = 2;
  return options;
}

std::shared_ptr<const Model> trained(const Day& day, const TrainingOptions& options) {
  return train(day.training, day.validation, options).model;
}

TrainingOptions going_on(std::shared_ptr<const Model> model, int epochs) {
  TrainingOptions options = options_of(epochs);
  options.from = std::move(model);
  return options;
}

// nDCG@10 by relevance over whole pools.
double quality(const Model& model, const TrainingData& data, Ranker ranker = Ranker::discriminator) {
  double sum = 0.0;
  for (const Pool& pool : data.pools) {
    VectorXd gains(pool.rows.rows());
    for (Index d = 0; d < gains.size(); ++d) gains[d] = relevance(pool.rows(d, 0));
    sum += ndcg_of_gains(model.score(pool.rows, ranker).cast<double>(), gains, 10);
  }
  return sum / static_cast<double>(data.pools.size());
}

struct Killed {};

}  // namespace

TEST_CASE("the second day's model is no worse for going on from the first day's", "[trainer][warm_start]") {
  const TrainingData test = shown_pages(100, 8, 3, 1000);
  const Day second = day_of(6, 20);
  const auto first = trained(day_of(40, 10), options_of(15));
  const auto anew = trained(second, options_of(15));
  const auto gone_on = trained(second, going_on(first, 5));
  for (const Ranker ranker : {Ranker::discriminator, Ranker::generator}) {
    CHECK(quality(*gone_on, test, ranker) >= quality(*anew, test, ranker));
    CHECK(quality(*gone_on, test, ranker) > quality(*first, test, ranker) - 0.005);  // six queries unteach nothing
  }
}

TEST_CASE("a day whose log teaches the contrary leaves the weights as they were", "[trainer][warm_start]") {
  const auto first = trained(day_of(40, 10), options_of(15));
  Day bad = day_of(10, 20);
  for (Example& example : bad.training.examples) example.labels = example.labels.maxCoeff() - example.labels.array();
  std::vector<std::string> messages;
  TrainingListener listener;
  listener.on_message = [&](const std::string& message) { messages.push_back(message); };
  const Trained second = train(bad.training, bad.validation, going_on(first, 3), listener);
  const ModelParts& a = parts_of(*first);
  const ModelParts& b = parts_of(*second.model);
  CHECK(a.discriminators[0].layers[0].weight == b.discriminators[0].layers[0].weight);
  const NetworkRecord network = second.record.networks[0];
  REQUIRE(network.best[Ranker::discriminator]);
  CHECK(network.best[Ranker::discriminator]->epoch == 0);
  CHECK(network.best[Ranker::discriminator]->validation == network.start[Ranker::discriminator]);
  CHECK(network.epochs.size() == 3);
  REQUIRE(messages.size() >= 2);
  CHECK_THAT(messages.front(), Contains("the model to go on from has on this validation: discriminator "));
}

TEST_CASE("going on keeps the encoding and begins with the model's weights and offsets", "[trainer][warm_start]") {
  const auto first = trained(day_of(10, 10), options_of(4));
  TrainingOptions options = going_on(first, 1);
  options.discriminator_rate = options.generator_rate = 1e-7;
  const auto second = trained(day_of(4, 20), options);
  const ModelParts& a = parts_of(*first);
  const ModelParts& b = parts_of(*second);
  for (std::size_t j = 0; j < a.encoding.features.size(); ++j)
    CHECK(a.encoding.features[j].edges == b.encoding.features[j].edges);
  CHECK((a.discriminators[0].layers[0].weight - b.discriminators[0].layers[0].weight).cwiseAbs().maxCoeff() < 1e-5F);
  CHECK((a.generators[0].layers[1].weight - b.generators[0].layers[1].weight).cwiseAbs().maxCoeff() < 1e-5F);
  const VectorXd before = offsets_of_model(*first, 0, 8);
  CHECK(before[0] == 0.0);
  CHECK(before[7] < -0.5);
  CHECK((before - offsets_of_model(*second, 0, 8)).cwiseAbs().maxCoeff() < 1e-4);
  // A rank that the model never saw is looked at like its last one.
  CHECK(offsets_of_model(*first, 0, 12)[11] == before[7]);
  CHECK(offsets_of_model(*first, 3, 2) == VectorXd::Zero(2));
}

TEST_CASE("a run that goes on is the same at any number of threads, and after any kill", "[trainer][warm_start]") {
  const Day second = day_of(5, 20);
  const auto first = trained(day_of(10, 10), options_of(3));
  TrainingOptions options = going_on(first, 3);
  const std::string bytes = trained(second, options)->to_bytes();
  for (int killed_at = 0; killed_at < 15; killed_at += 2) {
    CAPTURE(killed_at);
    const ScratchFolder folder;
    options.checkpoint_path = folder.file("model.checkpoint");
    options.num_threads = 2;
    int calls = 0;
    TrainingListener listener;
    listener.on_progress = [&](int, int, double) {
      if (calls++ == killed_at) throw Killed();
    };
    bool is_killed = false;
    try {
      train(second.training, second.validation, options, listener);
    } catch (const Killed&) {
      is_killed = true;
    }
    options.num_threads = 1;
    CHECK((trained(second, options)->to_bytes() == bytes));
    CHECK(folder.size() == 0);
    CHECK(is_killed == (killed_at < calls));
  }
}

TEST_CASE("a checkpoint belongs to the model that its run went on from", "[trainer][warm_start]") {
  const Day second = day_of(5, 20);
  const auto one = trained(day_of(10, 10), options_of(2));
  const auto other = trained(day_of(10, 30), options_of(2));
  const ScratchFolder folder;
  TrainingOptions options = going_on(one, 3);
  options.checkpoint_path = folder.file("model.checkpoint");
  TrainingListener listener;
  listener.on_finish = [](const Trained&) { throw Killed(); };
  CHECK_THROWS_AS(train(second.training, second.validation, options, listener), Killed);
  REQUIRE(folder.size() == 1);
  for (const auto& from : {other, std::shared_ptr<const Model>()}) {
    options.from = from;
    CHECK_THROWS_AS(train(second.training, second.validation, options), ConfigError);
  }
  options.from = one;
  CHECK_NOTHROW(train(second.training, second.validation, options));
}

TEST_CASE("the record names every model of the chain", "[trainer][warm_start]") {
  const auto first = trained(day_of(6, 10), options_of(2));
  const auto second = trained(day_of(5, 20), going_on(first, 2));
  const auto third = trained(day_of(4, 30), going_on(second, 2));
  CHECK_FALSE(json::parse(first->training_record()).contains("history"));
  const json record = json::parse(third->training_record());
  CHECK(record["options"]["from"] == second->version());
  REQUIRE(record["history"].size() == 2);
  CHECK(record["history"][0]["version"] == first->version());
  CHECK(record["history"][1]["version"] == second->version());
  CHECK(record["history"][0]["training"]["queries"] == 6);
  CHECK(record["history"][1]["best"][0].contains("discriminator"));
}

TEST_CASE("of a long chain the record keeps the first model and the latest, and how many there were",
          "[trainer][warm_start]") {
  ModelParts parts = parts_of(*trained(day_of(4, 10), options_of(1)));
  TrainingRecord record = record_from_text(parts.training_record);
  for (int night = 0; night < 40; ++night) {
    const auto model = model_of(parts);
    const ModelHistory history = history_of(*model);
    CHECK(history.num_models == night + 1);
    CHECK(history.models.size() == std::min<std::size_t>(static_cast<std::size_t>(night) + 1, 1 + kLatestKept));
    CHECK(history.models.back().version == model->version());
    if (night > 0) CHECK(history.models.front().version == record.history.front().version);
    record.history = history.models;
    record.num_models_before = history.num_models;
    parts.training_record = to_text(record);
  }
  CHECK(record.num_models_before == 40);
  CHECK(parts.training_record.size() < 100'000);
}

TEST_CASE("what cannot be gone on with is refused with the reason", "[trainer][warm_start]") {
  const Day day = day_of(5, 20);
  const auto model = trained(day, options_of(1));
  const auto refusal = [](const Day& data, const TrainingOptions& options) -> std::string {
    try {
      train(data.training, data.validation, options);
    } catch (const Error& error) {
      return error.what();
    }
    return "(taken)";
  };
  Day renamed = day;
  renamed.training.schema.features[0] = renamed.validation.schema.features[0] = "x";
  CHECK_THAT(refusal(renamed, going_on(model, 1)), Contains("the model's features are not those of the rows"));
  Day moved = day;
  moved.training.schema.stemmer = moved.validation.schema.stemmer = "german";
  CHECK_THAT(refusal(moved, going_on(model, 1)), Contains("other constants") && Contains("by the model's schema"));

  TrainingOptions options = going_on(model, 1);
  options.networks = 2;
  CHECK_THAT(refusal(day, options), Contains("networks 2: the model to go on from has 1"));
  options = going_on(model, 1);
  options.generator_features = "1,2";
  CHECK_THAT(refusal(day, options), Contains("generator_features 1,2 and from exclude each other"));

  TrainingOptions softmax = options_of(1);
  softmax.game.objective = Objective::softmax;
  const auto without_generator = trained(day, softmax);
  CHECK_THAT(refusal(day, going_on(without_generator, 1)), Contains("a model that has no generator to go on with"));
  softmax.from = without_generator;
  CHECK(refusal(day, softmax) == "(taken)");
  softmax.from = model;  // its generator is left out
  CHECK(refusal(day, softmax) == "(taken)");
}

}  // namespace irgan::warm_start_test
