// Why a document stands where it stands: search --explain and --where.
#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/index_tools/made_site.h"

namespace irgan::search_test {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using nlohmann::json;

namespace {

/// A site with a model, and a memory of clicks on d3 for "amber birch" and on d7 for what no document holds.
class ExplainedSite : public MadeSite {
 public:
  ExplainedSite() {
    index();
    done("train --db @db --queries @learn.tsv --qrels @learn.qrels --force --epochs 2 --model @m");
    std::string rows = "session\tquery\tdoc_id\n";
    for (int i = 0; i < 12; ++i) {
      rows += "s" + std::to_string(i) + "\tamber birch\td3\n";
      rows += "s" + std::to_string(i) + "\tzzyzx\td7\n";
    }
    folder.write("clicks.tsv", rows);
    done("memory --clicks @clicks.tsv --out @memory");
  }

  std::string done(const std::string& line) const {
    const CommandResult result = run(line);
    INFO(line << '\n' << result.err);
    REQUIRE(result.exit_code == 0);
    return result.out;
  }

  json found(const std::string& line) const { return json::parse(done("search --json --db @db " + line)); }
};

double sum_of(const json& parts) {
  double sum = 0.0;
  for (const auto& part : parts) sum += part.get<double>();
  return sum;
}

constexpr double kMidpoints = 0.02;  // 64 of integrated gradients

}  // namespace

TEST_CASE("search --where: reasons add up to the difference between two documents", "[index_tools][search]") {
  const ExplainedSite site;
  for (const std::string memory : {"--memory none", "--memory @memory"}) {
    CAPTURE(memory);
    const json top = site.found("--model @m " + memory + " --explain --top 20 amber birch").at("hits");
    const std::string first = top[0].at("id");
    const std::string last = top[9].at("id");
    const json found = site.found("--model @m " + memory + " --where " + last + " --where " + first + " amber birch");
    const json& above = found.at("above");
    CHECK(above.at("upper") == first);
    CHECK(above.at("lower") == last);
    CHECK(found.at("places")[0].at("rank") == 10);
    CHECK(found.at("places")[1].at("hit").at("id") == first);
    const double gap = above.at("gap");
    CHECK(gap > 0.0);
    CHECK(std::abs(sum_of(above.at("reasons")) - gap) < kMidpoints);
    const double upper = top[0].at("score");
    const double lower = top[9].at("score");
    const bool remembers = memory != "--memory none";
    CHECK(gap == Approx(remembers ? std::log(upper / lower) : upper - lower).margin(1e-5));
    CHECK(above.at("reasons").contains("memory") == remembers);
    const json& parts = top[0].at("contributions");
    CHECK(parts.contains("memory") == remembers);
    CHECK(parts.contains("value.popularity"));
  }
}

TEST_CASE("search --where: people read the same", "[index_tools][search]") {
  const ExplainedSite site;
  const std::string shown = site.done("search --db @db --model @m --memory @memory --where d3 --where d4 amber birch");
  CHECK_THAT(shown, StartsWith("d3: rank 1 in the model's order") && Contains("remembered clicks for the query") &&
                        Contains("above a mean candidate without clicks") && Contains("d3 stands above d4, because:") &&
                        Contains("  together\n"));
  const std::string explained = site.done("search --db @db --model @m --memory @memory --explain --top 1 amber birch");
  CHECK_THAT(explained, Contains("because: memory +"));
}

TEST_CASE("search --where: why a document is no candidate", "[index_tools][search]") {
  const ExplainedSite site;
  CHECK_THAT(site.done("search --db @db --model @m --where nobody amber"),
             StartsWith("nobody: no document of the index has this id"));
  const json by_xapian = site.found("--top 60 amber birch").at("hits");
  REQUIRE(by_xapian.size() > 6);
  const std::string sixth = by_xapian[5].at("id");
  CHECK(site.found("--model @m --depth 3 --where " + sixth + " amber birch").at("places")[0] ==
        json({{"id", sixth},
              {"standing", "below"},
              {"rank", nullptr},
              {"first_stage_rank", 6},
              {"has", site.found("--where " + sixth + " amber birch").at("places")[0].at("has")},
              {"lacks", site.found("--where " + sixth + " amber birch").at("places")[0].at("lacks")},
              {"hit", nullptr}}));
  CHECK_THAT(site.done("search --db @db --model @m --depth 3 --where " + sixth + " amber birch"),
             Contains("rank 6 in Xapian's order, behind the first 3"));
  CHECK_THAT(site.done("search --db @db --model @m --where d1 zzyzx"),
             Contains("the search does not find it; it has none of the query's words"));
  CHECK_THAT(site.done("search --db @db --where " + sixth + " amber birch"),
             Contains(sixth + ": rank 6 in Xapian's order"));
}

TEST_CASE("search --where: a document that the memory added", "[index_tools][search]") {
  const ExplainedSite site;
  const json found = site.found("--model @m --memory @memory --where d7 zzyzx").at("places")[0];
  CHECK(found.at("standing") == "candidate");
  CHECK(found.at("first_stage_rank") == nullptr);
  CHECK(found.at("lacks") == json({"zzyzx"}));
  CHECK(found.at("hit").at("found_by") == "memory");
  CHECK_THAT(site.done("search --db @db --model @m --memory @memory --where d7 zzyzx"),
             Contains("added by the memory, not found by Xapian's"));
}

}  // namespace irgan::search_test
