// Every command prints its result as one JSON object, with the keys that the README lists.
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "tests/index_tools/made_site.h"

namespace irgan::json_test {

using Catch::Matchers::Contains;
using nlohmann::json;

namespace {

using Keys = std::set<std::string>;

// The words between backticks, in their order.
std::vector<std::string> code_words(const std::string& text) {
  std::vector<std::string> words;
  for (std::size_t from = text.find('`'); from != std::string::npos; from = text.find('`', from)) {
    const std::size_t to = text.find('`', from + 1);
    if (to == std::string::npos) break;
    words.push_back(text.substr(from + 1, to - from - 1));
    from = to + 1;
  }
  return words;
}

// The table below "## JSON": a row is a command, or a command and the flag that makes another result of it.
std::map<std::string, Keys> documented_keys() {
  std::ifstream readme(IRGAN_TOOLS_README);
  std::map<std::string, Keys> table;
  bool is_there = false;
  for (std::string line; std::getline(readme, line);) {
    if (line.compare(0, 3, "## ") == 0) is_there = line == "## JSON";
    if (!is_there || line.compare(0, 3, "| `") != 0) continue;
    const std::vector<std::string> words = code_words(line);
    table[words.front()] = Keys(words.begin() + 1, words.end());
  }
  return table;
}

Keys keys_of(const json& object) {
  Keys keys;
  for (const auto& [key, value] : object.items()) keys.insert(key);
  return keys;
}

/// All kinds of files that commands read, made from one site.
class WholeSite : public MadeSite {
 public:
  WholeSite() {
    one_file_of_each_kind();
    std::string words = "session\ttime\tquery\tdoc_id\trank\tclicked\n";
    std::string mixed = "session\tquery_id\tdoc_id\tclicked\tteam\n";
    for (int i = 0; i < 40; ++i) {
      const std::string session = "s" + std::to_string(i);
      words += session + "\t2024-05-01T10:00:" + std::to_string(10 + i) + "\tamber birch\td" + std::to_string(i % 5) +
               "\t" + std::to_string(i % 5 + 1) + "\t1\n";
      mixed += session + "\tq0\td1\t1\tnew\n" + session + "\tq0\td2\t0\told\n";
    }
    folder.write("words.tsv", words);
    folder.write("mixed.tsv", mixed);
    run("train --db @db --queries @learn.tsv --qrels @learn.qrels --force --epochs 2 --model @m");
    run("rerank --db @db --model @m --queries @test.tsv --out @new.run");
    folder.write("site.conf", "db = db\nclicks = clicks\nqueries = learn.tsv\nmodel = night.model\n");
  }
};

// By the row's name in the table.
const std::vector<std::pair<const char*, const char*>> kLines{
    {"setup", "setup --db @db --clicks @words.tsv --out @made.conf"},
    {"index", "index --db @db2 --field title=S --field body= --value popularity=0 @docs.jsonl"},
    {"annotate", "annotate --db @db --field-lengths"},
    {"vectors", "vectors --db @db --dimensions 4 --min-documents 1 --max-share 1 --out @vectors"},
    {"simulate", "simulate --db @db --queries @learn.tsv --qrels @learn.qrels --sessions 5 --out @more.tsv"},
    {"simulate", "simulate --db @db --queries @learn.tsv --qrels @learn.qrels --sessions 5 --compare @m first-stage"},
    {"queries", "queries --clicks @words.tsv --out @queries.tsv"},
    {"check", "check --clicks @clicks --db @db --queries @learn.tsv"},
    {"features", "features --db @db --queries @learn.tsv --qrels @learn.qrels --out @more.rows"},
    {"features", "features --merge @rows --out @merged.rows"},
    {"train", "train --force --data @rows --epochs 2 --model @other.model"},
    {"search", "search --db @db --model @m --explain --where d1 --where d2 amber birch"},
    {"search", "search --db @db amber birch"},
    {"rerank", "rerank --db @db --model @m --queries @test.tsv --out @again.run"},
    {"score", "score --model @model --data @rows --out @scored.run"},
    {"evaluate --qrels", "evaluate --qrels @test.qrels @run @new.run"},
    {"evaluate --qrels", "evaluate --per-query --qrels @test.qrels @run"},
    {"evaluate --clicks", "evaluate --clicks @clicks --queries @learn.tsv @run --db @db --model @m"},
    {"evaluate --interleaved", "evaluate --interleaved @mixed.tsv"},
    {"mine",
     "mine --db @db --queries @learn.tsv --qrels @learn.qrels --source bm25 --score-by first-stage --format ids "
     "--out @negatives.tsv"},
    {"distill", "distill --db @db --model @m --queries @learn.tsv --test-queries @test.tsv --qrels @test.qrels"},
    {"memory", "memory --clicks @words.tsv --min-sessions 1 --out @more.memory"},
    {"report", "report --db @db --model @m --queries @test.tsv --qrels @test.qrels --out @report.html"},
    {"inspect", "inspect @m --db @db"},
    {"inspect", "inspect @m --importance"},
    {"inspect", "inspect --features"},
    {"store", "store --db @db --model @m"},
    {"inspect", "inspect --db @db --history"},
    {"nightly", "nightly --site @site.conf"},
};

}  // namespace

TEST_CASE("every command has a JSON form, with the keys that the README lists", "[index_tools][json]") {
  const WholeSite site;
  const std::map<std::string, Keys> documented = documented_keys();
  Keys seen;
  Keys commands_seen;
  for (const auto& [row, line] : kLines) {
    CAPTURE(line);
    const CommandResult result = site.run(line + std::string(" --json"));
    INFO(result.err);
    CHECK(result.exit_code == 0);
    const json found = json::parse(result.out, nullptr, false);
    REQUIRE(found.is_object());
    REQUIRE(documented.count(row) == 1);
    CHECK(keys_of(found) == documented.at(row));
    seen.insert(row);
    commands_seen.insert(std::string(row).substr(0, std::string(row).find(' ')));
  }
  for (const Command& command : commands()) CHECK(commands_seen.count(command.name) == 1);
  for (const auto& [row, keys] : documented) CHECK(seen.count(row) == 1);
}

TEST_CASE("JSON shares stdout with nothing", "[index_tools][json]") {
  const MadeSite site;
  site.one_file_of_each_kind();
  const CommandResult result = site.run("rerank --db @db --queries @test.tsv --baseline-out - --json");
  CHECK(result.exit_code == 2);
  CHECK(result.out.empty());
  CHECK_THAT(result.err, Contains("--json prints to stdout: name a file to write in place of -"));
  const CommandResult failed = site.run("search --db @nothing --json amber");
  CHECK(failed.exit_code == 1);
  CHECK(failed.out.empty());
  CHECK(json::parse(site.run("inspect @model --json --quiet").out).at("model").is_object());
}

TEST_CASE("what fails after its result is known prints it, and exits with 1", "[index_tools][json]") {
  const MadeSite site;
  site.index();
  site.folder.write("site.conf", "db = db\nclicks = gone.tsv\nmodel = m\n");
  const CommandResult result = site.run("nightly --site @site.conf --json");
  CHECK(result.exit_code == 1);
  const json found = json::parse(result.out, nullptr, false);
  REQUIRE(found.is_object());
  CHECK(found.at("failed").get<int>() > 0);
  CHECK(found.at("steps")[0].at("outcome") == "left");
}

}  // namespace irgan::json_test
