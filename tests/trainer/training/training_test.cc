#include "irgan/training.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <csignal>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "irgan/measures.h"
#include "irgan/model.h"
#include "plugin/src/encoding/encoding.h"
#include "plugin/src/model/model_parts.h"
#include "tests/trainer/central_differences.h"
#include "tests/trainer/scratch_folder.h"
#include "tests/trainer/synthetic_training_data.h"
#include "trainer/training/validation.h"

using namespace irgan;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using Catch::Matchers::WithinAbs;
using Eigen::Index;
using Eigen::VectorXd;

namespace {

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

TrainingOptions small_options() {
  TrainingOptions options;
  options.hidden_units = {8, 4};
  options.bins = 4;
  options.epochs = 3;
  options.batch_size = 4;
  options.discriminator_rate = options.generator_rate = 5e-3;
  options.first_stage_feature = "1";
  options.num_threads = 2;
  return options;
}

// Enough to learn well from the data of graded_queries and shown_pages.
TrainingOptions thorough_options() {
  TrainingOptions options = small_options();
  options.hidden_units = {16, 8};
  options.bins = 8;
  options.epochs = 15;
  return options;
}

struct Split {
  TrainingData training;
  TrainingData validation;
};

Split graded(int num_queries = 10, Index num_documents = 8, Index num_features = 3) {
  return {graded_queries(num_queries, num_documents, num_features, 1),
          graded_queries(num_queries / 2, num_documents, num_features, 2)};
}

Split shown(int num_queries = 5, Index num_documents = 6, Index num_features = 3) {
  return {shown_pages(num_queries, num_documents, num_features, 1),
          shown_pages(num_queries / 2, num_documents, num_features, 2)};
}

std::string model_bytes(const Split& data, const TrainingOptions& options, const TrainingListener& listener = {}) {
  return train(data.training, data.validation, options, listener).model->to_bytes();
}

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

// What a listener throws to end a run where a signal would.
struct Killed {};

// Counts the calls that a listener gets: on_progress, on_epoch and, once, on_finish.
TrainingListener counting(int& calls, int killed_at = -1) {
  TrainingListener listener;
  const auto call = [&calls, killed_at] {
    if (calls++ == killed_at) throw Killed();
  };
  listener.on_progress = [call](int, int, double) { call(); };
  listener.on_epoch = [call](const EpochReport&) { call(); };
  listener.on_finish = [call](const Trained&) { call(); };
  return listener;
}

// Runs until the listener's call number `killed_at`; says whether it got there.
bool is_killed_at(int killed_at, const Split& data, const TrainingOptions& options) {
  int calls = 0;
  try {
    train(data.training, data.validation, options, counting(calls, killed_at));
  } catch (const Killed&) {
    return true;
  }
  return false;
}

// A run that is repeated and compared bit by bit.
struct KindOfRun {
  std::string name;
  Split data;
  TrainingOptions options;
};

std::vector<KindOfRun> kinds_of_runs() {
  std::vector<KindOfRun> kinds;
  kinds.push_back({"exact, grades", graded(), small_options()});
  kinds.push_back({"exact, impressions", shown(), small_options()});
  kinds.push_back({"samples", shown(), small_options()});
  kinds.back().options.game.samples = 8;
  kinds.back().options.game.importance = 0.25;
  kinds.push_back({"networks", shown(), small_options()});
  kinds.back().options.networks = 2;
  kinds.back().options.epochs = 2;
  kinds.push_back({"pre-training, combined", graded(), small_options()});
  kinds.back().options.pretraining_epochs = 2;
  kinds.back().options.ranker = Ranker::combined;
  kinds.push_back({"samples, a generator of fewer features", graded(), small_options()});
  kinds.back().options.game.samples = 4;
  kinds.back().options.generator_features = "1,3";
  kinds.back().options.generator_hidden_units = {4};
  kinds.push_back({"softmax", shown(), small_options()});
  kinds.back().options.game.objective = Objective::softmax;
  return kinds;
}

}  // namespace

