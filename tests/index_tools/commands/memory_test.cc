#include <xapian.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <sstream>

#include "irgan/click_memory.h"
#include "tests/index_tools/made_site.h"

namespace irgan::memory_test {

using Catch::Matchers::Contains;

namespace {

/// A site with a model, and logs of two days: on each, twelve sessions click d7 for "zzyzx", which no document holds,
/// and d3 for "amber birch"; one session asks for "secret flint".
class RememberingSite : public MadeSite {
 public:
  RememberingSite() {
    index();
    REQUIRE_DONE("train --db @db --queries @learn.tsv --qrels @learn.qrels --force --epochs 2 --model @m");
    std::string whole = header();
    for (int day = 1; day <= 2; ++day) {
      const std::string rows = rows_of(day);
      folder.write("day" + std::to_string(day) + ".tsv", header() + rows);
      whole += rows;
    }
    folder.write("both.tsv", whole);
  }

  void REQUIRE_DONE(const std::string& line) const {
    const CommandResult result = run(line);
    INFO(line << '\n' << result.err);
    REQUIRE(result.exit_code == 0);
  }

  /// The ids of the run's documents for `query`, best first.
  std::vector<std::string> ranked(const std::string& name, const std::string& query) const {
    std::istringstream lines(folder.read(name));
    std::vector<std::string> ids;
    for (std::string qid, q0, id, rest; lines >> qid >> q0 >> id && std::getline(lines, rest);) {
      if (qid == query) ids.push_back(id);
    }
    return ids;
  }

 private:
  static std::string header() { return "time\tsession\tquery\tdoc_id\n"; }

  static std::string rows_of(int day) {
    std::string rows;
    for (int i = 0; i < 12; ++i) {
      const std::string who = "2024-05-0" + std::to_string(day) + "T0" + std::to_string(i % 10) + ":00:00\ts" +
                              std::to_string(day * 100 + i) + '\t';
      rows += who + "zzyzx\td7\n" + who + "Amber  birch\td3\n";
    }
    return rows + "2024-05-0" + std::to_string(day) + "T23:00:00\tone\tsecret flint\td9\n";
  }
};

}  // namespace

TEST_CASE("memory: what was clicked comes back in rerank, search and the index", "[index_tools][memory]") {
  const RememberingSite site;
  const CommandResult made = site.run("memory --clicks @both.tsv --out @memory");
  REQUIRE(made.exit_code == 0);
  CHECK_THAT(made.out, Contains("2 queries and 3 words of at least 10 sessions, 2 documents") &&
                           Contains("1 queries are held back"));

  site.folder.write("asked.tsv", "1\tzzyzx\n2\tbirch AMBER\n3\tkelp\n");
  site.REQUIRE_DONE("rerank --db @db --model @m --queries @asked.tsv --out @plain.run");
  site.REQUIRE_DONE("rerank --db @db --model @m --queries @asked.tsv --memory @memory --out @with.run");
  CHECK(site.ranked("plain.run", "1").empty());
  CHECK(site.ranked("with.run", "1") == std::vector<std::string>{"d7"});
  CHECK(site.ranked("with.run", "2").front() == "d3");
  CHECK(site.ranked("with.run", "3") == site.ranked("plain.run", "3"));
  site.REQUIRE_DONE(
      "rerank --db @db --model @m --queries @asked.tsv --memory @memory --memory-clicked 0 --memory-words 0 --out "
      "@pool.run");
  CHECK(site.ranked("pool.run", "1").empty());

  const CommandResult search = site.run("search --db @db --model @m --memory @memory zzyzx");
  CHECK_THAT(search.out, Contains("(memory)  d7"));
  CHECK(site.run("search --db @db --model @m --memory @memory --compare --explain amber birch").exit_code == 0);
  CHECK_THAT(site.run("search --db @db --model @m --memory @memory --json zzyzx").out,
             Contains("\"first_stage_rank\": null") && Contains("\"found_by\": \"memory\""));

  CHECK_THAT(site.run("store --db @db --memory @memory").out, Contains("stored the memory of 2 queries in 1 index"));
  site.REQUIRE_DONE("rerank --db @db --model @m --queries @asked.tsv --out @stored.run");
  CHECK(site.folder.read("stored.run") == site.folder.read("with.run"));
  site.REQUIRE_DONE("rerank --db @db --model @m --queries @asked.tsv --memory none --out @none.run");
  CHECK(site.folder.read("none.run") == site.folder.read("plain.run"));
  CHECK_THAT(site.run("store --db @db --memory none").out, Contains("removed the memory from 1 index"));
  site.REQUIRE_DONE("rerank --db @db --model @m --queries @asked.tsv --out @removed.run");
  CHECK(site.folder.read("removed.run") == site.folder.read("plain.run"));
}

TEST_CASE("memory: documents that the index does not have are counted", "[index_tools][memory]") {
  const RememberingSite site;
  site.folder.write("gone.tsv", site.folder.read("both.tsv") + "2024-05-03T01:00:00\tlate\tzzyzx\tgone\n");
  const CommandResult blind = site.run("memory --clicks @gone.tsv --out @memory");
  CHECK(blind.exit_code == 0);
  CHECK_THAT(blind.err, !Contains("not in the index"));
  const CommandResult seeing = site.run("memory --clicks @gone.tsv --db @db --out @memory");
  CHECK(seeing.exit_code == 0);
  CHECK_THAT(seeing.err, Contains("1 of 4 documents with clicks are not in the index"));
}

TEST_CASE("memory: day by day is the same as all at once", "[index_tools][memory]") {
  const RememberingSite site;
  site.REQUIRE_DONE("memory --clicks @both.tsv --min-sessions 13 --prior-clicks 2 --half-life 3 --out @whole");
  site.REQUIRE_DONE("memory --clicks @day1.tsv --min-sessions 13 --prior-clicks 2 --half-life 3 --out @memory");
  CHECK(ClickMemory::from_file(site.file("memory"))->facts().num_queries == 0);
  site.REQUIRE_DONE("memory --from @memory --clicks @day2.tsv --out @memory");
  CHECK(site.folder.read("memory") == site.folder.read("whole"));
  CHECK(ClickMemory::from_file(site.file("memory"))->facts().num_queries == 2);
  CHECK(site.folder.read("memory").find("d9") == std::string::npos);

  const std::string before = site.folder.read("memory");
  const CommandResult again = site.run("memory --from @memory --clicks @day2.tsv --out @memory");
  CHECK(again.exit_code == 1);
  CHECK_THAT(again.err, Contains("counted already"));
  CHECK(site.folder.read("memory") == before);
  CHECK(site.run("memory --from @memory --clicks @day2.tsv --force --out @twice").exit_code == 0);
}

TEST_CASE("memory: a log of ids takes its texts from the queries", "[index_tools][memory]") {
  const RememberingSite site;
  site.folder.write("ids.tsv", "query_id\tdoc_id\nq0\td3\nq1\td4\nnobody\td5\n");
  const CommandResult result = site.run("memory --clicks @ids.tsv --queries @learn.tsv --min-sessions 1 --out @memory");
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.err, Contains("1 rows ignored"));
  CHECK(ClickMemory::from_file(site.file("memory"))->query({"amber"}).documents.size() == 1);
  const CommandResult unknown = site.run("memory --clicks @ids.tsv --out @memory2");
  CHECK(unknown.exit_code == 1);
  CHECK_THAT(unknown.err, Contains("nothing to remember"));
}

