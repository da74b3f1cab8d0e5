#include "irgan/measures.h"

#include <catch2/catch.hpp>
#include <random>

namespace irgan::measures_test {

using Catch::Matchers::WithinAbs;

namespace {

constexpr double kHand = 5e-7;  // the figures below are worked by hand to six decimals

// Judged are 3 2 2 1 0; one 2 was not retrieved, rank 4 is unjudged.
const std::vector<int> kJudged = {2, 0, 1, 3, 2};
const std::vector<int> kRanked = {2, 0, 3, 0, 1};

}  // namespace

TEST_CASE("ndcg divides by the ideal order of all judged documents", "[trainer][measures]") {
  // DCG   = 2/log2(2) + 3/log2(4) + 1/log2(6)               = 2 + 1.5 + 0.386853                    = 3.886853
  // ideal = 3/log2(2) + 2/log2(3) + 2/log2(4) + 1/log2(5)   = 3 + 1.261860 + 1 + 0.430677           = 5.692536
  CHECK_THAT(ndcg(kRanked, kJudged, 0), WithinAbs(3.886853 / 5.692536, kHand));
  CHECK_THAT(ndcg(kRanked, kJudged, 0), WithinAbs(0.682798, kHand));
  // At 3: 3.5 of 5.261860; at 1: 2 of 3; beyond both lists: as for all.
  CHECK_THAT(ndcg(kRanked, kJudged, 3), WithinAbs(0.665164, kHand));
  CHECK_THAT(ndcg(kRanked, kJudged, 1), WithinAbs(2.0 / 3.0, kHand));
  CHECK(ndcg(kRanked, kJudged, 100) == ndcg(kRanked, kJudged, 0));
}

TEST_CASE("ndcg of the ideal order is 1", "[trainer][measures]") {
  CHECK(ndcg({3, 2, 2, 1, 0}, kJudged, 0) == 1.0);
  CHECK(ndcg({3, 2, 2}, kJudged, 3) == 1.0);
}

TEST_CASE("ndcg counts negative labels as 0 in the ranking and in the ideal", "[trainer][measures]") {
  CHECK_THAT(ndcg({-1, 1}, {-1, 1}, 0), WithinAbs(0.630930, kHand));  // 1/log2(3)
  CHECK(ndcg({-2, -1}, {-2, -1}, 0) == 0.0);
}

TEST_CASE("average precision counts relevant documents that were not retrieved", "[trainer][measures]") {
  // Level 1: ranks 1, 3, 5 of 4 relevant: (1/1 + 2/3 + 3/5) / 4. Level 2: ranks 1, 3 of 3: (1/1 + 2/3) / 3.
  CHECK_THAT(average_precision(kRanked, 4, 1), WithinAbs(0.566667, kHand));
  CHECK_THAT(average_precision(kRanked, 3, 2), WithinAbs(0.555556, kHand));
}

TEST_CASE("reciprocal rank finds the first document of the level", "[trainer][measures]") {
  CHECK(reciprocal_rank(kRanked, 1) == 1.0);
  CHECK_THAT(reciprocal_rank(kRanked, 3), WithinAbs(1.0 / 3.0, kHand));
  CHECK(reciprocal_rank(kRanked, 4) == 0.0);
}

TEST_CASE("precision fills a short ranking up with documents that are not relevant", "[trainer][measures]") {
  CHECK_THAT(precision(kRanked, 3, 1), WithinAbs(2.0 / 3.0, kHand));
  CHECK_THAT(precision(kRanked, 10, 1), WithinAbs(0.3, kHand));
  CHECK_THAT(precision(kRanked, 10, 2), WithinAbs(0.2, kHand));
}

TEST_CASE("recall divides by all relevant documents of the query", "[trainer][measures]") {
  CHECK(recall(kRanked, 4, 3, 1) == 0.5);
  CHECK(recall(kRanked, 4, 100, 1) == 0.75);
  CHECK_THAT(recall(kRanked, 3, 100, 2), WithinAbs(2.0 / 3.0, kHand));
}

TEST_CASE("every measure of an empty ranking and of a query with nothing relevant is 0", "[trainer][measures]") {
  const std::vector<int> ranked = GENERATE(std::vector<int>{}, std::vector<int>{0, -1, 0});
  CHECK(ndcg(ranked, {0}, 0) == 0.0);
  CHECK(ndcg(ranked, {2}, 10) == 0.0);
  CHECK(average_precision(ranked, 0, 1) == 0.0);
  CHECK(reciprocal_rank(ranked, 1) == 0.0);
  CHECK(precision(ranked, 10, 1) == 0.0);
  CHECK(recall(ranked, 0, 10, 1) == 0.0);
  CHECK(letor_ndcg(ranked, 1) == 0.0);
  CHECK(letor_mean_ndcg(ranked) == 0.0);
  CHECK(letor_average_precision(ranked) == 0.0);
}

TEST_CASE("LETOR's NDCG has exponential gains and spares the first two ranks the discount", "[trainer][measures]") {
  // Labels 0 2 1 0, gains 0 3 1 0. DCG 0, 3, 3 + 1/log2(3) = 3.630930, the same; ideal 3, 4, 4, 4.
  const std::vector<int> ranked = {0, 2, 1, 0};
  CHECK(letor_ndcg(ranked, 1) == 0.0);
  CHECK_THAT(letor_ndcg(ranked, 2), WithinAbs(0.75, kHand));
  CHECK_THAT(letor_ndcg(ranked, 3), WithinAbs(0.907732, kHand));
  CHECK_THAT(letor_ndcg(ranked, 4), WithinAbs(0.907732, kHand));
  CHECK_THAT(letor_mean_ndcg(ranked), WithinAbs((0.75 + 2 * 0.907732) / 4, kHand));
  CHECK_THAT(letor_average_precision(ranked), WithinAbs((1.0 / 2 + 2.0 / 3) / 2, kHand));
}

TEST_CASE("LETOR's NDCG@k of a ranking shorter than k is 0, as in its script", "[trainer][measures]") {
  CHECK(letor_ndcg({2, 1}, 2) == 1.0);
  CHECK(letor_ndcg({2, 1}, 3) == 0.0);
  CHECK(letor_mean_ndcg({2, 1}) == 1.0);
}

TEST_CASE("ndcg_of_gains keeps the order of equal scores and takes gains as they are", "[trainer][measures]") {
  // Order: rows 1, 2 (equal scores), 3, 0; gains 0 1.5 1 0.5.
  // DCG   = 1.5/log2(3) + 1/2 + 0.5/log2(5) = 0.946395 + 0.5 + 0.215338 = 1.661733
  // ideal = 1.5 + 1/log2(3) + 0.5/2         = 1.5 + 0.630930 + 0.25     = 2.380930
  const Eigen::VectorXd scores = (Eigen::VectorXd(4) << 1.0, 3.0, 3.0, 2.0).finished();
  const Eigen::VectorXd gains = (Eigen::VectorXd(4) << 0.5, 0.0, 1.5, 1.0).finished();
  CHECK_THAT(ndcg_of_gains(scores, gains, 0), WithinAbs(0.697934, kHand));
  CHECK_THAT(ndcg_of_gains(scores, gains, 2), WithinAbs(0.946395 / 2.130930, kHand));
  CHECK(ndcg_of_gains(gains, gains, 0) == 1.0);
  CHECK(ndcg_of_gains(scores, Eigen::VectorXd::Zero(4), 0) == 0.0);
  CHECK(ndcg_of_gains(Eigen::VectorXd(), Eigen::VectorXd(), 10) == 0.0);
}

TEST_CASE("ndcg_of_gains is ndcg where the gains are labels", "[trainer][measures]") {
  const unsigned seed = GENERATE(1u, 2u, 3u);
  CAPTURE(seed);
  std::mt19937 engine(seed);
  std::vector<int> labels(25);
  for (int& label : labels) label = static_cast<int>(engine() % 4);
  Eigen::VectorXd gains(25);
  for (Eigen::Index i = 0; i < 25; ++i) gains[i] = labels[static_cast<std::size_t>(i)];
  const Eigen::VectorXd falling = Eigen::VectorXd::LinSpaced(25, 1.0, -1.0);

  for (const int cutoff : {0, 1, 10, 30}) CHECK(ndcg_of_gains(falling, gains, cutoff) == ndcg(labels, labels, cutoff));
}

}  // namespace irgan::measures_test
