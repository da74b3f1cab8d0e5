#include "trainer/training/batches.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <vector>

#include "plugin/src/encoding/encoding.h"
#include "tests/trainer/synthetic_training_data.h"
#include "trainer/game/encoding_fit.h"
#include "trainer/game/game.h"
#include "trainer/parallel/thread_pool.h"
#include "trainer/rows/example_encoding.h"

namespace irgan::batches_test {

using Catch::Matchers::StartsWith;
using Eigen::Index;

namespace {

/// A data set with what its batches are made by.
struct Course {
  TrainingData data;
  TrainingOptions options;
  ThreadPool threads{2};
  Encoding encoding = fit_encoding(data.pools, 4);
  GeneratorInputs generator_inputs{data.schema, encoding, "all"};
  BinLayout layout{encoding};

  explicit Course(TrainingData taught, TrainingOptions given = {}) : data(std::move(taught)), options(given) {}

  Batches batches() {
    return Batches(data, options, first_stage_feature(data, options), layout, generator_inputs, threads);
  }
};

}  // namespace

TEST_CASE("an epoch shows each informative example once, and the last batch what is left", "[trainer][batches]") {
  Course course(graded_queries(11, 5, 3, 1));
  course.options.batch_size = 4;
  course.data.examples[2].labels.setZero();  // says nothing
  Batches batches = course.batches();
  REQUIRE(batches.num_steps() == 3);
  const Shuffled examples = batches.shuffled(0, 0);
  std::set<std::uint64_t> seeds;
  std::vector<std::size_t> sizes;
  for (std::size_t step = 0; step < batches.num_steps(); ++step) {
    const std::vector<GameItem> items = batches.batch(examples, step);
    sizes.push_back(items.size());
    for (const GameItem& item : items) {
      CHECK(seeds.insert(item.seed).second);
      CHECK(item.positives.sum() == Approx(1.0));
      REQUIRE(item.rows != nullptr);
      CHECK(item.rows->layout == &course.layout);
      CHECK(item.rows == item.generator_rows);
    }
  }
  CHECK(sizes == std::vector<std::size_t>{4, 4, 2});
  CHECK(batches.query_of(examples, 0) != course.data.pools[2].query_id);
}

TEST_CASE("the order depends on seed, network and epoch alone", "[trainer][batches]") {
  Course course(graded_queries(20, 5, 3, 1));
  const Batches batches = course.batches();
  const std::vector<std::size_t> order = batches.shuffled(0, 0).order;
  CHECK(std::is_permutation(order.begin(), order.end(), batches.shuffled(0, 1).order.begin()));
  CHECK(order == batches.shuffled(0, 0).order);
  CHECK(order != batches.shuffled(0, 1).order);
  CHECK(order != batches.shuffled(1, 0).order);
  course.options.seed = 2;
  CHECK(order != batches.shuffled(0, 0).order);
}

TEST_CASE("ranks reach the game for impressions only", "[trainer][batches]") {
  Course course(shown_pages(6, 5, 3, 1));
  Batches impressions = course.batches();
  CHECK(impressions.num_ranks() == 5);
  CHECK_FALSE(impressions.batch(impressions.shuffled(0, 0), 0)[0].ranks->empty());
  course.data.labels = LabelKind::shown;
  Batches shown = course.batches();
  CHECK(shown.num_ranks() == 0);
  CHECK(shown.batch(shown.shuffled(0, 0), 0)[0].ranks->empty());
}

TEST_CASE("with draws the discriminator's rows are binned as they are drawn", "[trainer][batches]") {
  TrainingOptions options;
  options.game.samples = 4;
  options.game.sampler = Sampler::uniform;
  Course course(graded_queries(6, 5, 3, 1), options);
  Batches batches = course.batches();
  const std::vector<GameItem> drawn = batches.batch(batches.shuffled(0, 0), 0);
  CHECK(drawn[0].rows == nullptr);
  CHECK(drawn[0].generator_rows == nullptr);
  BinnedRows some;
  drawn[0].bin_drawn({3, 0, 3}, some);
  REQUIRE(some.num_rows == 3);
  course.options.game.samples = 0;
  const std::vector<GameItem> whole = batches.batch(batches.shuffled(0, 0), 0);
  REQUIRE(whole[0].rows != nullptr);
  const std::vector<std::size_t> rows{3, 0, 3};
  for (std::size_t j = 0; j < course.layout.features.size(); ++j) {
    for (std::size_t i = 0; i < 3; ++i) {
      CHECK(some.coordinates[3 * j + i] == whole[0].rows->coordinates[5 * j + rows[i]]);
    }
  }
}

TEST_CASE("the first stage's scores have mean 0 and deviation 1 over all rows", "[trainer][batches]") {
  TrainingOptions options;
  options.game.sampler = Sampler::bm25;
  TrainingData data = graded_queries(30, 7, 3, 1);
  for (Example& example : data.examples) example.labels.setOnes();  // so that every row is in a batch
  options.first_stage_feature = data.schema.features[1];
  Course course(data, options);
  course.options.batch_size = 30;
  Batches batches = course.batches();
  double sum = 0.0;
  double squares = 0.0;
  double count = 0.0;
  for (const GameItem& item : batches.batch(batches.shuffled(0, 0), 0)) {
    sum += item.first_stage.sum();
    squares += item.first_stage.squaredNorm();
    count += static_cast<double>(item.first_stage.size());
  }
  CHECK(sum / count == Approx(0.0).margin(1e-6));
  CHECK(squares / count == Approx(1.0).margin(1e-5));
  course.options.first_stage_feature = "bm25";
  CHECK_THROWS_WITH(first_stage_feature(course.data, course.options), StartsWith("first_stage_feature bm25: there is"));
}

}  // namespace irgan::batches_test