TEST_CASE("the same data, options and seed give the same bytes at any number of threads", "[trainer][training]") {
  const KindOfRun kind = GENERATE(from_range(kinds_of_runs()));
  CAPTURE(kind.name);
  const Split& data = kind.data;
  TrainingOptions options = kind.options;
  options.num_threads = 1;
  const std::string bytes = model_bytes(data, options);
  for (const unsigned num_threads : {2u, 5u}) {
    options.num_threads = num_threads;
    CHECK((model_bytes(data, options) == bytes));
  }
  options.seed = 2;
  CHECK((model_bytes(data, options) != bytes));
}

TEST_CASE("a run killed at any point and resumed gives the bytes of one that was not", "[trainer][training]") {
  const KindOfRun kind = GENERATE(from_range(kinds_of_runs()));
  CAPTURE(kind.name);
  const Split& data = kind.data;
  TrainingOptions options = kind.options;
  int num_calls = 0;
  const std::string bytes = model_bytes(data, options, counting(num_calls));
  REQUIRE(num_calls >= 3 * 3 + 3 + 1);
  for (int killed_at = 0; killed_at < num_calls; ++killed_at) {
    CAPTURE(killed_at);
    const ScratchFolder folder;
    options.checkpoint_path = folder.file("model.checkpoint");
    options.num_threads = 2;
    REQUIRE(is_killed_at(killed_at, data, options));
    options.num_threads = 1 + static_cast<unsigned>(killed_at) % 3;
    CHECK((model_bytes(data, options) == bytes));
    CHECK(folder.size() == 0);
  }
}

TEST_CASE("a run killed again and again comes to the same end", "[trainer][training]") {
  const Split data = shown();
  TrainingOptions options = small_options();
  options.networks = 2;
  options.game.samples = 8;
  const std::string bytes = model_bytes(data, options);
  const ScratchFolder folder;
  options.checkpoint_path = folder.file("model.checkpoint");
  int num_kills = 0;
  std::string resumed;
  int calls = 0;
  constexpr int kCallsToLive = 6;  // an epoch of 15 pages: four steps and its report, then one step more
  while (resumed.empty()) {
    try {
      calls = 0;
      resumed = model_bytes(data, options, counting(calls, kCallsToLive - 1));
    } catch (const Killed&) {
      REQUIRE(++num_kills < 20);
    }
  }
  CHECK(num_kills == 6);  // in the step after each of six epochs, and before the model is saved
  CHECK((resumed == bytes));
  CHECK(folder.size() == 0);
}

TEST_CASE("a process killed by SIGKILL at any moment leaves a run that can be resumed", "[trainer][training]") {
  const Split data = shown();
  TrainingOptions options = small_options();
  options.epochs = 40;
  options.num_threads = 1;  // the child of a fork had better start no threads
  const std::string bytes = model_bytes(data, options);
  const ScratchFolder folder;
  options.checkpoint_path = folder.file("model.checkpoint");
  for (int round = 1; round <= 8; ++round) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      try {
        train(data.training, data.validation, options);
      } catch (...) {
        ::_exit(1);
      }
      ::_exit(0);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(3 * round));
    ::kill(child, SIGKILL);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    // Wherever it was, it had not failed; had it ended, the next one begins anew.
    CHECK((WIFSIGNALED(status) || WEXITSTATUS(status) == 0));
  }
  CHECK((model_bytes(data, options) == bytes));
}

TEST_CASE("a resumed run says where it goes on", "[trainer][training]") {
  const Split data = graded();
  TrainingOptions options = small_options();
  const ScratchFolder folder;
  options.checkpoint_path = folder.file("model.checkpoint");
  REQUIRE(is_killed_at(9, data, options));  // in the third epoch of three steps and a report each
  CHECK(folder.size() == 1);
  std::vector<std::string> messages;
  std::vector<int> epochs;
  TrainingListener listener;
  listener.on_message = [&](const std::string& message) { messages.push_back(message); };
  listener.on_epoch = [&](const EpochReport& report) { epochs.push_back(report.epoch); };
  model_bytes(data, options, listener);
  REQUIRE(messages.size() == 1);
  CHECK_THAT(messages.front(), Contains(options.checkpoint_path) && Contains("network 1, epoch 3"));
  CHECK(epochs == std::vector<int>{2});
}

