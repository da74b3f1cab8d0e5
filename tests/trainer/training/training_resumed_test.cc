/// A run gives the same bytes whenever it is repeated, at any number of threads, and however often it was interrupted.

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include "irgan/training.h"
#include "tests/trainer/changed_rows.h"
#include "tests/trainer/scratch_folder.h"
#include "tests/trainer/training/small_training.h"

namespace irgan::training_resumed_test {

using Catch::Matchers::Contains;

namespace {

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

TEST_CASE("an epoch that ends too soon after the last checkpoint leaves none", "[trainer][training]") {
  const Split data = graded();
  TrainingOptions options = small_options();
  const std::string bytes = model_bytes(data, options);
  const ScratchFolder folder;
  options.checkpoint_path = folder.file("model.checkpoint");
  options.checkpoint_seconds = 1e6;
  REQUIRE(is_killed_at(9, data, options));
  CHECK(folder.size() == 0);
  CHECK((model_bytes(data, options) == bytes));
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
  change_rows(other_data.training.pools[3], [](FeatureMatrix& rows) { rows(1, 1) += 1.0F; });
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

}  // namespace irgan::training_resumed_test
