#include "index_tools/commands/command.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>

#include "irgan/model.h"
#include "irgan/run_file.h"
#include "tests/index_tools/captured_command.h"
#include "tests/index_tools/made_site.h"

namespace irgan::command_test {

using Catch::Contains;
using Catch::EndsWith;
using Catch::StartsWith;

namespace {

bool is_command(const std::string& name) {
  for (const Command& command : commands()) {
    if (command.name == name) return true;
  }
  return false;
}

// Texts between single quotes.
std::vector<std::string> quoted(const std::string& text) {
  std::vector<std::string> found;
  for (std::size_t open = text.find('\''); open != std::string::npos; open = text.find('\'', open + 1)) {
    const std::size_t close = text.find('\'', open + 1);
    if (close == std::string::npos) break;
    found.push_back(text.substr(open + 1, close - open - 1));
    open = close;
  }
  return found;
}

// With single spaces for line ends and indents.
std::string unwrapped(const std::string& text) { return std::regex_replace(text, std::regex(R"(\s+)"), " "); }

// The options that a help lists, in its order.
std::vector<std::string> options_in(const std::string& help) {
  std::vector<std::string> names;
  std::istringstream lines(help);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("  --", 0) == 0) names.push_back(line.substr(4, line.find(' ', 4) - 4));
  }
  return names;
}

// The names behind "--" in a text.
std::vector<std::string> flags_of(const std::string& text) {
  const std::regex flag("--([a-z-]+)");
  return {std::sregex_token_iterator(text.begin(), text.end(), flag, 1), std::sregex_token_iterator()};
}

/// Makes a folder the current one for a while.
class CurrentFolder {
 public:
  explicit CurrentFolder(const std::filesystem::path& path) : before_(std::filesystem::current_path()) {
    std::filesystem::current_path(path);
  }
  ~CurrentFolder() { std::filesystem::current_path(before_); }

 private:
  std::filesystem::path before_;
};

// What evaluate prints of one run: its measures by name.
std::map<std::string, double> measures_of(const std::string& table, const std::string& run) {
  std::istringstream lines(table);
  std::string header, line;
  std::getline(lines, header);
  while (std::getline(lines, line) && line.compare(0, run.size(), run) != 0) continue;
  std::istringstream names(header), values(line);
  std::string name, value;
  names >> name;
  values >> value;
  std::map<std::string, double> measures;
  while (names >> name && values >> value) measures[name] = std::stod(value);
  return measures;
}

std::set<std::string> files_of(const std::filesystem::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}

}  // namespace

TEST_CASE("--version names this program's version and Xapian's", "[index_tools][command]") {
  const CommandResult result = run_line("--version");
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.out,
             StartsWith("xapian-irgan 0.") && Contains("(Xapian " + std::string(Xapian::version_string()) + ")"));
  CHECK(result.err.empty());
}

TEST_CASE("--help lists all commands and their usual order", "[index_tools][command]") {
  for (const char* flag : {"--help", "-h"}) {
    const CommandResult result = run_line(flag);
    CHECK(result.exit_code == 0);
    for (const Command& command : commands()) CHECK_THAT(result.out, Contains("\n  " + command.name + ' '));
    CHECK_THAT(unwrapped(result.out), Contains("-> train -> rerank -> evaluate -> store -> search"));
    CHECK(result.err.empty());
  }
}

TEST_CASE("without a command, or with an unknown one, the overview goes to stderr and the exit code is 2",
          "[index_tools][command]") {
  const CommandResult nothing = run_line("");
  CHECK(nothing.exit_code == 2);
  CHECK_THAT(nothing.err, StartsWith("Usage: xapian-irgan COMMAND"));
  CHECK(nothing.out.empty());
  const CommandResult unknown = run_line("banana --db x");
  CHECK(unknown.exit_code == 2);
  CHECK_THAT(unknown.err, StartsWith("xapian-irgan: there is no command 'banana'\n") && Contains("\n  train "));
  CHECK(unknown.out.empty());
}