TEST_CASE("a checkpoint of other options or data is refused, and left alone", "[trainer][training]") {
  const Split data = graded();
  TrainingOptions options = small_options();
  const ScratchFolder folder;
  options.checkpoint_path = folder.file("model.checkpoint");
  REQUIRE(is_killed_at(9, data, options));
  const std::string checkpoint = folder.read("model.checkpoint");

  TrainingOptions others = options;
  others.game.lambda = 0.25;
  CHECK_THROWS_AS(model_bytes(data, others), ConfigError);
  CHECK_THROWS_WITH(model_bytes(data, others), Contains(options.checkpoint_path) && Contains("restart"));
  Split other_data = graded();
  other_data.training.pools[3].rows(1, 1) += 1.0F;
  CHECK_THROWS_AS(model_bytes(other_data, options), ConfigError);
  other_data = graded();
  other_data.validation.examples[0].labels[0] += 1.0;
  CHECK_THROWS_AS(model_bytes(other_data, options), ConfigError);
  CHECK((folder.read("model.checkpoint") == checkpoint));

  SECTION("restart begins anew") {
    others.restart = true;
    TrainingOptions without_checkpoint = others;
    without_checkpoint.checkpoint_path.clear();
    CHECK((model_bytes(data, others) == model_bytes(data, without_checkpoint)));
    CHECK(folder.size() == 0);
  }
  SECTION("restart of the same run begins at its first epoch") {
    options.restart = true;
    int calls = 0;
    model_bytes(data, options, counting(calls));
    CHECK(calls == 3 * 4 + 1);
  }
}

TEST_CASE("a damaged checkpoint is refused with what to do", "[trainer][training]") {
  const Split data = graded();
  TrainingOptions options = small_options();
  const ScratchFolder folder;
  options.checkpoint_path = folder.file("model.checkpoint");
  REQUIRE(is_killed_at(9, data, options));
  std::string bytes = folder.read("model.checkpoint");
  SECTION("truncated") { bytes.resize(bytes.size() / 2); }
  SECTION("empty") { bytes.clear(); }
  SECTION("one bit flipped") { bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 4); }
  folder.write("model.checkpoint", bytes);
  CHECK_THROWS_AS(model_bytes(data, options), FormatError);
  CHECK_THROWS_WITH(model_bytes(data, options), Contains(options.checkpoint_path) && Contains("restart"));
  options.restart = true;
  CHECK_NOTHROW(model_bytes(data, options));
}

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

namespace {

// Trains, or is refused with a reason; never anything that is not finite.
void check_trained_or_refused(const Split& data, const TrainingOptions& options) {
  std::shared_ptr<const Model> model;
  TrainingListener listener;
  listener.on_epoch = [](const EpochReport& report) {
    CHECK(std::isfinite(report.statistics.discriminator_loss));
    CHECK(std::isfinite(report.statistics.reward));
    CHECK(std::isfinite(report.statistics.policy_divergence));
    CHECK(std::isfinite(report.statistics.policy_entropy));
    CHECK(std::isfinite(report.statistics.discriminator_gradient));
    CHECK(std::isfinite(report.statistics.generator_gradient));
    CHECK(std::isfinite(report.validation[Ranker::discriminator]));
  };
  try {
    model = train(data.training, data.validation, options, listener).model;
  } catch (const Error& error) {
    CHECK_THAT(error.what(), Contains("nothing to learn from"));
    return;
  }
  for (const TrainingData* part : {&data.training, &data.validation}) {
    for (const Pool& pool : part->pools) {
      CHECK(model->score(pool.rows).allFinite());
      if (!parts_of(*model).generators.empty()) CHECK(model->score(pool.rows, Ranker::generator).allFinite());
    }
  }
  CHECK_NOTHROW(Model::from_bytes(model->to_bytes(), "model"));
}

std::vector<TrainingOptions> games() {
  std::vector<TrainingOptions> all(6, small_options());
  all[1].game.samples = 8;
  all[2].game.form = DiscriminatorForm::plain;
  all[3].game.form = DiscriminatorForm::pairwise;
  all[3].game.samples = 8;
  all[4].game.sampler = Sampler::bm25;
  all[5].game.objective = Objective::softmax;
  return all;
}

}  // namespace

