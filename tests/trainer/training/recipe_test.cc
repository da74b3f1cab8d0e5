#include "trainer/training/recipe.h"

#include <catch2/catch.hpp>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "irgan/training_record.h"

namespace irgan::recipe_test {

using Catch::Matchers::StartsWith;
using nlohmann::json;

TEST_CASE("every hyper-parameter has a name and a flag of its own, and a default in its range", "[trainer][recipe]") {
  std::set<std::string> names;
  std::set<std::string> flags;
  for (const HyperParameter& row : recipe()) {
    CAPTURE(row.name);
    CHECK(names.insert(row.name).second);
    CHECK(flags.insert(row.flag).second);
    CHECK(std::string(row.text) != "");
  }
  CHECK_NOTHROW(check_ranges(TrainingOptions()));
}

TEST_CASE("what is outside its range is refused by its name", "[trainer][recipe]") {
  TrainingOptions options;
  SECTION("a number") {
    options.game.lambda = 2.0;
    CHECK_THROWS_WITH(check_ranges(options), StartsWith("lambda 2: must be from 1e-06 to 1"));
  }
  SECTION("no number") {
    options.unseen_credit = std::numeric_limits<double>::quiet_NaN();
    CHECK_THROWS_WITH(check_ranges(options), StartsWith("unseen_credit nan"));
  }
  SECTION("one of several") {
    options.hidden_units = {64, 0};
    CHECK_THROWS_WITH(check_ranges(options), StartsWith("hidden_units 0: must be from 1 to 4096"));
  }
  CHECK_THROWS_AS(check_ranges(options), ConfigError);
}

TEST_CASE("a choice is set by each of its names and by no other", "[trainer][recipe]") {
  const auto& sampler = std::get<Choice>(hyper_parameter("sampler").value);
  TrainingOptions options;
  for (const char* name : sampler.names) {
    CHECK(sampler.set(options, name));
    CHECK(std::string(sampler.name_of(options)) == name);
  }
  CHECK(options.game.sampler == Sampler::dns);
  CHECK_FALSE(sampler.set(options, "best"));
  CHECK(options.game.sampler == Sampler::dns);
}

TEST_CASE("every hyper-parameter is in the record, and a record gives it back", "[trainer][recipe]") {
  TrainingRecord record;
  record.options = TrainingOptions();
  record.options->unseen_credit = 0.7;
  record.options->game.form = DiscriminatorForm::pairwise;
  record.options->hidden_units = {7};
  record.options->generator_features = "cheap";
  record.options->seed = std::uint64_t{1} << 60;
  const json written = json::parse(to_text(record))["options"];
  for (const HyperParameter& row : recipe()) CHECK(written.contains(row.name));
  CHECK(written["unseen_credit"] == 0.7);
  CHECK(written["discriminator"] == "pairwise");
  const TrainingRecord read = record_from_text(to_text(record));
  CHECK(to_text(read) == to_text(record));
}

}  // namespace irgan::recipe_test
