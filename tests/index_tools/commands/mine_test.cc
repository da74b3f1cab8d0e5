/// Mining end to end: what is excluded, what is written, and the same bytes however it is run.

#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "tests/index_tools/made_site.h"
#include "trainer/machine/text_input.h"

namespace irgan::mine_test {

using Catch::Contains;
using nlohmann::json;

namespace {

/// The site with an index, a log of impressions and a model that learnt from it.
const MadeSite& site() {
  static const MadeSite made;
  static const bool done = [] {
    made.index();
    for (const char* line :
         {"simulate --db @db --queries @learn.tsv --qrels @learn.qrels --sessions 40 --out @clicks",
          "train --force --db @db --queries @learn.tsv --clicks @clicks --epochs 4 --valid-share .3 --model @model"}) {
      const CommandResult result = made.run(line);
      if (result.exit_code != 0) throw std::runtime_error(line + result.err);
    }
    return true;
  }();
  (void)done;
  return made;
}

const std::string kMine = "mine --db @db --model @model --queries @learn.tsv --clicks @clicks ";

struct Mined : CommandResult {
  std::string rows;  ///< what was written to @negatives
};

Mined mined_on(const MadeSite& made, const std::string& line) {
  Mined result;
  static_cast<CommandResult&>(result) = made.run(line + " --out @negatives");
  INFO(line << '\n' << result.err);
  REQUIRE(result.exit_code == 0);
  result.rows = made.folder.read("negatives");
  return result;
}

Mined mined(const std::string& options) { return mined_on(site(), kMine + options); }

std::vector<std::vector<std::string>> table(const std::string& text) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    rows.emplace_back();
    std::istringstream words(line);
    for (std::string word; std::getline(words, word, '\t');) rows.back().push_back(word);
  }
  return rows;
}

std::vector<json> objects(const std::string& text) {
  std::vector<json> rows;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) rows.push_back(json::parse(line));
  return rows;
}

// query -> clicked documents
std::map<std::string, std::set<std::string>> clicks() {
  std::map<std::string, std::set<std::string>> clicked;
  const auto rows = table(site().folder.read("clicks"));
  for (std::size_t i = 1; i < rows.size(); ++i) {
    if (rows[i][5] == "1") clicked[rows[i][2]].insert(rows[i][3]);
  }
  return clicked;
}

}  // namespace

TEST_CASE("no clicked document is mined, whichever the source", "[index_tools][mine]") {
  const auto clicked = clicks();
  site().run("rerank --db @db --model @model --queries @learn.tsv --out @run");
  for (const char* source : {"generator", "discriminator", "bm25", "uniform", "dns", "ambiguous", "skipped",
                             "run --run @run", "teacher --scores @run"}) {
    const auto rows = table(mined("--format ids --max-relevance 1 --source " + std::string(source)).rows);
    INFO(source);
    CHECK(rows.size() > 20);
    for (const auto& row : rows) {
      CHECK(clicked.at(row[0]).count(row[1]) == 1);
      CHECK(clicked.at(row[0]).count(row[2]) == 0);
    }
  }
}

TEST_CASE("the output is the same at any number of threads, and another with another seed", "[index_tools][mine]") {
  const std::string one = mined("--source generator --threads 1").rows;
  CHECK(one == mined("--source generator --threads 3").rows);
  CHECK(one != mined("--source generator --seed 2").rows);
}

TEST_CASE("a query's negatives do not depend on the queries around it", "[index_tools][mine]") {
  const auto all = table(mined("--source generator --format ids --max-relevance 1").rows);
  const std::string queries = site().folder.read("learn.tsv");
  site().folder.write("last.tsv", queries.substr(queries.rfind('\n', queries.size() - 2) + 1));
  const auto rows = table(mined_on(site(),
                                   "mine --db @db --model @model --queries @last.tsv --clicks @clicks --source "
                                   "generator --format ids --max-relevance 1")
                              .rows);
  REQUIRE(!rows.empty());
  CHECK(std::vector<std::vector<std::string>>(all.end() - static_cast<std::ptrdiff_t>(rows.size()), all.end()) == rows);
}

TEST_CASE("mixed sources keep their shares, and the report counts them", "[index_tools][mine]") {
  mined("--source discriminator=3 --source uniform --num-negatives 4 --max-relevance 1 --report-json @report.json");
  const json report = json::parse(site().folder.read("report.json"));
  const json& by_source = report["negatives_by_source"];
  CHECK(by_source["discriminator"].get<int>() >= 3 * by_source["uniform"].get<int>() - 8);
  CHECK(by_source["uniform"].get<int>() > 10);
  CHECK(report["score_by"] == "discriminator");
  CHECK(report["negative_scores"]["count"] == report["negatives"]);
  CHECK(report["positive_scores"]["mean"].get<double>() > report["negative_scores"]["mean"].get<double>());
}