TEST_CASE("odd data are trained on or refused, and never end in NaN", "[trainer][training]") {
  const TrainingOptions options = GENERATE(from_range(games()));
  Split data = GENERATE(graded(), shown());
  CAPTURE(to_string(data.training.labels), static_cast<int>(options.game.form), options.game.samples);
  const auto each_part = [&](const std::function<void(TrainingData&)>& change) {
    change(data.training);
    change(data.validation);
  };
  SECTION("missing values") {
    each_part([](TrainingData& part) {
      for (std::size_t q = 0; q < part.pools.size(); ++q) {
        part.pools[q].rows(0, 0) = part.pools[q].rows(1, 1) = kMissing;
        if (q % 2 == 0) part.pools[q].rows.col(2).setConstant(kMissing);  // missing in the whole pool
        part.pools[q].range = pool_range(part.pools[q].rows);
      }
    });
  }
  SECTION("a feature that is missing everywhere") {
    each_part([](TrainingData& part) {
      for (Pool& pool : part.pools) {
        pool.rows.col(0).setConstant(kMissing);
        pool.range = pool_range(pool.rows);
      }
    });
  }
  SECTION("constant features") {
    each_part([](TrainingData& part) {
      for (Pool& pool : part.pools) {
        pool.rows.setConstant(3.0F);
        pool.range = pool_range(pool.rows);
      }
    });
  }
  SECTION("values of any size") {
    each_part([](TrainingData& part) {
      for (Pool& pool : part.pools) {
        pool.rows.col(0) *= 1e30F;
        pool.rows.col(1) *= 1e-40F;
        pool.range = pool_range(pool.rows);
      }
    });
  }
  SECTION("queries and pages without a click among others") {
    each_part([](TrainingData& part) {
      for (std::size_t e = 0; e + 1 < part.examples.size(); e += 2) part.examples[e].labels.setZero();
      part.examples.back().labels[0] = 1.0;
    });
  }
  SECTION("all clicks on one document") {
    each_part([](TrainingData& part) {
      for (Example& example : part.examples) {
        example.labels.setZero();
        example.labels[2] = 1e9;
      }
    });
  }
  SECTION("a click count of next to nothing") {
    each_part([](TrainingData& part) {
      for (Example& example : part.examples) {
        example.labels.setZero();
        example.labels[2] = 1e-200;
      }
    });
  }
  SECTION("pools and pages of one document among others") {
    data.training.pools[1].rows.conservativeResize(1, Eigen::NoChange);
    data.training.pools[1].document_ids.resize(1);
    data.training.pools[1].range = pool_range(data.training.pools[1].rows);
    for (Example& example : data.training.examples) {
      if (example.pool != 1) continue;
      example.rows = {0};
      example.ranks.resize(std::min<std::size_t>(example.ranks.size(), 1));
      example.labels = VectorXd::Ones(1);
    }
  }
  SECTION("one example, in a batch of four") {
    data.training.examples.resize(1);
    data.training.examples[0].labels[0] = 1.0;
  }
  SECTION("ranks in validation that training never saw") {
    for (Example& example : data.validation.examples) {
      for (int& rank : example.ranks) rank += 50;
    }
  }
  check_trained_or_refused(data, options);
}

TEST_CASE("one feature and a thousand are trained on", "[trainer][training]") {
  const Index num_features = GENERATE(1, 1000);
  check_trained_or_refused(graded(20, 8, num_features), small_options());
  check_trained_or_refused(shown(8, 8, num_features), small_options());
}

TEST_CASE("steps of any width end finite", "[trainer][training]") {
  TrainingOptions options = GENERATE(from_range(games()));
  options.discriminator_rate = options.generator_rate = 1.0;  // the largest that the command line takes
  check_trained_or_refused(graded(), options);
  check_trained_or_refused(shown(), options);
}