TEST_CASE("memory: half-life and prior are chosen by later clicks", "[index_tools][memory]") {
  const RememberingSite site;
  const CommandResult result = site.run("memory --clicks @day1.tsv --tune @day2.tsv --db @db --model @m --out @memory");
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK_THAT(result.out, Contains("model alone 0.") && Contains("half-life  prior  MRR") && Contains("0.9"));
  CHECK(ClickMemory::from_file(site.file("memory"))->facts().num_queries == 2);
  for (const char* logs : {"--clicks @day1.tsv --tune @day1.tsv", "--clicks @both.tsv --tune @day2.tsv",
                           "--clicks @day2.tsv --tune @day1.tsv"}) {
    const CommandResult refused = site.run(std::string("memory ") + logs + " --db @db --model @m --out @memory2");
    CHECK(refused.exit_code == 2);
    CHECK_THAT(refused.err, Contains("--tune"));
  }
}

TEST_CASE("memory: options that contradict each other are refused", "[index_tools][memory]") {
  const RememberingSite site;
  site.REQUIRE_DONE("memory --clicks @day1.tsv --out @memory");
  const std::pair<const char*, const char*> lines[] = {
      {"memory --out @m2", "--clicks is missing"},
      {"memory --clicks @day1.tsv", "--out is missing"},
      {"memory --clicks @day1.tsv --out -", "--out -"},
      {"memory --clicks @day1.tsv --tune @day2.tsv --out @m2", "--tune needs --db and --model"},
      {"memory --clicks @day2.tsv --from @memory --half-life 9 --out @m2", "--half-life"},
      {"memory --clicks @day2.tsv --from @memory --min-sessions 11 --out @m2", "--min-sessions"},
      {"memory --clicks @day2.tsv --from @memory --stemmer german --out @m2", "--stemmer"},
      {"memory --clicks @day1.tsv --min-sessions 0 --out @m2", "--min-sessions"},
      {"memory --clicks @day1.tsv --prior-clicks 0 --out @m2", "--prior-clicks"},
      {"search --db @db --memory @memory amber", "--memory needs a model"},
      {"rerank --db @db --queries @learn.tsv --memory @memory --baseline-out @r", "--memory needs --out"},
      {"store --db @db", "give --model, --previous or --none, or --memory"},
      {"features --db @db --queries @learn.tsv --qrels @learn.qrels --add-clicked --out @f",
       "--add-clicked needs --clicks"}};
  for (const auto& [line, message] : lines) {
    CAPTURE(line);
    const CommandResult result = site.run(line);
    CHECK(result.exit_code == 2);
    CHECK_THAT(result.err, Contains(message));
  }
  CHECK(site.run("memory --clicks @day2.tsv --from @nothing --out @m2").exit_code == 1);
  site.folder.write("damaged", site.folder.read("memory").substr(0, 200));
  site.folder.write("asked.tsv", "1\tzzyzx\n");
  const CommandResult damaged = site.run("rerank --db @db --model @m --queries @asked.tsv --memory @damaged --out @r");
  CHECK(damaged.exit_code == 1);
  CHECK_THAT(damaged.err, Contains(site.file("damaged")));
  site.REQUIRE_DONE("memory --clicks @day1.tsv --stemmer none --out @unstemmed");
  CHECK_THAT(site.run("rerank --db @db --model @m --queries @asked.tsv --memory @unstemmed --out @r").err,
             Contains("stemmer 'none'"));
}