TEST_CASE("a mistyped command brings the one that was meant", "[index_tools][command]") {
  const CommandResult result = run_line("trian --db x");
  CHECK(result.exit_code == 2);
  CHECK(result.err ==
        "xapian-irgan: there is no command 'trian'; did you mean train?\n\n'xapian-irgan help' lists all commands.\n");
  CHECK_THAT(run_line("help rernk").err, Contains("did you mean rerank?"));
}

TEST_CASE("help is --help", "[index_tools][command]") {
  CHECK(run_line("help").out == run_line("--help").out);
  CHECK(run_line("help").exit_code == 0);
  CHECK(run_line("help train").out == run_line("train --help").out);
  CHECK(run_line("help train").exit_code == 0);
}

TEST_CASE("each command's --help-all says what it does and lists its options", "[index_tools][command]") {
  const std::map<std::string, std::vector<std::string>> flags{
      {"index", {"db", "file", "id", "field", "value", "stemmer", "overwrite"}},
      {"annotate", {"db", "prefix", "value", "id-prefix", "stemmer", "field-lengths", "values", "pagerank"}},
      {"simulate",
       {"db", "queries", "qrels", "model", "out", "date", "depth", "ranks", "examination", "sessions", "click-best",
        "seed"}},
      {"features",
       {"db", "queries", "clicks", "column", "rank-base", "max-bad", "rejects", "half-life", "qrels", "features",
        "depth", "out"}},
      {"train", {"data",          "valid",       "labels", "db",        "queries",       "clicks",  "qrels",
                 "valid-queries", "valid-share", "model",  "objective", "discriminator", "sampler", "samples",
                 "networks",      "serve",       "epochs", "seed",      "threads",       "restart", "force"}},
      {"search", {"db", "model", "top", "depth", "explain", "compare", "json"}},
      {"rerank", {"db", "model", "queries", "out", "baseline-out", "depth"}},
      {"score", {"model", "data", "out", "qrels-out", "serve"}},
      {"evaluate", {"qrels", "run", "letor", "relevance-level", "measures", "per-query", "seed"}},
      {"mine",
       {"db",
        "model",
        "queries",
        "clicks",
        "qrels",
        "out",
        "source",
        "temperature",
        "max-false-negatives",
        "run",
        "scores",
        "score-by",
        "max-score",
        "min-score",
        "absolute-margin",
        "relative-margin",
        "range-min",
        "range-max",
        "max-relevance",
        "min-relevance",
        "max-resemblance",
        "num-negatives",
        "strategy",
        "seed",
        "per-positive",
        "include-positives",
        "output-scores",
        "pad",
        "format",
        "content",
        "text-field",
        "texts",
        "depth",
        "threads",
        "restart",
        "report-json"}},
      {"inspect", {"model", "db"}},
      {"memory",
       {"clicks", "queries", "column", "rank-base", "max-bad", "rejects", "db", "stemmer", "from", "out", "half-life",
        "prior-clicks", "min-sessions", "tune", "model", "depth", "force"}},
      {"store", {"db", "model", "memory", "previous"}},
  };
  for (const Command& command : commands()) {
    CAPTURE(command.name);
    const CommandResult result = run_words({command.name, "--help-all"});
    CHECK(result.exit_code == 0);
    CHECK(result.err.empty());
    CHECK_THAT(unwrapped(result.out), StartsWith("Usage: xapian-irgan " + command.name + ' ' + command.usage + ' '));
    const auto known = flags.find(command.name);
    if (known == flags.end()) continue;
    for (const std::string& flag : known->second) CHECK_THAT(result.out, Contains("\n  --" + flag + ' '));
    CHECK(run_words({command.name, "--" + known->second[0], "nothing", "--help-all"}).out == result.out);
    CHECK(run_words({command.name, "-h"}).out == run_words({command.name, "--help"}).out);
  }
}