TEST_CASE("a gradient that is not finite is an error with epoch, query and what to do", "[trainer][training]") {
  Split data = graded();
  data.training.labels = LabelKind::clicks;
  for (double& label : data.training.examples[4].labels) label = 1e308;  // their sum is infinite
  TrainingOptions options = small_options();
  options.pretraining_epochs = GENERATE(0, 1);
  CAPTURE(options.pretraining_epochs);
  CHECK_THROWS_AS(model_bytes(data, options), Error);
  CHECK_THROWS_WITH(model_bytes(data, options), Contains("not finite") && Contains("epoch 1") && Contains("query 'q") &&
                                                    Contains("generator_rate"));
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

TEST_CASE("labels become distributions: gains 2^grade - 1, clicks as they are", "[trainer][training]") {
  Example example;
  example.rows = {0, 1, 2, 3};
  example.labels = (VectorXd(4) << 2.0, 0.0, 1.0, -1.0).finished();
  const auto is_close = [](const VectorXd& a, const VectorXd& b) { return largest_difference(a, b) < 1e-15; };
  CHECK(is_close(true_distribution(example, LabelKind::grades), (VectorXd(4) << 0.75, 0.0, 0.25, 0.0).finished()));
  CHECK(is_close(true_distribution(example, LabelKind::clicks), (VectorXd(4) << 2, 0, 1, 0).finished() / 3.0));
  CHECK(is_informative(example));
  example.labels << 1e9, 1e9, 0.0, 1.0;  // nobody's grades, but no reason for NaN
  CHECK(is_close(true_distribution(example, LabelKind::grades), (VectorXd(4) << 0.5, 0.5, 0.0, 0.0).finished()));
  example.labels << 1e-200, 0.0, 0.0, 0.0;
  CHECK(true_distribution(example, LabelKind::grades) == VectorXd::Unit(4, 0));
  example.labels.setConstant(-1.0);
  CHECK_FALSE(is_informative(example));
  example.labels.setOnes();
  example.rows.resize(1);
  CHECK_FALSE(is_informative(example));
  CHECK_FALSE(is_informative(Example()));
}

TEST_CASE("queries weigh the root of their clicks, with mean 1, and judged ones alike", "[trainer][training]") {
  std::vector<Example> examples(3);
  examples[1].pool = 1;
  examples[2].pool = 2;
  examples[0].labels = (VectorXd(2) << 3.0, 1.0).finished();
  examples[1].labels = (VectorXd(2) << 16.0, -5.0).finished();
  examples[2].labels = (VectorXd(2) << 0.0, 36.0).finished();
  for (Example& example : examples) example.ranks = {1, 2};
  const std::vector<double> weights = query_weights(examples, LabelKind::clicks);
  CHECK_THAT(weights[0], WithinAbs(0.5, 1e-15));
  CHECK_THAT(weights[1], WithinAbs(1.0, 1e-15));
  CHECK_THAT(weights[2], WithinAbs(1.5, 1e-15));
  CHECK(query_weights(examples, LabelKind::impressions) == weights);
  CHECK(query_weights(examples, LabelKind::grades) == std::vector<double>{1.0, 1.0, 1.0});
}

TEST_CASE("an example beside pages weighs a share of what its query does", "[trainer][training]") {
  std::vector<Example> examples(3);
  examples[0].labels = examples[1].labels = VectorXd::Constant(1, 8.0);
  examples[2].labels = VectorXd::Constant(1, 100.0);  // corrected clicks: how many does not matter
  examples[0].ranks = examples[1].ranks = {1};
  const std::vector<double> weights =
      query_weights(examples, LabelKind::impressions, QueryWeight::sqrt, {}, 0.5);  // 2, 2 and half of 4
  for (const double weight : weights) CHECK_THAT(weight, WithinAbs(1.0, 1e-15));
  CHECK(query_weights(examples, LabelKind::impressions, QueryWeight::sqrt, {}, 0.0)[2] == 0.0);
}

TEST_CASE("a query's weight is shared out among its pages by clicks", "[trainer][training]") {
  std::vector<Example> examples(4);
  const double clicks[] = {12.0, 4.0, 16.0, 0.0};
  for (std::size_t i = 0; i < 4; ++i) {
    examples[i].pool = i < 2 ? 7 : i;
    examples[i].labels = VectorXd::Constant(1, clicks[i]);
    examples[i].ranks = {1};
  }
  const auto check = [&](QueryWeight weight, const std::vector<double>& expected) {
    const std::vector<double> weights = query_weights(examples, LabelKind::impressions, weight);
    for (std::size_t i = 0; i < 4; ++i) CHECK_THAT(weights[i], WithinAbs(expected[i], 1e-15));
  };
  check(QueryWeight::sqrt, {1.5, 0.5, 2.0, 0.0});
  check(QueryWeight::one, {1.5, 0.5, 2.0, 0.0});  // both queries have 16 clicks
  check(QueryWeight::clicks, {1.5, 0.5, 2.0, 0.0});
  examples[2].labels *= 4.0;  // 64 clicks beside 16
  check(QueryWeight::sqrt, {1.0, 1.0 / 3.0, 8.0 / 3.0, 0.0});
  check(QueryWeight::one, {1.5, 0.5, 2.0, 0.0});
  check(QueryWeight::clicks, {0.6, 0.2, 3.2, 0.0});
  CHECK(query_weights(examples, LabelKind::grades, QueryWeight::clicks) == std::vector<double>(4, 1.0));
}

TEST_CASE("kinds of labels go by their names", "[trainer][training]") {
  for (const LabelKind kind : {LabelKind::grades, LabelKind::clicks, LabelKind::impressions, LabelKind::shown}) {
    CHECK(label_kind_from_string(to_string(kind)) == kind);
  }
  CHECK_THROWS_AS(label_kind_from_string("stars"), ConfigError);
  CHECK_THROWS_WITH(label_kind_from_string("stars"),
                    Contains("'stars'") && Contains("grades, clicks, impressions or shown"));
}

TEST_CASE("a data set's fingerprint changes with all that training depends on", "[trainer][training]") {
  const TrainingData data = shown_pages(2, 4, 2, 1);
  const std::string before = fingerprint(data);
  CHECK(fingerprint(shown_pages(2, 4, 2, 1)) == before);
  const auto changed = [&](const std::function<void(TrainingData&)>& change) {
    TrainingData other = data;
    change(other);
    return fingerprint(other);
  };
  CHECK(changed([](TrainingData& d) { d.pools[1].rows(0, 1) += 1e-6F; }) != before);
  CHECK(changed([](TrainingData& d) { d.pools[0].query_id = "other"; }) != before);
  CHECK(changed([](TrainingData& d) { d.examples[0].labels[0] += 1e-9; }) != before);
  CHECK(changed([](TrainingData& d) { std::swap(d.examples[0].ranks[0], d.examples[0].ranks[1]); }) != before);
  CHECK(changed([](TrainingData& d) { std::swap(d.examples[0].rows[0], d.examples[0].rows[1]); }) != before);
  CHECK(changed([](TrainingData& d) { d.examples[5].pool = 0; }) != before);
  CHECK(changed([](TrainingData& d) { d.labels = LabelKind::clicks; }) != before);
  CHECK(changed([](TrainingData& d) { d.depth = 50; }) != before);
  CHECK(changed([](TrainingData& d) { d.examples[0].shown[0] += 1.0; }) != before);
  CHECK(changed([](TrainingData& d) { d.examples[0].last_clicks = VectorXd::Unit(4, 1); }) != before);
  CHECK(changed([](TrainingData& d) { d.schema.features[0] = "x"; }) != before);
}

TEST_CASE("validation is nDCG@10, or the log-likelihood of a click under the page's offsets", "[trainer][training]") {
  Example example;
  example.rows = {0, 1, 2};
  example.labels = (VectorXd(3) << 0.0, 3.0, 1.0).finished();
  const VectorXd scores = (VectorXd(3) << 0.5, -0.25, 1.0).finished();
  CHECK_THAT(validation_score(example, LabelKind::clicks, scores, VectorXd()),
             WithinAbs(ndcg_of_gains(scores, example.labels / 4.0, 10), 1e-15));

  example.ranks = {2, 1, 9};
  const VectorXd offsets = (VectorXd(2) << 0.0, -0.7).finished();
  // Rank 9 is looked at like the last known one, 2.
  const double z = std::exp(0.5 - 0.7) + std::exp(-0.25) + std::exp(1.0 - 0.7);
  const double expected = 0.75 * std::log(std::exp(-0.25) / z) + 0.25 * std::log(std::exp(1.0 - 0.7) / z);
  CHECK_THAT(validation_score(example, LabelKind::impressions, scores, offsets), WithinAbs(expected, 1e-14));
  CHECK(std::isfinite(validation_score(example, LabelKind::impressions, scores, VectorXd())));
  CHECK(validation_score(example, LabelKind::shown, scores, offsets) ==
        validation_score(example, LabelKind::impressions, scores, VectorXd()));
}