TEST_CASE("margins hold against the lowest positive of the query", "[index_tools][mine]") {
  const auto rows = table(
      mined("--source bm25 --score-by first-stage --relative-margin .2 --max-relevance 1 --format ids --output-scores")
          .rows);
  std::map<std::string, double> lowest;
  for (const auto& row : rows) {
    if (row[3] == "nan") continue;  // a positive that the first stage did not find
    const auto [place, is_new] = lowest.emplace(row[0], std::stod(row[3]));
    if (!is_new) place->second = std::min(place->second, std::stod(row[3]));
  }
  REQUIRE(!rows.empty());
  for (const auto& row : rows) CHECK(std::stod(row[4]) <= 0.8 * lowest.at(row[0]) + 1e-9);
}

TEST_CASE("--range-min passes over the head of what survives the guards", "[index_tools][mine]") {
  const std::string options =
      "--source discriminator --format ids --max-relevance 1 --max-resemblance 1 --num-negatives ";
  std::map<std::string, std::set<std::string>> head;
  for (const auto& row : table(mined(options + "5").rows)) head[row[0]].insert(row[2]);
  std::map<std::string, std::set<std::string>> tail;
  for (const auto& row : table(mined(options + "3 --range-min 2").rows)) tail[row[0]].insert(row[2]);
  for (const auto& [query, documents] : tail) {
    if (head[query].size() < 5) continue;
    for (const std::string& document : documents) CHECK(head[query].count(document) == 1);
  }
}

TEST_CASE("evidence from impressions excludes what may be relevant, and is told in the report", "[index_tools][mine]") {
  mined("--source discriminator --report-json @report.json --max-relevance .05");
  const json report = json::parse(site().folder.read("report.json"));
  CHECK(report["excluded_candidates"]["relevance"].get<int>() > 0);
  CHECK(report["relevance"]["click_if_relevant"].get<double>() > report["relevance"]["click_otherwise"].get<double>());
  mined("--source discriminator --report-json @report.json --max-relevance 1");
  CHECK_FALSE(json::parse(site().folder.read("report.json"))["excluded_candidates"].contains("relevance"));
}

TEST_CASE("near-duplicates of a positive are not mined", "[index_tools][mine]") {
  const MadeSite twins;
  const std::string documents =
      R"({"id": "a", "title": "red shoes", "body": "a pair of red running shoes for men"}
{"id": "b", "title": "red shoes", "body": "A pair of red running shoes, for men!"}
{"id": "c", "title": "red shoes", "body": "the tale of a dancer who could not stop"}
)";
  twins.folder.write("docs.jsonl", documents);
  twins.folder.write("queries", "1\tred shoes\n");
  twins.folder.write("qrels", "1 0 a 1\n");
  REQUIRE(twins.run("index --db @db --field title=S --field body= @docs.jsonl").exit_code == 0);
  const std::string mine = "mine --db @db --queries @queries --qrels @qrels --source bm25 --format ids ";
  CHECK(table(mined_on(twins, mine).rows) == std::vector<std::vector<std::string>>{{"1", "a", "c"}});
  CHECK(table(mined_on(twins, mine + "--max-resemblance 1").rows).size() == 2);
  const Mined result = mined_on(twins, mine);
  CHECK_THAT(result.err, Contains("candidates excluded, duplicate: 1"));
  CHECK_THAT(result.err, Contains("a higher --max-resemblance"));
}

TEST_CASE("texts come from stored fields or from a file, and what has none is not mined", "[index_tools][mine]") {
  const std::string options = "--source bm25 --max-relevance 1 ";
  const auto from_title = objects(mined(options + "--text-field title --content both").rows);
  REQUIRE(!from_title.empty());
  std::map<std::string, std::string> titles;
  std::istringstream lines(site().folder.read("docs.jsonl"));
  std::string texts;
  for (std::string line; std::getline(lines, line);) {
    const json document = json::parse(line);
    titles[document["id"]] = document["title"];
    if (document["id"] != "d0")
      texts += json{{"id", document["id"]}, {"text", "the text of " + document["id"].get<std::string>()}}.dump() + '\n';
  }
  for (const json& row : from_title) CHECK(row["negative"] == titles.at(row["negative_id"]));
  site().folder.write("texts", texts);
  const Mined from_file = mined(options + "--texts @texts --content both --num-negatives 50");
  for (const json& row : objects(from_file.rows)) {
    CHECK(row["negative"] == "the text of " + row["negative_id"].get<std::string>());
    CHECK(row["negative_id"] != "d0");
  }
  CHECK_THAT(from_file.err, Contains("candidates excluded, no_text"));
}