TEST_CASE("--add-clicked puts earlier clicks into the pools, and the file of rows says so", "[index_tools][memory]") {
  const RememberingSite site;
  // d7 is clicked for "amber" on two days; "amber" does not find it, nor does it find d8, whose one click is the last.
  site.folder.write(
      "log.tsv",
      "time\tsession\tquery\tdoc_id\n"
      "2024-05-01\ta\tamber\td7\n2024-05-02\tb\tamber\td7\n2024-05-02\tb\tamber\td0\n2024-05-03\tc\tamber\td8\n");
  site.folder.write("asked.tsv", "1\tamber\n");
  const std::string line = "features --db @db --queries @asked.tsv --clicks @log.tsv --half-life 0";
  site.REQUIRE_DONE(line + " --out @plain.rows");
  site.REQUIRE_DONE(line + " --add-clicked --out @added.rows");
  const std::string plain = site.folder.read("plain.rows");
  const std::string added = site.folder.read("added.rows");
  REQUIRE(plain.find("docid = d7\n") == std::string::npos);
  REQUIRE(added.compare(0, plain.size(), plain) == 0);  // the others' rows are what they were
  const std::string rest = added.substr(plain.size());
  CHECK(std::count(rest.begin(), rest.end(), '\n') == 1);
  CHECK(rest.compare(0, 8, "1 qid:1 ") == 0);  // one click after the first
  CHECK_THAT(rest, Contains("# docid = d7 added = 1"));
  CHECK(rest.find(" 1:") == std::string::npos);  // no score of the first stage

  // A model scores the pool's documents the same with the added one beside them.
  const auto scores = [&](const char* rows) {
    site.REQUIRE_DONE(std::string("score --model @m --data @") + rows + " --out @" + rows + ".run");
    auto ids = site.ranked(std::string(rows) + ".run", "1");
    ids.erase(std::remove(ids.begin(), ids.end(), "d7"), ids.end());
    return ids;
  };
  CHECK(scores("plain.rows") == scores("added.rows"));
}

TEST_CASE("memory: forgets a query, and what a session alone asked for", "[index_tools][memory]") {
  const RememberingSite site;
  site.REQUIRE_DONE("memory --clicks @both.tsv --out @memory");
  const std::string carry = site.folder.read("memory.carry");
  const CommandResult session = site.run("memory --from @memory --forget session=one --out @memory");
  CHECK(session.exit_code == 0);
  CHECK_THAT(session.err, Contains("forgotten: 1 queries, and 2 words"));
  CHECK_THAT(session.out, Contains("2 queries and 3 words") && Contains("0 queries are held back"));
  CHECK(site.folder.read("memory.carry").size() < carry.size());
  // Words are the same query in any order and case.
  const CommandResult query = run_words(
      {"memory", "--from", site.file("memory"), "--forget", "query=birch AMBER", "--out", site.file("memory")});
  CHECK_THAT(query.err, Contains("forgotten: 1 queries"));
  CHECK_THAT(query.out, Contains("1 queries and 3 words"));
  CHECK_THAT(site.run("memory --from @memory --forget visitor=one --out @memory").err, Contains("must be query=WORDS"));
  CHECK_THAT(site.run("memory --clicks @both.tsv --forget session=one --out @m2").err,
             Contains("--forget needs --from"));
}

}  // namespace irgan::memory_test