TEST_CASE(
    "each command's --help shows at most ten options of its own, those of its usage among them, and counts the others",
    "[index_tools][command][help]") {
  for (const Command& command : commands()) {
    CAPTURE(command.name);
    const std::string help = run_words({command.name, "--help"}).out;
    const std::vector<std::string> few = options_in(help);
    const std::vector<std::string> all = options_in(run_words({command.name, "--help-all"}).out);
    const std::set<std::string> names(all.begin(), all.end());
    const std::set<std::string> of_every_command{"quiet", "json", "site"};
    CHECK(std::count_if(few.begin(), few.end(),
                        [&](const std::string& name) { return of_every_command.count(name) == 0; }) <= 10);
    CHECK(std::set<std::string>(few.begin(), few.end()).size() == few.size());
    CHECK(names.size() == all.size());
    for (const std::string& name : few) CHECK(names.count(name) == 1);
    for (const std::string& name : flags_of(command.usage)) {
      CAPTURE(name);
      CHECK(std::count(few.begin(), few.end(), name) == 1);
    }
    const std::size_t others = all.size() - few.size();
    const std::string end = "'xapian-irgan " + command.name + " --help-all' shows " + std::to_string(others) +
                            (others == 1 ? " more option.\n" : " more options.\n");
    CHECK((others == 0 ? !Contains("--help-all").match(help) : EndsWith(end).match(help)));
  }
}

TEST_CASE("the help fits the terminal at any width", "[index_tools][command][help]") {
  const std::size_t width = GENERATE(40U, 59U, 60U, 80U, 100U);
  const auto check_lines = [&](const std::vector<std::string>& words) {
    std::ostringstream out, err;
    REQUIRE(run_command_line(words, Console(out, err, width)) == 0);
    std::istringstream lines(out.str());
    for (std::string line; std::getline(lines, line);) {
      CAPTURE(width, words, line);
      CHECK(line.size() <= width);
      CHECK((line.empty() || line.back() != ' '));
    }
  };
  check_lines({"--help"});
  for (const Command& command : commands()) {
    check_lines({command.name, "--help"});
    check_lines({command.name, "--help-all"});
  }
}

TEST_CASE("an example that is longer than a line goes on as a shell reads it", "[index_tools][command][help]") {
  for (const Command& command : commands()) {
    const std::string help = std::regex_replace(run_words({command.name, "--help"}).out, std::regex(R"( \\\n +)"), " ");
    std::istringstream lines(command.guide);
    for (std::string line; std::getline(lines, line);) {
      if (line.rfind("  ", 0) == 0) CHECK_THAT(help, Contains('\n' + line + '\n'));
    }
  }
}

TEST_CASE("the long help of train stands in groups, each named once", "[index_tools][command][help]") {
  std::istringstream lines(run_line("train --help-all").out);
  std::vector<std::string> groups;
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line[0] != ' ' && line.back() == ':') groups.push_back(line);
  }
  CHECK(groups.size() >= 8);
  CHECK(std::set<std::string>(groups.begin(), groups.end()).size() == groups.size());
}

TEST_CASE("each command's help has an example that the program takes, and leads to commands that there are",
          "[index_tools][command]") {
  const ScratchFolder empty;
  const CurrentFolder here(empty.path());
  for (const Command& command : commands()) {
    CAPTURE(command.name, command.guide);
    const std::string mark = "  xapian-irgan " + command.name + ' ';
    REQUIRE_THAT(command.guide, Contains(mark));
    std::istringstream lines(command.guide);
    for (std::string line; std::getline(lines, line);) {
      if (line.compare(0, mark.size(), mark) != 0) continue;
      const CommandResult result = run_line(line.substr(std::string("  xapian-irgan ").size()));
      INFO(line << '\n' << result.err);
      CHECK(result.exit_code == 1);  // good usage: only its files are missing
    }
    for (const std::string& text : quoted(command.guide)) {
      if (text.find("qid 0 docid") == 0) continue;
      CAPTURE(text);
      CHECK(is_command(text.substr(0, text.find(' '))));
    }
  }
  CHECK(empty.size() == 0);
}

