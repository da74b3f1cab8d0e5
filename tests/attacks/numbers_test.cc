/// Rows of numbers that no site should have, and rates at which no network learns.

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <sstream>

#include "tests/index_tools/made_site.h"

namespace irgan::numbers_test {

using Catch::Contains;

namespace {

/// Writes LETOR rows of `num_queries` queries with `num_documents` each; `value` makes the numbers.
template <class Value>
void write_rows(const ScratchFolder& folder, int num_queries, int num_documents, const Value& value) {
  std::ostringstream text;
  for (int q = 0; q < num_queries; ++q) {
    for (int d = 0; d < num_documents; ++d) {
      text << (d * 7 + q) % 3 << " qid:" << q;
      for (int j = 1; j <= 4; ++j) text << ' ' << j << ':' << value(q, d, j);
      text << " # docid = d" << d << '\n';
    }
  }
  folder.write("rows", text.str());
}

struct Run {
  CommandResult trained, scored;
  std::string scores;
};

Run train_and_score(const ScratchFolder& folder, const std::string& more = "", int num_epochs = 3) {
  Run run;
  run.trained = run_line("train --force --labels grades --data " + folder.file("rows") + " --epochs " +
                         std::to_string(num_epochs) + " --valid-share .4 --model " + folder.file("model") + ' ' + more);
  if (run.trained.exit_code != 0) return run;
  run.scored = run_line("score --data " + folder.file("rows") + " --model " + folder.file("model") + " --out " +
                        folder.file("run"));
  run.scores = folder.read("run");
  return run;
}

void check_finite(const Run& run) {
  INFO(run.trained.err << run.scored.err);
  REQUIRE(run.trained.exit_code == 0);
  REQUIRE(run.scored.exit_code == 0);
  REQUIRE(!run.scores.empty());
  std::istringstream lines(run.scores);
  std::string query, q0, document, rank, score, tag;
  while (lines >> query >> q0 >> document >> rank >> score >> tag) CHECK(std::isfinite(std::stod(score)));
}

}  // namespace

TEST_CASE("strange numbers in rows give finite scores", "[attacks][numbers]") {
  const ScratchFolder folder;
  const std::string objective = GENERATE(as<std::string>(), "", "--objective softmax", "--sampler uniform");
  CAPTURE(objective);
  SECTION("zeros alone") {
    write_rows(folder, 30, 6, [](int, int, int) { return 0.0; });
  }
  SECTION("huge values") {
    write_rows(folder, 30, 6, [](int q, int d, int j) { return (d % 2 ? 1 : -1) * 3e38 / (1 + (q + d) % j); });
  }
  SECTION("tiny values") {
    write_rows(folder, 30, 6, [](int q, int d, int j) { return 1e-45 * (q + d * j); });
  }
  SECTION("huge beside tiny values") {
    write_rows(folder, 30, 6, [](int q, int d, int j) { return (q + d + j) % 3 == 0 ? 3e38 : 1e-40; });
  }
  SECTION("constant columns beside one that is not") {
    write_rows(folder, 30, 6, [](int q, int d, int j) { return j == 2 ? (q * 5 + d) % 6 : 7; });
  }
  SECTION("identical documents") {
    write_rows(folder, 30, 6, [](int q, int, int j) { return q + j; });
  }
  check_finite(train_and_score(folder, objective));
}

TEST_CASE("values beyond all floats are refused at their line", "[attacks][numbers]") {
  const ScratchFolder folder;
  for (const char* value : {"1e39", "-1e39", "inf", "nan", "1e99999"}) {
    folder.write("rows", "1 qid:1 1:" + std::string(value) + "\n0 qid:1 1:1\n");
    const CommandResult result = train_and_score(folder).trained;
    INFO(value << result.err);
    CHECK(result.exit_code == 1);
    CHECK_THAT(result.err, Contains("rows:1: "));
  }
}

TEST_CASE("queries of one document teach nothing, and are said to", "[attacks][numbers]") {
  const ScratchFolder folder;
  write_rows(folder, 60, 1, [](int q, int, int j) { return q * j; });
  const CommandResult result = train_and_score(folder).trained;
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains("has two documents and a positive label"));
}

TEST_CASE("a query of ten thousand documents is learnt and scored", "[attacks][numbers]") {
  const ScratchFolder folder;
  write_rows(folder, 6, 10'000, [](int q, int d, int j) { return (d * 31 + q * 17) % (97 * j); });
  check_finite(train_and_score(folder, "--networks 1", 1));
}

TEST_CASE("a model that tells no document from another does not replace one that does", "[attacks][numbers]") {
  const ScratchFolder folder;
  folder.write("model", "what was here before");
  write_rows(folder, 150, 12, [](int, int, int) { return 3; });
  const CommandResult result = run_line("train --labels grades --data " + folder.file("rows") +
                                        " --valid-share .4 --epochs 4 --model " + folder.file("model"));
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains("the same score") && Contains("no feature differs"));
  CHECK(folder.read("model") == "what was here before");
}

TEST_CASE("rates that are too large leave a whole model or the one before", "[attacks][numbers]") {
  const ScratchFolder folder;
  write_rows(folder, 30, 6, [](int q, int d, int j) { return (d * 31 + q * 17) % (7 * j); });
  folder.write("model", "what was here before");
  SECTION("the largest that there are") {
    const std::string objective = GENERATE(as<std::string>(), "", "--objective softmax", "--networks 2 --lambda 1");
    check_finite(train_and_score(folder, objective + " --d-rate 1 --g-rate 1", 20));
  }
  SECTION("beyond") {
    for (const char* rate : {"10", "1e30", "inf", "nan", "-1"}) {
      const CommandResult result = train_and_score(folder, "--d-rate " + std::string(rate)).trained;
      CHECK(result.exit_code == 2);
      CHECK_THAT(result.err, Contains("--d-rate"));
      CHECK(folder.read("model") == "what was here before");
    }
  }
}

}  // namespace irgan::numbers_test
