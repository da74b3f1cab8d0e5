#include "irgan/training.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "irgan/measures.h"
#include "irgan/model.h"
#include "plugin/src/model/model_parts.h"
#include "tests/trainer/training/small_training.h"
#include "trainer/training/validation.h"

namespace irgan::training_test {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using Catch::Matchers::WithinAbs;
using Eigen::Index;
using Eigen::VectorXd;

namespace {

// The mean of nDCG@10 over a data set's examples, each over its whole pool.
double mean_ndcg(const TrainingData& data, const std::function<VectorXd(const Pool&)>& score) {
  double sum = 0.0;
  int count = 0;
  for (const Example& example : data.examples) {
    if (!is_informative(example)) continue;
    sum += ndcg_of_gains(score(data.pools[example.pool]), true_distribution(example, data.labels), 10);
    ++count;
  }
  return sum / count;
}

double mean_ndcg(const TrainingData& data, const Model& model, Ranker ranker) {
  return mean_ndcg(data, [&](const Pool& pool) { return VectorXd(model.score(pool.rows, ranker).cast<double>()); });
}

}  // namespace

TEST_CASE("the served ranker is its best epoch by validation", "[trainer][training]") {
  // Few queries, wide steps, labels half of which are noise: validation goes up and down.
  Split data = graded(6, 10, 3);
  std::mt19937_64 random(5);
  for (TrainingData* part : {&data.training, &data.validation}) {
    for (Example& example : part->examples) {
      for (double& label : example.labels) {
        if (random() % 2 == 0) label = static_cast<double>(random() % 3);
      }
    }
  }
  TrainingOptions options = small_options();
  options.epochs = 12;
  options.discriminator_rate = options.generator_rate = 0.1;
  options.game.form = DiscriminatorForm::plain;
  options.ranker = GENERATE(Ranker::discriminator, Ranker::generator, Ranker::combined);
  CAPTURE(to_string(options.ranker));

  std::vector<double> validation;
  TrainingListener listener;
  listener.on_epoch = [&](const EpochReport& report) {
    CHECK(report.epoch == static_cast<int>(validation.size()));
    validation.push_back(report.validation[options.ranker]);
  };
  const Trained trained = train(data.training, data.validation, options, listener);
  const Model& model = *trained.model;
  REQUIRE(validation.size() == 12);
  const auto best = std::max_element(validation.begin(), validation.end());
  REQUIRE(*best > validation.back());  // else the test says nothing
  CHECK_THAT(mean_ndcg(data.validation, model, options.ranker), WithinAbs(*best, 1e-12));
  const auto& of_best = trained.record.networks[0].best[options.ranker];
  REQUIRE(of_best);
  CHECK(of_best->epoch == 1 + (best - validation.begin()));
  CHECK(of_best->validation == *best);
  CHECK(trained.record.validation_of(options.ranker) == *best);
}

TEST_CASE("the record holds options, data and every epoch", "[trainer][training]") {
  TrainingOptions options = small_options();
  options.networks = 2;
  const Split data = shown();
  std::vector<EpochReport> reports;
  TrainingListener listener;
  listener.on_epoch = [&](const EpochReport& report) { reports.push_back(report); };
  const Trained trained = train(data.training, data.validation, options, listener);
  const Model& model = *trained.model;
  const nlohmann::json record = nlohmann::json::parse(model.training_record());
  CHECK(record["options"]["lambda"] == 0.5);
  CHECK(record["options"]["networks"] == 2);
  CHECK(record["training"]["examples"] == 15);
  CHECK(record["training"]["labels"] == "impressions");
  CHECK(record["validation_measure"] == validation_measure(LabelKind::impressions));
  REQUIRE(record["networks"].size() == 2);
  REQUIRE(reports.size() == 6);
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK(reports[i].network == static_cast<int>(i / 3));
    CHECK(reports[i].epoch == static_cast<int>(i % 3));
    const nlohmann::json& epoch = record["networks"][i / 3]["epochs"][i % 3];
    CHECK(epoch["epoch"] == i % 3 + 1);
    CHECK(epoch["policy_divergence"] == reports[i].statistics.policy_divergence);
  }
  CHECK(record["networks"][0]["examination_offset"].size() == 6);
  CHECK(record["networks"][0]["examination_offset"][0] == 0.0);
  CHECK(parts_of(model).discriminators.size() == 2);
  CHECK(parts_of(model).generators.size() == 2);
  CHECK_FALSE(record["options"].contains("num_threads"));  // what changes nothing in the model
}