TEST_CASE("the exit code is 0 for done, 1 for failed work, 2 for bad usage with a pointer to the help",
          "[index_tools][command]") {
  const ScratchFolder folder;
  const std::string documents = folder.write("d", R"({"id": 1, "title": "a"})");
  const std::string line = "index --field title=S --db " + folder.file("db") + ' ';
  CHECK(run_line(line + documents).exit_code == 0);
  const CommandResult failed = run_line(line + "--overwrite " + folder.file("none"));
  CHECK(failed.exit_code == 1);
  CHECK_THAT(failed.err, StartsWith("xapian-irgan index: " + folder.file("none")));
  CHECK_THAT(failed.err, !Contains("--help"));
  const CommandResult usage = run_line(line + "--unknown " + documents);
  CHECK(usage.exit_code == 2);
  CHECK_THAT(usage.err,
             StartsWith("xapian-irgan index: ") && Contains("\n'xapian-irgan index --help' lists the options.\n"));
}

TEST_CASE("results that cannot be written are a failure", "[index_tools][command]") {
  const MadeSite site;
  site.index();
  std::ostream closed(nullptr);
  std::ostringstream err;
  CHECK(run_command_line({"search", "--db", site.file("db"), "amber"}, Console(closed, err)) == 1);
  CHECK_THAT(err.str(), Contains("the output cannot be written"));
}

