#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <sstream>

#include "irgan/click_log.h"
#include "irgan/run_file.h"
#include "tests/index_tools/made_site.h"

namespace irgan::simulate_test {

using Catch::Contains;

namespace {

/// A line of the log.
struct Row {
  std::string session, time, query, document;
  int rank = 0;
  int clicked = 0;
};

std::vector<Row> rows_of(const std::string& log) {
  std::istringstream lines(log);
  std::string line;
  std::getline(lines, line);
  CHECK(line == "session\ttime\tquery_id\tdoc_id\trank\tclicked");
  std::vector<Row> rows;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    Row& row = rows.emplace_back();
    words >> row.session >> row.time >> row.query >> row.document >> row.rank >> row.clicked;
  }
  return rows;
}

/// The site with its index.
struct Fixture : MadeSite {
  Fixture() { index(); }

  std::string log_of(const std::string& options) const {
    const CommandResult result =
        run("simulate --db @db --queries @learn.tsv --qrels @learn.qrels --out @log " + options);
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    return folder.read("log");
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "the same seed writes the same log, another seed another", "[index_tools][simulate]") {
  const std::string log = log_of("--sessions 5");
  CHECK((log == log_of("--sessions 5")));
  CHECK((log == log_of("--sessions 5 --seed 1")));
  CHECK((log != log_of("--sessions 5 --seed 2")));
}

TEST_CASE_METHOD(Fixture, "a session sees the first documents of the search, each at its rank",
                 "[index_tools][simulate]") {
  REQUIRE(run("rerank --db @db --queries @learn.tsv --baseline-out @bm25.run").exit_code == 0);
  const Run run = read_run(file("bm25.run"));
  const std::vector<Row> rows = rows_of(log_of("--sessions 3 --ranks 7 --date 2026-02-03"));
  REQUIRE_FALSE(rows.empty());
  std::map<std::string, std::vector<std::string>> pages;
  std::map<std::string, std::string> query_of;
  for (const Row& row : rows) {
    std::vector<std::string>& page = pages[row.session];
    page.push_back(row.document);
    CHECK(row.rank == static_cast<int>(page.size()));
    CHECK(query_of.emplace(row.session, row.query).first->second == row.query);
    CHECK(row.time.substr(0, 11) == "2026-02-03T");
  }
  for (const auto& [session, page] : pages) {
    const std::vector<RankedDocument>& hits = run.by_query.at(query_of[session]);
    REQUIRE(page.size() == std::min<std::size_t>(7, hits.size()));
    for (std::size_t i = 0; i < page.size(); ++i) CHECK(page[i] == hits[i].document_id);
  }
}

TEST_CASE_METHOD(Fixture, "the log is one that training reads", "[index_tools][simulate]") {
  log_of("--sessions 3");
  ClickLogReader reader(file("log"));
  CHECK(reader.has_impressions());
  double clicks = 0.0;
  reader.read([&](const ClickRow& row) {
    CHECK(row.is_impression);
    CHECK(row.time.has_value());
    clicks += row.clicked ? 1 : 0;
  });
  CHECK(reader.summary().num_rejected == 0);
  CHECK(clicks > 0.0);
}

// With one chance c for all labels, the clicks at rank r are binomial: n_r showings, chance c / r. Five deviations are
// left once in two million times, and the seed is fixed.
TEST_CASE_METHOD(Fixture, "clicks fall with the rank as 1 / rank does, and come by label", "[index_tools][simulate]") {
  const auto check = [](double clicks, double shown, double chance) {
    CHECK(clicks / shown == Approx(chance).margin(5.0 * std::sqrt(chance * (1.0 - chance) / shown)));
  };
  SECTION("by rank") {
    std::map<int, std::pair<double, double>> of_rank;
    for (const Row& row : rows_of(log_of("--sessions 60 --click-best .8 --click-good .8 --click-bad .8"))) {
      of_rank[row.rank].first += row.clicked;
      of_rank[row.rank].second += 1;
    }
    REQUIRE(of_rank.size() == 20);
    for (const auto& [rank, counts] : of_rank) {
      CAPTURE(rank);
      check(counts.first, counts.second, 0.8 / rank);
    }
  }
  SECTION("by rank with another power") {
    std::map<int, std::pair<double, double>> of_rank;
    for (const Row& row :
         rows_of(log_of("--sessions 60 --examination .5 --click-best .8 --click-good .8 --click-bad .8"))) {
      of_rank[row.rank].first += row.clicked;
      of_rank[row.rank].second += 1;
    }
    for (const auto& [rank, counts] : of_rank) check(counts.first, counts.second, 0.8 / std::sqrt(rank));
  }
  SECTION("by label") {
    std::map<std::string, int> labels;
    std::istringstream qrels(folder.read("learn.qrels"));
    for (std::string query, zero, document, label; qrels >> query >> zero >> document >> label;) {
      labels[query + ' ' + document] = std::stoi(label);
    }
    std::map<int, std::pair<double, double>> of_label;
    for (const Row& row :
         rows_of(log_of("--sessions 60 --examination 0 --click-best .7 --click-good .4 --click-bad .2"))) {
      auto& counts = of_label[labels.at(row.query + ' ' + row.document)];
      counts.first += row.clicked;
      counts.second += 1;
    }
    check(of_label[0].first, of_label[0].second, 0.2);
    check(of_label[1].first, of_label[1].second, 0.4);
    check(of_label[2].first, of_label[2].second, 0.7);
  }
}

TEST_CASE_METHOD(Fixture, "with a model users see the model's order", "[index_tools][simulate]") {
  REQUIRE(run("train --force --db @db --queries @learn.tsv --qrels @learn.qrels --model @m --epochs 3").exit_code == 0);
  REQUIRE(run("rerank --db @db --model @m --queries @learn.tsv --out @m.run --baseline-out @bm25.run").exit_code == 0);
  const Run model = read_run(file("m.run"));
  const Run baseline = read_run(file("bm25.run"));
  std::size_t num_different = 0;
  for (const Row& row : rows_of(log_of("--sessions 1 --model @m"))) {
    const auto place = static_cast<std::size_t>(row.rank - 1);
    CHECK(row.document == model.by_query.at(row.query)[place].document_id);
    num_different += row.document != baseline.by_query.at(row.query)[place].document_id;
  }
  CHECK(num_different > 0);
}

TEST_CASE_METHOD(Fixture, "simulate packs the log by its name and says what it holds", "[index_tools][simulate]") {
  const CommandResult result =
      run("simulate --db @db --queries @learn.tsv --qrels @learn.qrels --sessions 3 --out @log.zst");
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.out, Contains("wrote " + file("log.zst") + ": ") && Contains(" simulated sessions, "));
  CHECK(folder.read("log.zst").substr(0, 4) == "\x28\xB5\x2F\xFD");
  ClickLogReader reader(file("log.zst"));
  reader.read([](const ClickRow&) {});
  CHECK(reader.summary().num_rejected == 0);
}

TEST_CASE_METHOD(Fixture, "simulate refuses days that a log cannot have", "[index_tools][simulate]") {
  const std::string date = GENERATE("2026", "2026-1-1", "2026-02-30", "yesterday", "20260101", "1767225600", "");
  const CommandResult result = run_words({"simulate", "--db", file("db"), "--queries", file("learn.tsv"), "--qrels",
                                          file("learn.qrels"), "--out", file("log"), "--date", date});
  CHECK(result.exit_code == 2);
  CHECK_THAT(result.err, Contains("--date " + date + ": must be a day as YYYY-MM-DD"));
  CHECK_FALSE(std::filesystem::exists(file("log")));
}

TEST_CASE_METHOD(Fixture, "simulate refuses a day in the future, whose log would be refused",
                 "[index_tools][simulate]") {
  const CommandResult result =
      run("simulate --db @db --queries @learn.tsv --qrels @learn.qrels --out @log --date 9000-01-01");
  CHECK(result.exit_code == 2);
  CHECK_THAT(result.err, Contains("must not be in the future"));
}

TEST_CASE_METHOD(Fixture, "simulate refuses queries of which none is judged", "[index_tools][simulate]") {
  const CommandResult result = run("simulate --db @db --queries @learn.tsv --qrels @test.qrels --out @log");
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err,
             Contains(file("test.qrels") + ": none of the queries in " + file("learn.tsv") + " is judged here"));
  CHECK_FALSE(std::filesystem::exists(file("log")));
}

}  // namespace irgan::simulate_test
