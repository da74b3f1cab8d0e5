// Exploring and interleaving, from simulated users to what is learnt of them.
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <set>
#include <sstream>

#include "irgan/click_log.h"
#include "irgan/model.h"
#include "irgan/run_file.h"
#include "tests/index_tools/made_site.h"

namespace irgan::simulated_loop_test {

using Catch::Contains;

namespace {

struct Row {
  std::string query, document, team;
  bool clicked = false;
  std::optional<double> log_probability;
};
using Pages = std::map<std::string, std::vector<Row>>;  // by session

/// The site with its index and a model that has learnt from judgments.
struct Fixture : MadeSite {
  Fixture() {
    index();
    REQUIRE(run("train --force --db @db --queries @learn.tsv --qrels @learn.qrels --model @m --epochs 3").exit_code ==
            0);
  }

  CommandResult simulate(const std::string& options) const {
    const CommandResult result = run("simulate --db @db --queries @learn.tsv --qrels @learn.qrels " + options);
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    return result;
  }

  Pages pages(const std::string& name = "log") const {
    Pages pages;
    ClickLogReader reader(file(name));
    reader.read([&](const ClickRow& row) {
      std::vector<Row>& page = pages[std::string(row.session)];
      page.push_back({std::string(row.query_id), std::string(row.document_id), std::string(row.team), row.clicked,
                      row.log_probability});
      CHECK(row.rank == static_cast<int>(page.size()));
    });
    CHECK(reader.summary().num_rejected == 0);
    return pages;
  }