TEST_CASE("nothing to learn from is refused with the number", "[trainer][training]") {
  Split data = graded();
  SECTION("no positive label") {
    for (Example& example : data.training.examples) example.labels.setZero();
  }
  SECTION("pools of one document") {
    data.training = graded_queries(10, 1, 3, 1);
    for (Example& example : data.training.examples) example.labels.setOnes();
  }
  CHECK_THROWS_AS(model_bytes(data, small_options()), Error);
  CHECK_THROWS_WITH(model_bytes(data, small_options()),
                    Contains("nothing to learn from") && Contains("none of the 10 training"));
}

TEST_CASE("validation without a positive label is refused", "[trainer][training]") {
  Split data = graded();
  for (Example& example : data.validation.examples) example.labels.setZero();
  CHECK_THROWS_AS(model_bytes(data, small_options()), Error);
  CHECK_THROWS_WITH(model_bytes(data, small_options()), Contains("none of the 5 validation queries or pages"));
}

TEST_CASE("options that contradict each other are refused by their names", "[trainer][training]") {
  const Split data = graded();
  TrainingOptions options = small_options();
  SECTION("a generator served that softmax does not train") {
    options.game.objective = Objective::softmax;
    options.ranker = GENERATE(Ranker::generator, Ranker::combined);
    CHECK_THROWS_AS(model_bytes(data, options), ConfigError);
    CHECK_THROWS_WITH(model_bytes(data, options), StartsWith(std::string("serve ") + to_string(options.ranker)));
  }
  SECTION("a generator served that a fixed sampler does not train") {
    options.game.sampler = Sampler::uniform;
    options.ranker = Ranker::generator;
    CHECK_THROWS_AS(model_bytes(data, options), ConfigError);
  }
  SECTION("importance without draws") {
    options.game.importance = 0.5;
    CHECK_THROWS_AS(model_bytes(data, options), ConfigError);
    CHECK_THROWS_WITH(model_bytes(data, options), StartsWith("importance") && Contains("samples"));
  }
  SECTION("bm25 without a first stage") {
    options.game.sampler = Sampler::bm25;
    options.first_stage_feature = "first_stage.score";
    CHECK_THROWS_AS(model_bytes(data, options), ConfigError);
    CHECK_THROWS_WITH(model_bytes(data, options),
                      StartsWith("first_stage_feature first_stage.score") && Contains("bm25"));
  }
}

TEST_CASE("every way to train learns what people click", "[trainer][training]") {
  const Split data{graded_queries(40, 12, 4, 1), graded_queries(20, 12, 4, 2)};
  const auto all_alike = [](const Pool& pool) { return VectorXd(VectorXd::Zero(pool.rows.rows())); };
  const double start = mean_ndcg(data.validation, all_alike);
  REQUIRE(start < 0.6);
  TrainingOptions options = thorough_options();
  bool has_generator = true;
  SECTION("the recipe") {}
  SECTION("16 draws") { options.game.samples = 16; }
  SECTION("reward 2 sigma(f) - 1") { options.game.reward = Reward::sigmoid; }
  SECTION("plain") { options.game.form = DiscriminatorForm::plain; }
  SECTION("pairwise") { options.game.form = DiscriminatorForm::pairwise; }
  SECTION("pairwise, 16 draws") {
    options.game.form = DiscriminatorForm::pairwise;
    options.game.samples = 16;
  }
  SECTION("three networks") { options.networks = 3; }
  SECTION("softmax") {
    options.game.objective = Objective::softmax;
    has_generator = false;
  }
  SECTION("fixed samplers") {
    options.game.sampler = GENERATE(Sampler::uniform, Sampler::bm25, Sampler::dns);
    options.game.samples = GENERATE(0, 16);
    has_generator = false;
  }
  const Trained trained = train(data.training, data.validation, options);
  const Model& model = *trained.model;
  CHECK(mean_ndcg(data.validation, model, Ranker::discriminator) > 0.98);
  if (has_generator) {
    CHECK(mean_ndcg(data.validation, model, Ranker::generator) > 0.98);
    CHECK(mean_ndcg(data.validation, model, Ranker::combined) > 0.98);
  } else {
    CHECK(parts_of(model).generators.empty());
  }
}