TEST_CASE("a shortage is filled only on demand, and marked", "[index_tools][mine]") {
  const std::string options = "--num-negatives 50 --max-relevance 1 --report-json @report.json ";
  mined(options);
  json report = json::parse(site().folder.read("report.json"));
  CHECK(report["padded"] == 0);
  CHECK(report["missing_negatives"].get<int>() > 0);
  CHECK_THAT(report["advice"].get<std::string>(), Contains("--depth"));
  mined(options + "--pad uniform --format labeled-pair");
  report = json::parse(site().folder.read("report.json"));
  CHECK(report["padded"].get<int>() > 0);
  int padded = 0;
  for (const json& row : objects(site().folder.read("negatives"))) padded += row["padded"].get<bool>() ? 1 : 0;
  CHECK(padded == report["padded"].get<int>());
}

TEST_CASE("a packed name gives a packed file", "[index_tools][mine]") {
  const std::string plain = mined("--format ids").rows;
  for (const char* name : {"packed.gz", "packed.zst"}) {
    REQUIRE(site().run(kMine + "--format ids --out @" + name).exit_code == 0);
    TextInput input(site().file(name));
    std::string rows;
    for (std::string_view line; input.next(line);) rows.append(line) += '\n';
    CHECK(rows == plain);
    CHECK(site().folder.read(name).size() < plain.size());
  }
}

TEST_CASE("queries without positives are skipped and counted", "[index_tools][mine]") {
  site().folder.write("more.tsv", site().folder.read("learn.tsv") + "new\tamber amber\n");
  const Mined result = mined_on(site(), "mine --db @db --model @model --queries @more.tsv --clicks @clicks");
  CHECK_THAT(result.err, Contains("queries skipped, no_positives: 1"));
}

TEST_CASE("an index is mined without a model, and with the model in it", "[index_tools][mine]") {
  const std::string mine = "mine --db @db --queries @learn.tsv --clicks @clicks --format ids ";
  const CommandResult refused = site().run(mine + "--out @negatives");
  CHECK(refused.exit_code == 1);
  CHECK_THAT(refused.err, Contains("the index holds no model") && Contains("--model") && Contains("--source bm25"));
  CHECK_FALSE(mined_on(site(), mine + "--source bm25").rows.empty());
  REQUIRE(site().run("store --db @db --model @model").exit_code == 0);
  CHECK(mined_on(site(), mine).rows == mined("--format ids").rows);
}

TEST_CASE("by default the temperature is the hardest under the bound that training measured", "[index_tools][mine]") {
  const auto temperature = [&](const std::string& bound) {
    mined("--report-json @report.json --max-false-negatives " + bound);
    return json::parse(site().folder.read("report.json"))["temperature"].get<double>();
  };
  CHECK(temperature("1") >= temperature("1.5"));
  CHECK(temperature("1000") == 0.25);
  CHECK_THAT(site().run("inspect @model").out,
             Contains("false negatives among the generator's draws") && Contains("false neg."));
}

TEST_CASE("evidence is fitted to the queries that the log shows, however few of the file they are",
          "[index_tools][mine]") {
  // Of 1,500 queries every third is looked at if all are counted: the log's stand between those.
  std::istringstream lines(site().folder.read("learn.tsv"));
  std::string queries;
  int place = 0;
  const auto unknown = [&] { queries += "unknown" + std::to_string(place++) + "\tamber\n"; };
  for (std::string line; std::getline(lines, line); ++place) {
    unknown();
    unknown();
    queries += line + '\n';
  }
  while (place < 1500) unknown();
  site().folder.write("thin.tsv", queries);
  const auto relevance = [](const std::string& file) {
    mined_on(site(), "mine --db @db --model @model --clicks @clicks --report-json @report.json --queries @" + file);
    return json::parse(site().folder.read("report.json")).value("relevance", json());
  };
  const json alone = relevance("learn.tsv");
  CHECK(alone.is_object());
  CHECK(relevance("thin.tsv") == alone);
  const std::size_t begin = queries.find("unknown200\t");
  site().folder.write("none.tsv", queries.substr(begin, 200));
  const CommandResult none =
      site().run("mine --db @db --model @model --clicks @clicks --queries @none.tsv --max-relevance .1 --out @none");
  CHECK(none.exit_code == 2);
  CHECK_THAT(none.err, Contains("the log shows nothing for any query"));
}