  Run order(const std::string& option) const {
    REQUIRE(run("rerank --db @db --queries @learn.tsv --model @m --out @m.run --baseline-out @bm25.run").exit_code ==
            0);
    return read_run(file(option));
  }
};

bool shows_order(const std::vector<Row>& page, const Run& run) {
  const std::vector<RankedDocument>& best = run.by_query.at(page[0].query);
  for (std::size_t i = 0; i < page.size(); ++i) {
    if (page[i].document != best[i].document_id) return false;
  }
  return true;
}

}  // namespace

TEST_CASE_METHOD(Fixture, "a share of the sessions sees drawn pages, and the log says how likely each draw was",
                 "[index_tools][simulate][explore]") {
  const CommandResult result = simulate("--model @m --explore .3 --sessions 20 --out @log");
  CHECK_THAT(result.out, Contains("explored ") && Contains(" % of all clicks lost"));
  const Run best = order("m.run");
  std::size_t num_explored = 0;
  std::set<std::vector<std::string>> different;
  const Pages all = pages();
  for (const auto& [session, page] : all) {
    const bool is_drawn = page[0].log_probability.has_value();
    std::vector<std::string> documents{page[0].query};
    double sum = 0.0;
    for (const Row& row : page) {
      CHECK(row.log_probability.has_value() == is_drawn);
      sum += std::exp(row.log_probability.value_or(0.0));
      documents.push_back(row.document);
    }
    if (!is_drawn) CHECK(shows_order(page, best));
    if (!is_drawn) continue;
    ++num_explored;
    different.insert(documents);
    CHECK(sum > 0.0);
  }
  const double n = static_cast<double>(all.size());
  CHECK(static_cast<double>(num_explored) == Approx(0.3 * n).margin(5.0 * std::sqrt(0.21 * n)));
  CHECK_THAT(result.out,
             Contains("explored " + std::to_string(num_explored) + " of " + std::to_string(all.size()) + " sessions"));
  CHECK(different.size() > num_explored * 9 / 10);  // of all orders of 20 and more documents
}

TEST_CASE_METHOD(Fixture, "the same seed explores the same pages, whose users are those of the best order",
                 "[index_tools][simulate][explore]") {
  simulate("--model @m --explore .3 --sessions 5 --out @log");
  simulate("--model @m --explore .3 --sessions 5 --out @again");
  CHECK((folder.read("log") == folder.read("again")));
  simulate("--model @m --sessions 5 --out @best");
  const Pages drawn = pages(), best = pages("best");
  CHECK(drawn.size() == best.size());
  for (const auto& [session, page] : drawn) CHECK(best.at(session)[0].query == page[0].query);
}

TEST_CASE_METHOD(Fixture, "training takes explored pages as they are", "[index_tools][simulate][explore]") {
  simulate("--model @m --explore .5 --sessions 10 --out @log");
  const CommandResult result =
      run("train --force --db @db --queries @learn.tsv --clicks @log --model @next --epochs 2");
  INFO(result.err);
  CHECK((result.exit_code == 0 || result.err.find("ranks worse") != std::string::npos));
  CHECK_THAT(result.err, Contains(" distinct result pages"));
}

TEST_CASE_METHOD(Fixture, "a low temperature costs users less than a high one", "[index_tools][simulate][explore]") {
  const auto loss = [&](const char* temperature) {
    const std::string out =
        simulate("--model @m --explore 1 --sessions 10 --out @log --temperature " + std::string(temperature)).out;
    const std::size_t end = out.find(" % of all clicks lost");
    return std::stod(out.substr(out.rfind(' ', end - 1)));
  };
  const double cool = loss("0.01"), usual = loss("1"), hot = loss("100");
  CHECK(cool < usual);
  CHECK(usual < hot);
}

TEST_CASE_METHOD(Fixture, "compared by interleaving the model beats the first stage, and the log says the same",
                 "[index_tools][simulate][interleaving]") {
  const CommandResult compared = simulate("--compare @m first-stage --sessions 20 --out @log");
  CHECK_THAT(compared.out, Contains("the clicks prefer m, which wins") && Contains("sign test p below 0.0001") &&
                               Contains("(power formula)") && Contains("nDCG@10 of m and first-stage"));
  const Run model = order("m.run"), first_stage = order("bm25.run");
  for (const auto& [session, page] : pages()) {
    std::map<std::string, std::size_t> num_of_team;
    for (const Row& row : page) ++num_of_team[row.team];
    CHECK(num_of_team["m"] + num_of_team["first-stage"] == page.size());
    CHECK(std::max(num_of_team["m"], num_of_team["first-stage"]) -
              std::min(num_of_team["m"], num_of_team["first-stage"]) <=
          1);
    // The first hit is its team's best.
    const Run& ranking = page[0].team == "m" ? model : first_stage;
    CHECK(page[0].document == ranking.by_query.at(page[0].query)[0].document_id);
  }
  const CommandResult evaluated = run("evaluate --interleaved @log");
  CHECK(evaluated.exit_code == 0);
  // Names stand in the order of the alphabet there, and each session has one search.
  CHECK_THAT(evaluated.out,
             Contains("the clicks prefer m, which wins") && Contains(" interleaved searches: first-stage wins "));
  const std::string verdict = compared.out.substr(compared.out.find("verdict: "));
  CHECK(evaluated.out.substr(evaluated.out.find("verdict: "), verdict.find('\n')) ==
        verdict.substr(0, verdict.find('\n')));
  // Without a log the verdict is the same.
  CHECK_THAT(simulate("--compare @m --compare first-stage --sessions 20").out, Contains(verdict));
}

TEST_CASE_METHOD(Fixture, "a model is as good as its copy", "[index_tools][simulate][interleaving]") {
  folder.write("copy", folder.read("m"));
  const CommandResult result = simulate("--compare @m @copy --sessions 20");
  CHECK_THAT(result.out, Contains("verdict: none yet"));
}

TEST_CASE_METHOD(Fixture, "what cannot be compared or explored is refused", "[index_tools][simulate]") {
  const auto [options, problem] = GENERATE(table<std::string, std::string>({
      {"--explore .1 --out @log", "--explore needs --model"},
      {"--compare @m", "--compare needs two names"},
      {"--compare @m @m", "is compared with itself"},
      {"--compare @m first-stage @m", "--compare needs two names"},
      {"--compare @m first-stage --model @m", "--compare excludes --model and --explore"},
      {"--model @m --explore 1.5 --out @log", "--explore 1.5: must be a number from 0 to 1"},
      {"--model @m --explore .1 --temperature 0 --out @log", "--temperature 0: must be a number from 0.01 to 100"},
  }));
  const CommandResult result = run("simulate --db @db --queries @learn.tsv --qrels @learn.qrels " + options);
  CHECK(result.exit_code == 2);
  CHECK_THAT(result.err, Contains(problem));
}

TEST_CASE("evaluate reads an interleaved log with other names", "[index_tools][evaluate][interleaving]") {
  const ScratchFolder folder;
  std::string log = "visitor,query,doc_id,clicked,arm\n";
  for (int i = 0; i < 12; ++i) {
    for (const char* const query : {"red", "blue"}) {
      const std::string search = std::to_string(i) + ',' + query;
      log += search + ",1," + (i < 10 ? "1" : "0") + ",new\n" + search + ",2," + (i == 11 ? "1" : "0") + ",old\n";
    }
  }
  folder.write("log", log);
  const CommandResult result = run_words(
      {"evaluate", "--interleaved", folder.file("log"), "--column", "session=visitor", "--column", "team=arm"});
  INFO(result.err);
  CHECK(result.exit_code == 0);
  // 20 of 22 by search: 2 (1 + 22 + 231) / 2^22. 10 of 11 by session: 2 (1 + 11) / 2^11.
  CHECK(result.out ==
        "24 interleaved searches: new wins 20, old wins 2, ties 0, without clicks 2\n"
        "verdict: the clicks prefer new, which wins 90.9 % of those decided, sign test p 0.0001\n"
        "at these rates it takes some 10 searches in all for p < .05 in four trials of five (power formula)\n"
        "\n"
        "Each session counted once, since the searches of one are not independent:\n"
        "12 interleaved sessions: new wins 10, old wins 1, ties 0, without clicks 1\n"
        "verdict: the clicks prefer new, which wins 90.9 % of those decided, sign test p 0.0117\n"
        "at these rates it takes some 10 sessions in all for p < .05 in four trials of five (power formula)\n");
}

TEST_CASE("evaluate takes the interleaved pages of several logs as one", "[index_tools][evaluate][interleaving]") {
  const ScratchFolder folder;
  const std::string header = "session\tquery\tdoc_id\trank\tclicked\tteam\n";
  folder.write("first", header + "a\tq\t1\t0\t1\tnew\na\tq\t2\t1\t0\told\n");
  folder.write("second", header + "b\tq\t1\t0\t1\tnew\nb\tq\t2\t1\t0\told\nb\tq\t3\t-1\t1\told\n");
  const std::vector<std::string> words = {
      "evaluate", "--interleaved", folder.file("first"), "--interleaved", folder.file("second"), "--rank-base", "0"};
  CHECK(run_words(words).exit_code == 1);  // a third of the second's lines
  std::vector<std::string> lenient = words;
  lenient.insert(lenient.end(), {"--max-bad", ".5", "--rejects", folder.file("rejects")});
  const CommandResult result = run_words(lenient);
  INFO(result.err);
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.out, Contains("2 interleaved searches: new wins 2, old wins 0, ties 0, without clicks 0"));
  CHECK_THAT(result.err, Contains(folder.file("second") + ": 1 of 3 lines ignored") &&
                             Contains("bad rank (taken: whole numbers up to 1000000): 1"));
  CHECK_THAT(folder.read("rejects"), Contains("-1"));
}

