#include "trainer/site/pagerank.h"

#include <catch2/catch.hpp>
#include <numeric>

namespace irgan::pagerank_test {

namespace {

// Links hand on at most what there is, so each round shrinks the distance to the fixed point (sum of absolute
// differences, 2 at most) by .85: below 2 * .85^50 = 6e-4 after 50 rounds, times 4 documents by the scaling.
constexpr double kTolerance = 2.4e-3;

}  // namespace

// With d = .85 and n = 3: r = .05 + .85 * (what links hand on).
//   a <- c           r_a = .05 + .85 r_c
//   b <- a (half)    r_b = .05 + .425 r_a
//   c <- a (half), b r_c = .05 + .425 r_a + .85 r_b
// Put in: r_c = .05 + .425 r_a + .0425 + .36125 r_a = .0925 + .78625 r_a; r_a = .05 + .078625 + .6683125 r_a
//   r_a = .128625 / .3316875 = .387790, r_b = .214811, r_c = .397400; their sum is 1, so the mean-1 scale is 3.
TEST_CASE("pagerank agrees with a graph of three documents worked by hand", "[index_tools][pagerank]") {
  const std::vector<double> ranks = pagerank(3, {{0, 1}, {0, 2}, {1, 2}, {2, 0}});
  REQUIRE(ranks.size() == 3);
  CHECK(ranks[0] == Approx(3 * 0.387790).margin(kTolerance));
  CHECK(ranks[1] == Approx(3 * 0.214811).margin(kTolerance));
  CHECK(ranks[2] == Approx(3 * 0.397400).margin(kTolerance));
}

// d links nowhere: what it would hand on is lost, and scaling makes up for it.
//   n = 4, base .0375: a <- b, c; b <- a; c <- a (half each); d <- b (half)
//   r_b = r_c = .0375 + .425 r_a; r_a = .0375 + .425 r_b + .85 r_c = .0375 + 1.275 (.0375 + .425 r_a)
//   r_a = .0853125 / .458125 = .186221; r_b = r_c = .116644; r_d = .0375 + .425 r_b = .087074; sum .506583
TEST_CASE("pagerank loses what a document without links would hand on, and keeps the mean at 1",
          "[index_tools][pagerank]") {
  const std::vector<double> ranks = pagerank(4, {{0, 1}, {0, 2}, {1, 0}, {1, 3}, {2, 0}});
  REQUIRE(ranks.size() == 4);
  const double sum = 0.186221 + 2 * 0.116644 + 0.087074;
  CHECK(ranks[0] == Approx(4 * 0.186221 / sum).margin(kTolerance));
  CHECK(ranks[1] == Approx(4 * 0.116644 / sum).margin(kTolerance));
  CHECK(ranks[2] == Approx(ranks[1]));
  CHECK(ranks[3] == Approx(4 * 0.087074 / sum).margin(kTolerance));
  CHECK(std::accumulate(ranks.begin(), ranks.end(), 0.0) / 4 == Approx(1.0));
}

TEST_CASE("pagerank is the same for documents that nothing tells apart", "[index_tools][pagerank]") {
  for (const double rank : pagerank(4, {{0, 1}, {1, 2}, {2, 3}, {3, 0}})) CHECK(rank == Approx(1.0));
  for (const double rank : pagerank(3, {})) CHECK(rank == Approx(1.0));
  for (const double rank : pagerank(1, {{0, 0}})) CHECK(rank == Approx(1.0));
}

TEST_CASE("pagerank counts a link as often as it stands there", "[index_tools][pagerank]") {
  const std::vector<double> once = pagerank(3, {{0, 1}, {0, 2}, {1, 0}, {2, 0}});
  const std::vector<double> twice = pagerank(3, {{0, 1}, {0, 1}, {0, 2}, {1, 0}, {2, 0}});
  CHECK(once[1] == Approx(once[2]));
  CHECK(twice[1] > 1.2 * twice[2]);
}

}  // namespace irgan::pagerank_test
