/// Mining by what documents say: copies, near-duplicates, and rows that would contradict each other.

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "tests/index_tools/captured_command.h"
#include "tests/trainer/scratch_folder.h"

namespace irgan::mine_texts_test {

using Catch::Contains;
using nlohmann::json;

namespace {

/// A few documents that are their titles.
class Titles {
 public:
  explicit Titles(const std::vector<std::pair<std::string, std::string>>& documents) {
    std::string lines;
    for (const auto& [id, title] : documents) lines += json{{"id", id}, {"title", title}}.dump() + '\n';
    folder.write("docs", lines);
    const CommandResult made =
        run_words({"index", "--db", folder.file("db"), "--field", "title=S", "--stemmer", "none", folder.file("docs")});
    if (made.exit_code != 0) throw std::runtime_error(made.err);
  }

  CommandResult mine(const std::string& queries, const std::string& qrels, const std::vector<std::string>& options) {
    std::vector<std::string> words{"mine",
                                   "--db",
                                   folder.file("db"),
                                   "--queries",
                                   folder.write("q", queries),
                                   "--qrels",
                                   folder.write("r", qrels),
                                   "--source",
                                   "bm25",
                                   "--out",
                                   folder.file("out")};
    words.insert(words.end(), options.begin(), options.end());
    return run_words(words);
  }

  std::vector<json> rows() const {
    std::vector<json> all;
    std::istringstream lines(folder.read("out"));
    for (std::string line; std::getline(lines, line);) all.push_back(json::parse(line));
    return all;
  }

  /// The ids of form ids' third column.
  std::set<std::string> negatives() const {
    std::set<std::string> ids;
    std::istringstream lines(folder.read("out"));
    for (std::string line; std::getline(lines, line);) ids.insert(line.substr(line.rfind('\t') + 1));
    return ids;
  }

  ScratchFolder folder;
};

}  // namespace

TEST_CASE("negatives of a row are no copies of each other, and what says only the query comes last",
          "[index_tools][mine]") {
  std::vector<std::pair<std::string, std::string>> documents{{"pos", "cheap flights to lisbon in may"}};
  for (int i = 0; i < 8; ++i) documents.emplace_back("copy" + std::to_string(i), "flights to lisbon");
  documents.insert(
      documents.end(),
      {{"x0", "flights to rome"}, {"x1", "lisbon hotels"}, {"x2", "trains to lisbon"}, {"x3", "may flights"}});
  Titles titles(documents);
  const CommandResult result = titles.mine("1\tflights to lisbon\n", "1 0 pos 1\n", {"--format", "n-tuple"});
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  REQUIRE(titles.rows().size() == 1);
  std::set<std::string> texts;
  for (int i = 1; i <= 5; ++i) texts.insert(titles.rows()[0]["negative_" + std::to_string(i)].get<std::string>());
  CHECK(texts.size() == 5);
  CHECK(titles.rows()[0]["negative_5"] == "flights to lisbon");
  CHECK(titles.mine("1\tflights\n", "1 0 pos 1\n", {"--format", "ids", "--num-negatives", "20"}).exit_code == 0);
  CHECK(titles.negatives().size() == 3);  // one of the eight, and two others
  CHECK(titles
            .mine("1\tflights\n", "1 0 pos 1\n",
                  {"--format", "ids", "--num-negatives", "20", "--max-resemblance", "1", "--restart"})
            .exit_code == 0);
  CHECK(titles.negatives().size() == 10);
}

TEST_CASE("near-duplicates of a positive are seen in Japanese and Chinese", "[index_tools][mine]") {
  Titles titles({{"p", "cam 東京駅から新宿駅までの行き方を教えてください。電車とバスのどちらが早いですか"},
                 {"near", "cam 東京駅から新宿駅までの行き方を教えてください。電車とバスのどちらが早いでしょうか"},
                 {"other", "cam 大阪の天気"},
                 {"zh", "cam 如何从东京站到新宿站"}});
  const CommandResult result = titles.mine("1\tcam\n", "1 0 p 1\n", {"--format", "ids"});
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK(titles.negatives() == std::set<std::string>{"other", "zh"});
  CHECK_THAT(result.err, Contains("candidates excluded, duplicate: 1"));
}

TEST_CASE("C, C++ and C# are three", "[index_tools][mine]") {
  Titles titles({{"cpp", "C++ compilers"}, {"c", "C compilers"}, {"cs", "C# compilers"}, {"j", "Java compilers"}});
  const CommandResult result = titles.mine("1\tcompilers\n", "1 0 cpp 1\n", {"--format", "ids"});
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK(titles.negatives() == std::set<std::string>{"c", "cs", "j"});
}

TEST_CASE("positives that are asked for stand whatever the guards say", "[index_tools][mine]") {
  Titles titles({{"p", "amber lamp"}, {"copy", "Amber lamp!"}, {"a", "amber chair"}, {"b", "green lamp"}});
  const std::vector<std::string> guard =
      GENERATE(std::vector<std::string>{}, std::vector<std::string>{"--absolute-margin", "0.1"},
               std::vector<std::string>{"--relative-margin", "0.05"}, std::vector<std::string>{"--max-score", "-1"},
               std::vector<std::string>{"--range-min", "1"});
  std::vector<std::string> options{"--format", "ids", "--include-positives"};
  options.insert(options.end(), guard.begin(), guard.end());
  const CommandResult result = titles.mine("1\tamber lamp\n", "1 0 p 1\n", options);
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK(titles.negatives().count("p") == 1);
  CHECK(titles.negatives().count("copy") == 0);  // else one text would be right and wrong
}

TEST_CASE("queries of the same words do not contradict each other", "[index_tools][mine]") {
  Titles titles({{"p1", "red running shoes"}, {"p2", "red sneakers shoes"}, {"n", "red hat"}});
  const CommandResult result = titles.mine("1\tred shoes\n2\tRed  shoes\n", "1 0 p1 1\n2 0 p2 1\n", {});
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK(titles.rows().size() == 4);
  for (const json& row : titles.rows()) CHECK(row["negative"] == "red hat");
  CHECK_THAT(result.err, Contains("2 queries have the words of another query: its positives are theirs, too"));
  // A log with an id for each search tells its queries by their words.
  titles.folder.write("log", "query_id\tquery\tdoc_id\nu1\tred shoes\tp1\nu2\tRed shoes\tp2\n");
  const CommandResult logged =
      run_words({"mine", "--db", titles.folder.file("db"), "--queries", titles.folder.file("q"), "--clicks",
                 titles.folder.file("log"), "--source", "bm25", "--out", titles.folder.file("out")});
  INFO(logged.err);
  REQUIRE(logged.exit_code == 0);
  CHECK(titles.rows().size() == 4);
}

TEST_CASE("a score that does not know the positives is warned of", "[index_tools][mine]") {
  Titles titles({{"p", "a lamp that gives a warm light of amber in every room of a house"},
                 {"a", "amber"},
                 {"b", "amber ring"},
                 {"c", "amber chair"}});
  const CommandResult result = titles.mine("1\tamber\n", "1 0 p 1\n", {});
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK_THAT(result.err, Contains("warning: 100 % of the positives score below their negatives: the score that guards "
                                  "(first-stage) does not know your positives"));
  Titles known({{"p", "amber"}, {"b", "amber ring"}, {"c", "an amber chair"}});
  CHECK_THAT(known.mine("1\tamber\n", "1 0 p 1\n", {}).err, !Contains("warning"));
}

}  // namespace irgan::mine_texts_test