TEST_CASE("evaluate refuses logs that no verdict can be had from", "[index_tools][evaluate][interleaving]") {
  const ScratchFolder folder;
  const auto [rows, problem] = GENERATE(table<std::string, std::string>({
      {"session\tquery\tdoc_id\tclicked\ns\tq\td\t1\n", "two teams are needed, the log has none"},
      {"session\tquery\tdoc_id\tclicked\tteam\ns\tq\td\t1\ta\n", "two teams are needed, the log has only a"},
      {"session\tquery\tdoc_id\tclicked\tteam\ns\tq\td\t1\ta\ns\tq\td\t1\tb\ns\tq\td\t1\tc\n",
       "the log has more: a, b, c"},
      {"query\tdoc_id\tclicked\tteam\nq\td\t1\ta\nq\td\t1\tb\n", "no row has a session"},
  }));
  folder.write("log", rows);
  const CommandResult result = run_words({"evaluate", "--interleaved", folder.file("log")});
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.err, Contains(folder.file("log") + ": ") && Contains(problem));
  CHECK(run_words({"evaluate", "--interleaved", folder.file("log"), "--qrels", "x"}).exit_code == 2);
  CHECK(run_words({"evaluate", "--qrels", "x", "--column", "team=arm"}).exit_code == 2);
}

}  // namespace irgan::simulated_loop_test