TEST_CASE("a document clicked in a log of clicks alone stays a positive whatever the discriminator thinks",
          "[index_tools][mine]") {
  std::map<std::string, std::set<std::string>> shown;
  const auto pages = table(site().folder.read("clicks"));
  for (std::size_t i = 1; i < pages.size(); ++i) shown[pages[i][2]].insert(pages[i][3]);
  REQUIRE(site().run("rerank --db @db --model @model --queries @learn.tsv --out @run").exit_code == 0);
  std::map<std::string, std::string> last;  // of what was never shown
  std::istringstream run(site().folder.read("run"));
  std::string query, q0, document, rest;
  while (run >> query >> q0 >> document && std::getline(run, rest)) {
    if (shown[query].count(document) == 0) last[query] = document;
  }
  REQUIRE(last.size() > 5);
  std::string log = "query_id\tdoc_id\n";
  for (const auto& [id, worst] : last) {
    for (int i = 0; i < 50; ++i) log += id + '\t' + worst + '\n';
  }
  site().folder.write("clicks_alone", log);
  const auto rows =
      table(mined("--clicks @clicks_alone --max-relevance 1 --min-relevance .5 --num-negatives 50 --format ids").rows);
  std::set<std::string> kept;
  for (const auto& row : rows) {
    const auto worst = last.find(row[0]);
    if (worst == last.end()) continue;
    if (worst->second == row[1]) kept.insert(row[0]);
    CHECK(worst->second != row[2]);
  }
  CHECK(kept.size() == last.size());
}

TEST_CASE("padding does not bring back what a guard took out", "[index_tools][mine]") {
  const std::string options =
      "--source bm25 --score-by first-stage --max-score 1.5 --max-relevance 1 --num-negatives 50 --format ids "
      "--output-scores ";
  int padded = 0;
  for (const auto& row : table(mined(options + "--pad uniform").rows)) {
    padded += row[5] == "1" ? 1 : 0;
    CHECK((row[4] == "nan" || std::stod(row[4]) <= 1.5));
  }
  CHECK(padded > 20);
}

TEST_CASE("--include-positives lets clicked documents stand among the negatives of a log of impressions",
          "[index_tools][mine]") {
  const std::string options = "--include-positives --num-negatives 60 --format ids ";
  std::map<std::string, std::set<std::string>> positives, negatives;
  for (const auto& row : table(mined(options).rows)) {
    positives[row[0]].insert(row[1]);
    negatives[row[0]].insert(row[2]);
  }
  REQUIRE(positives.size() > 20);
  for (const auto& [query, documents] : positives) {
    for (const std::string& document : documents) CHECK(negatives[query].count(document) == 1);
  }
}

TEST_CASE("the generator's temperature is told with what it was measured on", "[index_tools][mine]") {
  const auto basis = [](const std::string& options) {
    const Mined result = mined("--report-json @report.json " + options);
    const json report = json::parse(site().folder.read("report.json"));
    CHECK((result.err.find("the generator draws at temperature") != std::string::npos) ==
          !report.at("temperature_basis").is_null());
    return report.value("temperature_basis", json());
  };
  CHECK(basis("--source discriminator").is_null());
  CHECK(basis("--source generator --temperature 2") == json{{"value", 2.0}, {"basis", "given"}});
  const json bounded = basis("--source generator --max-false-negatives 1000");
  CHECK(bounded["basis"] == "bounded");
  CHECK(bounded["queries"].get<int>() > 0);
}

TEST_CASE("the source skipped needs a log that says what was shown", "[index_tools][mine]") {
  site().folder.write("clicks_alone", "query_id\tdoc_id\nq0\td0\n");
  const CommandResult refused = site().run(
      "mine --db @db --model @model --queries @learn.tsv --clicks @clicks_alone --source skipped --out @none");
  CHECK(refused.exit_code == 2);
  CHECK_THAT(refused.err, Contains("--source skipped: the log says only what was clicked"));
}

TEST_CASE("a source that gives nothing is told", "[index_tools][mine]") {
  site().folder.write("empty.run", "elsewhere Q0 d0 1 1.0 x\n");
  const Mined result = mined("--source bm25 --source run --run @empty.run --report-json @report.json");
  CHECK_THAT(result.err, Contains("the source run gave nothing"));
  CHECK(json::parse(site().folder.read("report.json"))["negatives_by_source"]["run"] == 0);
}

TEST_CASE("positives without text, whose near-duplicates cannot be told, are counted", "[index_tools][mine]") {
  const auto report = [](const std::string& options) {
    const Mined result = mined("--content id --max-relevance 1 --report-json @report.json " + options);
    const json counts = json::parse(site().folder.read("report.json"));
    const int textless = counts["queries_with_textless_positives"].get<int>();
    CHECK((result.err.find("without text") != std::string::npos) == (textless > 0));
    return std::make_pair(textless, counts["mined_queries"].get<int>());
  };
  CHECK(report("").first == 0);
  const auto [textless, mined_queries] = report("--text-field nothing");
  CHECK(textless == mined_queries);
  CHECK(report("--text-field nothing --max-resemblance 1").first == 0);
}

}  // namespace irgan::mine_test
