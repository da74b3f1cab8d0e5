#include "trainer/training/option_search.h"

#include <catch2/catch.hpp>
#include <set>

#include "plugin/src/model/file_bytes.h"
#include "tests/trainer/scratch_folder.h"
#include "tests/trainer/synthetic_training_data.h"
#include "trainer/machine/output_file.h"

namespace irgan::option_search_test {

namespace {

TrainingOptions small_base() {
  TrainingOptions options;
  options.epochs = 4;
  options.hidden_units = {4};
  options.num_threads = 1;
  options.seed = 3;
  return options;
}

}  // namespace

TEST_CASE("trials are halved, the best comes first, and what is done is not done again", "[trainer][choosing]") {
  const ScratchFolder folder;
  const std::string state = folder.file("trials");
  const TrainingData training = graded_queries(20, 8, 2, 1);
  const TrainingData validation = graded_queries(10, 8, 2, 2);
  int calls = 0;
  const auto count = [&](const Trial&) { ++calls; };

  const std::vector<Trial> trials = choose(training, validation, small_base(), 9, state, count);

  REQUIRE(trials.size() == 9);
  CHECK(calls == 9 + 3 + 1);
  CHECK(trials[0].epochs == 4);
  CHECK(trials[1].epochs == 2);
  CHECK(trials[3].epochs == 1);
  CHECK(trials[3].validation >= trials[8].validation);
  std::set<int> numbers;
  for (const Trial& trial : trials) {
    numbers.insert(trial.number);
    CHECK(trial.options.discriminator_rate >= 3e-4 * 0.999);
    CHECK(trial.options.discriminator_rate <= 6e-3 * 1.001);
    CHECK(trial.validation > 0.0);
  }
  CHECK(numbers.size() == 9);

  const std::string kept = read_file(state);
  const std::vector<Trial> again = choose(training, validation, small_base(), 9, state, count);
  CHECK(read_file(state) == kept);
  CHECK(again[0].number == trials[0].number);
  CHECK(again[0].validation == trials[0].validation);

  CHECK_THROWS_AS(choose(validation, training, small_base(), 9, state, count), ConfigError);
  TrainingOptions anew = small_base();
  anew.restart = true;
  CHECK(choose(training, validation, anew, 3, state, count).size() == 3);
}

TEST_CASE("a damaged file of trials is refused", "[trainer][choosing]") {
  const ScratchFolder folder;
  const std::string state = folder.file("trials");
  replace_file(state, "{\"run\":");
  const TrainingData data = graded_queries(10, 8, 2, 1);
  CHECK_THROWS_AS(choose(data, data, small_base(), 3, state, [](const Trial&) {}), FormatError);
}

}  // namespace irgan::option_search_test