TEST_CASE("from documents to a search in the model's order", "[index_tools][command][golden]") {
  const MadeSite site;
  const auto run = [&](const std::string& line) {
    const CommandResult result = site.run(line);
    INFO(line << '\n' << result.err);
    REQUIRE(result.exit_code == 0);
    return result;
  };

  // Documents, users, rows, a model.
  CHECK(run("index --db @db --field title=S --field body= --value popularity=0 @docs.jsonl").out ==
        "indexed 60 documents into " + site.file("db") + ", fields title=S body=(none)\n");
  CHECK_THAT(run("simulate --db @db --queries @learn.tsv --qrels @learn.qrels --out @clicks.tsv.gz").out,
             Contains(" simulated sessions, "));
  const CommandResult features =
      run("features --db @db --queries @learn.tsv --clicks @clicks.tsv.gz --out @learn.rows.zst");
  CHECK_THAT(features.out, Contains("value.popularity") && Contains("title.bm25"));
  CHECK_THAT(features.err, Contains("30 queries with candidates of 30 (0 without clicks or judgments, 0 without "
                                    "candidates), 30 distinct result pages"));
  const CommandResult train =
      run("train --verbose --force --data @learn.rows.zst --valid-share .25 --model @site.model");
  CHECK_THAT(train.out, Contains("wrote " + site.file("site.model")) && Contains("served: discriminator"));
  CHECK_THAT(train.out, Contains("\nhow much better: the quality of the first ten hits (nDCG@10) ") &&
                            Contains("\nhow sure:        p ") && Contains("\nwhat next:       'xapian-irgan score "));
  CHECK_THAT(train.err, Contains("epoch  discriminator  generator"));
  CHECK_FALSE(std::filesystem::exists(site.file("site.model.checkpoint")));

  // It ranks queries that it has not seen better than Xapian does.
  CHECK(run("rerank --db @db --model @site.model --queries @test.tsv --out @new.run --baseline-out @old.run").out ==
        "ranked 10 queries, 0 without candidates of the first stage\n");
  const std::string table = run("evaluate --qrels @test.qrels @old.run @new.run").out;
  INFO(table);
  const double before = measures_of(table, "old.run")["ndcg@10"];
  const double after = measures_of(table, "new.run")["ndcg@10"];
  CHECK(before < 0.7);
  CHECK(after > before + 0.2);

  // The same from ready-made rows.
  run("features --db @db --queries @test.tsv --qrels @test.qrels --out @test.rows");
  CHECK(run("score --model @site.model --data @test.rows --out @score.run --qrels-out @score.qrels").out ==
        "ranked 10 queries\n");
  CHECK((site.folder.read("score.run") == site.folder.read("new.run")));
  CHECK(measures_of(run("evaluate --qrels @score.qrels @score.run").out, "score.run")["ndcg@10"] ==
        Approx(after).margin(1e-4));

  // What the model is.
  const std::string version = Model::from_file(site.file("site.model"))->version();
  const std::string inspected = run("inspect @site.model --db @db").out;
  CHECK_THAT(inspected, StartsWith("version    " + version) && Contains("serves     discriminator") &&
                            Contains("an index of 60 documents"));
  CHECK_THAT(inspected,
             Contains("best discriminator: epoch") && Contains("examination by rank") && Contains("drift      none"));
  CHECK_THAT(inspected, Contains("field      title: prefix S, lengths in slot 1000, text in slot 2000"));
  CHECK_THAT(inspected,
             Contains("value      popularity: slot 0, 60 documents") && Contains("model      none: see store"));

  // Searches without a model, and with the one in the index.
  const auto first_ids = [](const std::string& json) {
    std::vector<std::string> ids;
    const nlohmann::json found = nlohmann::json::parse(json);
    for (const auto& hit : found.at("hits")) ids.push_back(hit.at("id"));
    return ids;
  };
  const std::vector<std::string> plain = first_ids(run("search --db @db --json hazel").out);
  CHECK_THAT(run("store --db @db --model @site.model").out,
             Contains("stored model " + version.substr(0, 12) + " in 1 index; before it: none"));
  const std::string found = run("search --db @db --json --explain --top 20 hazel").out;
  const std::vector<std::string> reranked = first_ids(found);  // hazel is the text of test query q7
  REQUIRE(reranked.size() >= 10);
  CHECK(plain != std::vector<std::string>(reranked.begin(), reranked.begin() + 10));
  const Run new_run = read_run(site.file("new.run"));
  std::vector<std::string> ranked;
  for (const RankedDocument& document : new_run.by_query.at("q7")) ranked.push_back(document.document_id);
  ranked.resize(std::min<std::size_t>(ranked.size(), 20));
  CHECK(reranked == ranked);
  const nlohmann::json hits = nlohmann::json::parse(found).at("hits");
  std::set<std::size_t> first_stage_ranks;
  for (std::size_t i = 0; i < hits.size(); ++i) {
    CHECK(hits[i].at("rank") == i + 1);
    CHECK(hits[i].at("contributions").size() == Model::from_file(site.file("site.model"))->schema().features.size());
    if (i > 0) CHECK(hits[i].at("score").get<double>() <= hits[i - 1].at("score").get<double>());
    CHECK(first_stage_ranks.insert(hits[i].at("first_stage_rank").get<std::size_t>()).second);
  }

  const std::string compared = run("search --db @db --compare --explain --top 3 hazel").out;
  CHECK_THAT(compared, StartsWith("     Xapian's order") && Contains("the model's order") && Contains("because: ") &&
                           Contains("value.popularity"));
  const std::string explained = run("search --db @db --explain --top 2 hazel").out;
  CHECK_THAT(explained, StartsWith("  1  ") && Contains("(was ") && Contains("\n     because: "));

  // A second model, and back.
  run("train --force --data @learn.rows.zst --valid-share .25 --epochs 2 --seed 2 --model @second.model");
  run("store --db @db --model @second.model");
  CHECK_THAT(run("inspect --db @db").out,
             Contains("model      " + Model::from_file(site.file("second.model"))->version()));
  CHECK_THAT(run("store --db @db --previous").out, Contains("stored model " + version.substr(0, 12) + " in 1 index"));

  // Nothing else was left behind.
  CHECK(files_of(site.folder.path()) == std::set<std::string>{"clicks.tsv.gz", "db", "docs.jsonl", "learn.qrels",
                                                              "learn.rows.zst", "learn.tsv", "new.run", "old.run",
                                                              "score.qrels", "score.run", "second.model", "site.model",
                                                              "test.qrels", "test.rows", "test.tsv"});
}

}  // namespace irgan::command_test
