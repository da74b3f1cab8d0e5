/// Options that contradict each other are refused, by the member's name.

#include "irgan/mining_options.h"

#include <catch2/catch.hpp>

namespace irgan::mining_options_test {

using Catch::Contains;

namespace {

std::string refused_member(const MiningOptions& options) {
  try {
    check(options);
  } catch (const ConfigError& error) {
    return error.member();
  }
  return "none";
}

}  // namespace

TEST_CASE("the defaults agree with each other", "[trainer][mining_options]") { CHECK_NOTHROW(check(MiningOptions())); }

TEST_CASE("a wrong option is refused by its member's name", "[trainer][mining_options]") {
  MiningOptions options;
  options.sources = {};
  CHECK(refused_member(options) == "source");
  options.sources = {{NegativeSource::bm25, 0.0}};
  CHECK(refused_member(options) == "source");
  options.sources = {{NegativeSource::bm25}, {NegativeSource::bm25}};
  CHECK(refused_member(options) == "source");
  options.sources = {{NegativeSource::run}};
  CHECK(refused_member(options) == "run");
  options.run = std::make_shared<const Run>();
  CHECK(refused_member(options) == "none");
  options.score_by = GuardScore::teacher;
  CHECK(refused_member(options) == "scores");
  options = {};
  options.guards.relative_margin = 0.05;
  CHECK(refused_member(options) == "relative_margin");
  options = {};
  options.guards.range_min = 5;
  options.guards.range_max = 5;
  CHECK(refused_member(options) == "range_max");
  options = {};
  options.include_positives = true;
  CHECK(refused_member(options) == "include_positives");
  options.form = NegativeForm::ids;
  CHECK(refused_member(options) == "none");
}

TEST_CASE("sources and scores of networks need a model", "[trainer][mining_options]") {
  MiningOptions options;
  CHECK(needs_model(options));
  options.sources = {{NegativeSource::bm25}};
  CHECK(needs_model(options));
  options.score_by = GuardScore::first_stage;
  CHECK_FALSE(needs_model(options));
  options.sources.push_back({NegativeSource::dns});
  CHECK(needs_model(options));
}

}  // namespace irgan::mining_options_test
