#include "trainer/training/false_negatives.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "plugin/src/encoding/binned_rows.h"
#include "tests/trainer/synthetic_training_data.h"
#include "trainer/game/encoding_fit.h"
#include "trainer/parallel/thread_pool.h"

namespace irgan::false_negatives_test {

namespace {

// A network whose score is `factor` times the first encoded column, which rises with the first feature.
Network first_column(const Encoding& encoding, float factor) {
  Network network;
  network.layers.emplace_back();
  network.layers[0].weight = FeatureMatrix::Zero(encoding.width(), 1);
  for (Eigen::Index column = 0; column < encoding.width(); ++column) {
    if (encoding.feature_of_column()[static_cast<std::size_t>(column)] == 0)
      network.layers[0].weight(column, 0) = factor;
  }
  network.layers[0].bias = Eigen::VectorXf::Zero(1);
  return network;
}

}  // namespace

TEST_CASE("a generator that knows nothing hits what a uniform draw hits", "[trainer][false_negatives]") {
  const TrainingData data = graded_queries(20, 30, 3, 4);
  const Encoding encoding = fit_encoding(data.pools, 8);
  ThreadPool threads(2);
  const HiddenPositives hidden(data, 1);
  CHECK(hidden.num_queries() == 20);
  const HiddenHits hits = hidden.hits({first_column(encoding, 0.0F)}, {1.0}, BinLayout(encoding), threads).front();
  CHECK(hits.policy == Approx(hits.uniform));
  CHECK(hits.multiple() == Approx(1.0));
}

TEST_CASE("a generator that knows what is clicked hits it more, the more the colder", "[trainer][false_negatives]") {
  const TrainingData data = graded_queries(20, 30, 3, 4);
  const Encoding encoding = fit_encoding(data.pools, 8);
  ThreadPool threads(2);
  const HiddenPositives hidden(data, 1);
  const auto hits = hidden.hits({first_column(encoding, 2.0F)}, {0.25, 1.0, 100.0}, BinLayout(encoding), threads);
  CHECK(hits[0].multiple() > hits[1].multiple());
  CHECK(hits[1].multiple() > 1.5);
  CHECK(hits[2].multiple() == Approx(1.0).margin(0.1));
  // 30 documents of which about 38 % are relevant: half of them hidden, the other half out of the choice.
  CHECK(hits[0].uniform > 0.1);
  CHECK(hits[0].uniform < 0.4);
}

TEST_CASE("the halves of a query's positives are hidden and known: no more than half is hit",
          "[trainer][false_negatives]") {
  TrainingData data = graded_queries(1, 4, 2, 1);
  data.examples[0].labels = (Eigen::VectorXd(4) << 1.0, 2.0, 0.0, 0.0).finished();
  const Encoding encoding = fit_encoding(data.pools, 4);
  ThreadPool threads(1);
  const HiddenHits hits =
      HiddenPositives(data, 7).hits({first_column(encoding, 0.0F)}, {1.0}, BinLayout(encoding), threads).front();
  CHECK(hits.uniform == Approx(1.0 / 3.0));  // one of two hidden, one of four documents known
}

TEST_CASE("queries with one positive say nothing", "[trainer][false_negatives]") {
  TrainingData data = graded_queries(1, 4, 2, 1);
  data.examples[0].labels = (Eigen::VectorXd(4) << 1.0, 0.0, 0.0, 0.0).finished();
  CHECK(HiddenPositives(data, 1).num_queries() == 0);
}

TEST_CASE("pages of one query share their pool and are halved together", "[trainer][false_negatives]") {
  const TrainingData data = shown_pages(5, 8, 2, 3);  // three pages a query, every document clicked somewhere
  CHECK(HiddenPositives(data, 1).num_queries() == 5);
}

TEST_CASE("hardest_temperature is the lowest whose draws and all easier ones keep the bound",
          "[trainer][false_negatives]") {
  const std::vector<double> temperatures{0.5, 1.0, 2.0, 4.0};
  CHECK(hardest_temperature(temperatures, {5.0, 2.5, 1.6, 1.2}, 2.0) == 2.0);
  CHECK(hardest_temperature(temperatures, {1.8, 1.7, 1.6, 1.2}, 2.0) == 0.5);
  CHECK(hardest_temperature(temperatures, {1.8, 2.7, 1.6, 1.2}, 2.0) == 2.0);
  CHECK(hardest_temperature(temperatures, {9.0, 8.0, 7.0, 6.0}, 2.0) == 4.0);
}

}  // namespace irgan::false_negatives_test
