#include "irgan/negative_guards.h"

#include <catch2/catch.hpp>

namespace irgan::negative_guards_test {

using X = Exclusion;

namespace {

// A positive of 10, then 9, 8, ..., 3.
std::vector<GuardedCandidate> descending() {
  std::vector<GuardedCandidate> candidates;
  for (int i = 0; i < 8; ++i) candidates.push_back({i == 0, 10.0 - i});
  return candidates;
}

std::vector<X> judged(const GuardOptions& options, double lowest_positive = 10.0, std::size_t most_positives = 1) {
  return guard(descending(), lowest_positive, most_positives, options);
}

}  // namespace

TEST_CASE("without guards only the positives are excluded", "[trainer][negative_guards]") {
  CHECK(judged({}) == std::vector<X>{X::positive, X::none, X::none, X::none, X::none, X::none, X::none, X::none});
}

TEST_CASE("scores and margins exclude by the query's lowest positive", "[trainer][negative_guards]") {
  GuardOptions options;
  options.max_score = 8.0;
  options.min_score = 4.0;
  CHECK(judged(options) ==
        std::vector<X>{X::positive, X::max_score, X::none, X::none, X::none, X::none, X::none, X::min_score});
  options = {};
  options.absolute_margin = 2.0;
  CHECK(judged(options)[1] == X::absolute_margin);
  CHECK(judged(options)[2] == X::none);  // exactly the margin below
  options = {};
  options.relative_margin = 0.25;
  CHECK(judged(options)[2] == X::relative_margin);  // 8 > 7.5
  CHECK(judged(options)[3] == X::none);
}

TEST_CASE("a relative margin stays below a negative positive's score", "[trainer][negative_guards]") {
  GuardOptions options;
  options.relative_margin = 0.5;
  const std::vector<GuardedCandidate> candidates{{false, -4.5}, {false, -6.0}, {false, -6.5}};
  CHECK(guard(candidates, -4.0, 1, options) == std::vector<X>{X::relative_margin, X::none, X::none});
}

TEST_CASE("ranges are counted among survivors, positives and guarded ones aside", "[trainer][negative_guards]") {
  GuardOptions options;
  options.max_score = 8.0;
  options.range_min = 1;
  options.range_max = 3;
  // The window is range_max + most_positives = 4 of the ranking: 10 to 7. Of it 8 and 7 survive; the first is passed
  // over.
  CHECK(judged(options) ==
        std::vector<X>{X::positive, X::max_score, X::range, X::none, X::range, X::range, X::range, X::range});
  // With three positives somewhere the window is two longer.
  CHECK(judged(options, 10.0, 3) ==
        std::vector<X>{X::positive, X::max_score, X::range, X::none, X::none, X::range, X::range, X::range});
}

TEST_CASE("what has no score stands behind all others and passes no guard that looks at scores",
          "[trainer][negative_guards]") {
  std::vector<GuardedCandidate> candidates = descending();
  candidates[3].score = std::numeric_limits<double>::quiet_NaN();
  GuardOptions options;
  options.max_score = 100.0;
  CHECK(guard(candidates, 10.0, 1, options)[3] == X::unscored);
  options = {};
  options.range_max = 6;
  CHECK(guard(candidates, 10.0, 1, options)[3] == X::range);
}

TEST_CASE("what may be relevant is excluded, what is not known passes", "[trainer][negative_guards]") {
  std::vector<GuardedCandidate> candidates = descending();
  candidates[1].relevance = 0.2;
  candidates[2].relevance = 0.05;
  GuardOptions options;
  options.max_relevance = 0.1;
  const std::vector<X> exclusions = guard(candidates, 10.0, 1, options);
  CHECK(exclusions[1] == X::relevance);
  CHECK(exclusions[2] == X::none);
  CHECK(exclusions[3] == X::none);
}

TEST_CASE("no guard holds for positives that are asked for, and the others keep their ranks",
          "[trainer][negative_guards]") {
  std::vector<GuardedCandidate> candidates = descending();
  for (GuardedCandidate& candidate : candidates) candidate.relevance = 0.9;
  candidates[1].is_exempt = true;
  candidates[3].is_exempt = true;
  GuardOptions options;
  options.max_relevance = 0.1;
  options.max_score = 8.5;
  options.absolute_margin = 100.0;
  std::vector<X> exclusions = guard(candidates, 10.0, 1, options);
  CHECK(exclusions[1] == X::none);
  CHECK(exclusions[2] == X::relevance);
  CHECK(exclusions[3] == X::none);
  options = {};
  options.max_relevance = 1.0;
  options.range_min = 3;
  exclusions = guard(candidates, 10.0, 1, options);
  CHECK(exclusions[1] == X::none);
  CHECK(exclusions[2] == X::range);
}

}  // namespace irgan::negative_guards_test