TEST_CASE("b[rank] finds how users look at ranks", "[trainer][training]") {
  Split data{shown_pages(40, 10, 3, 1), shown_pages(15, 10, 3, 2)};
  TrainingOptions options = thorough_options();
  double tolerance = 0.0;
  SECTION("expected clicks") {
    tolerance = 0.03;  // the fit's own error, .01 as seen
  }
  SECTION("drawn clicks") {
    draw_clicks(data.training, 3);
    draw_clicks(data.validation, 4);
    tolerance = 4.0 / std::sqrt(120 * 5.0);  // four standard errors at rank 10, 120 pages of 5 clicks
  }
  SECTION("expected clicks, 16 draws a step") {
    options.game.samples = 16;
    tolerance = 0.25;  // of the last epoch's 30 steps of 4 pages and 16 draws some 60 fall on rank 10: two deviations
  }
  const Trained trained = train(data.training, data.validation, options);
  const Model& model = *trained.model;
  const std::vector<double>& b = trained.record.networks[0].examination;
  REQUIRE(b.size() == 10);
  for (std::size_t rank = 1; rank <= 10; ++rank) {
    CAPTURE(rank);
    CHECK_THAT(std::exp(b[rank - 1]) * static_cast<double>(rank), WithinAbs(1.0, tolerance));
  }
  // What is left for the features is the documents' attraction: the order by relevance().
  for (const Ranker ranker : {Ranker::discriminator, Ranker::generator}) {
    double concordant = 0.0;
    double pairs = 0.0;
    for (const Pool& pool : data.validation.pools) {
      const Eigen::VectorXf scores = model.score(pool.rows, ranker);
      for (Index i = 0; i < scores.size(); ++i) {
        for (Index j = 0; j < scores.size(); ++j) {
          if (relevance(pool.rows(i, 0)) <= relevance(pool.rows(j, 0))) continue;
          pairs += 1.0;
          concordant += scores[i] > scores[j] ? 1.0 : 0.0;
        }
      }
    }
    CHECK(concordant / pairs > 0.9);
  }
}

TEST_CASE("from clicks that only follow ranks the features learn nothing", "[trainer][training]") {
  Split data{shown_pages(40, 10, 3, 1, true), shown_pages(15, 10, 3, 2, true)};
  const bool drawn = GENERATE(false, true);
  if (drawn) {
    draw_clicks(data.training, 3);
    draw_clicks(data.validation, 4);
  }
  const auto model = train(data.training, data.validation, thorough_options()).model;
  const Split telling{shown_pages(40, 10, 3, 1), shown_pages(15, 10, 3, 2)};
  const auto informed = train(telling.training, telling.validation, thorough_options()).model;
  const auto spread = [&](const Model& of) {
    double squares = 0.0;
    for (const Pool& pool : data.validation.pools) {
      const Eigen::VectorXf scores = of.score(pool.rows);
      squares += (scores.array() - scores.mean()).square().mean() / static_cast<double>(data.validation.pools.size());
    }
    return std::sqrt(squares);
  };
  // The standard deviation of log-attraction that chance can feign: the 120 pages hold some 17,000 clicks, for 27
  // encoded columns' worth of weights: sqrt(27 / 17,000) = .04, twice that.
  CHECK(spread(*model) < 0.08);
  CHECK(spread(*informed) > 0.5);
}

TEST_CASE("clicks on the whole pool train as grades do", "[trainer][training]") {
  Split data{graded_queries(40, 12, 4, 1), graded_queries(20, 12, 4, 2)};
  for (TrainingData* part : {&data.training, &data.validation}) {
    part->labels = LabelKind::clicks;
    for (Example& example : part->examples) example.labels *= 0.37;
  }
  const Trained trained = train(data.training, data.validation, thorough_options());
  const Model& model = *trained.model;
  CHECK(mean_ndcg(data.validation, model, Ranker::discriminator) > 0.98);
}

TEST_CASE("progress runs from 0 to 1", "[trainer][training]") {
  const Split data = graded();
  std::vector<double> shares;
  TrainingListener listener;
  listener.on_progress = [&](int network, int, double done) {
    CHECK(network == 0);
    shares.push_back(done);
  };
  model_bytes(data, small_options(), listener);
  REQUIRE(shares.size() == 9);
  CHECK(shares.front() == 0.0);
  CHECK(std::is_sorted(shares.begin(), shares.end()));
  CHECK(shares.back() < 1.0);
  CHECK(shares.back() > 0.8);
}

}  // namespace irgan::training_test
