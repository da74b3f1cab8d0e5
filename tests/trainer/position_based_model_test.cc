#include "trainer/position_based_model.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace irgan;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

constexpr int kRanks = 10;

struct Users {
  double exponent = 1.0;
  double most_attraction = 1.0;  // attractions are spread evenly below it
  bool look_at_documents = true;
};

// Pages of 200 queries, each of 10 documents in `orders` random orders, each order shown 100 times.
std::vector<Page> logged(const Users& users, int orders, unsigned seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> uniform;
  std::vector<Page> pages;
  for (int q = 0; q < 200; ++q) {
    std::vector<double> attraction(kRanks);
    for (double& a : attraction) a = users.look_at_documents ? users.most_attraction * uniform(random) : 0.3;
    std::vector<int> order(kRanks);
    std::iota(order.begin(), order.end(), 0);
    for (int k = 0; k < orders; ++k) {
      std::shuffle(order.begin(), order.end(), random);
      Page page{"q" + std::to_string(q), {}};
      for (int rank = 1; rank <= kRanks; ++rank) {
        const int document = order[static_cast<std::size_t>(rank - 1)];
        const double chance = std::pow(rank, -users.exponent) * attraction[static_cast<std::size_t>(document)];
        page.documents.push_back({"d" + std::to_string(document), rank, static_cast<double>(std::binomial_distribution<int>(100, chance)(random)), 100.0});
      }
      pages.push_back(page);
    }
  }
  return pages;
}

// The power law nearest to a curve in the logarithm.
double exponent_of(const std::vector<double>& examination) {
  double xy = 0.0;
  double xx = 0.0;
  for (std::size_t r = 0; r < examination.size(); ++r) {
    const double x = std::log(static_cast<double>(r + 1));
    xy -= x * std::log(examination[r] / examination[0]);
    xx += x * x;
  }
  return xy / xx;
}

}  // namespace

TEST_CASE("the examination that made the clicks is found where documents were seen at several ranks", "[trainer][position_based_model]") {
  const double exponent = GENERATE(0.0, 0.5, 1.0, 1.5);
  const double attraction = GENERATE(1.0, 0.1);
  const std::vector<double> examination = estimate_examination(logged({exponent, attraction}, 3, 1));
  REQUIRE(examination.size() == kRanks);
  // A rank has some 60,000 showings. At exponent 1.5 and attraction .05 rank 10 has 95 clicks: deviation .1 of the logarithm,
  // .05 of the exponent, and less at the ranks before.
  CHECK_THAT(exponent_of(examination), WithinAbs(exponent, 0.05));
  CHECK(*std::max_element(examination.begin(), examination.end()) == 1.0);
}

TEST_CASE("clicks at random have a flat examination", "[trainer][position_based_model]") {
  const std::vector<double> examination = estimate_examination(logged({0.0, 1.0, false}, 3, 2));
  REQUIRE(examination.size() == kRanks);
  for (const double chance : examination) CHECK(chance > 0.96);  // 18,000 clicks a rank: deviation .01
}

TEST_CASE("a log with one order a query does not tell examination from attraction, and none is made up", "[trainer][position_based_model]") {
  CHECK(estimate_examination(logged({1.0, 1.0}, 1, 3)).empty());
  CHECK(estimate_examination(std::vector<Page>()).empty());
  CHECK(estimate_examination(logged({1.0, 0.0}, 3, 3)).empty());  // no clicks
}

TEST_CASE("ranks at which nothing that moved was clicked are like the nearest known one", "[trainer][position_based_model]") {
  // A document at ranks 2 and 4; rank 3 has one that never moved.
  const std::vector<Page> pages{{"q", {{"a", 2, 40, 100}, {"b", 3, 90, 100}}}, {"q", {{"a", 4, 10, 100}}}};
  const std::vector<double> examination = estimate_examination(pages);
  REQUIRE(examination.size() == 4);
  CHECK(examination[0] == examination[1]);
  CHECK(examination[1] == 1.0);
  CHECK(examination[2] == examination[1]);
  CHECK_THAT(examination[3], WithinRel(0.25, 0.02));  // but for the prior's one showing
}

TEST_CASE("attraction is clicks over showings that were looked at, the prior's among them", "[trainer][position_based_model]") {
  const std::vector<ShownPair> pairs{{{{1, 10, 4}, {2, 10, 3}}, 0.2}, {{}, 0.3}, {{{7, 20, 1}}, 0.1}};
  const std::vector<double> attraction = attractions(pairs, {1.0, 0.5}, 2.0);
  CHECK_THAT(attraction[0], WithinAbs((7.0 + 2 * 0.2) / (10.0 + 5.0 + 2.0), 1e-15));
  CHECK_THAT(attraction[1], WithinAbs(0.3, 1e-15));
  CHECK_THAT(attraction[2], WithinAbs((1.0 + 2 * 0.1) / (10.0 + 2.0), 1e-15));  // rank 7 like rank 2
  CHECK(examination_at({}, 3) == 1.0);
}
