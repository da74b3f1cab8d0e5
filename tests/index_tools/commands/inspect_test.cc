#include <catch2/catch.hpp>

#include "irgan/model.h"
#include "irgan/training_record.h"
#include "tests/index_tools/made_site.h"

namespace irgan::inspect_test {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

TEST_CASE("inspect --importance shows what training measured", "[index_tools][inspect]") {
  const MadeSite site;
  site.index();
  REQUIRE(
      site.run("train --db @db --queries @learn.tsv --qrels @learn.qrels --force --epochs 4 --model @m").exit_code ==
      0);
  const auto model = Model::from_file(site.file("m"));
  const TrainingRecord record = record_of(*model);
  REQUIRE(record.importance);
  REQUIRE(record.importance->losses.size() == model->schema().features.size());
  CHECK(record_from_text(to_text(record)).importance->losses[3].high == record.importance->losses[3].high);
  // Grades hang on popularity.
  const CommandResult shown = site.run("inspect @m --importance");
  CHECK(shown.exit_code == 0);
  CHECK_THAT(shown.out, StartsWith("nDCG@10 on ") && Contains(" to ") && Contains(")  value.popularity  "));
  const std::size_t second_feature = shown.out.find(")  ", shown.out.find(")  ") + 1);
  CHECK(shown.out.find(")  value.popularity") < second_feature);
  CHECK_THAT(site.run("inspect @m").out, Contains("learnt     from judgments for ") && Contains("judged     on ") &&
                                             Contains("lives on   value.popularity") && Contains("written    20"));
  REQUIRE(site.run("store --db @db --model @m").exit_code == 0);
  CHECK(site.run("inspect --db @db --importance").out == shown.out);
  CHECK_THAT(site.run("inspect --db @db").out, Contains(model->version() + ", since 20"));
  CHECK(site.run("inspect @m --importance --features").exit_code == 2);
}

TEST_CASE("inspect --features says what features are", "[index_tools][inspect]") {
  const MadeSite site;
  site.one_file_of_each_kind();
  const CommandResult all = site.run("inspect --features");
  CHECK(all.exit_code == 0);
  CHECK_THAT(all.out, Contains("\nFIELD.bm25\n") && Contains("It is in models by default"));
  const CommandResult own = site.run("inspect @model --features");
  CHECK_THAT(own.out, Contains("\ntitle.bm25\n") && Contains("Range: ") && !Contains("FIELD"));
  CHECK(site.run("inspect --features --history --db @db").exit_code == 2);
}

}  // namespace irgan::inspect_test
