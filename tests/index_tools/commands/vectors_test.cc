#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "irgan/model.h"
#include "tests/index_tools/made_site.h"

namespace irgan::vectors_test {

using Catch::Matchers::Contains;

namespace {

class VectorSite : public MadeSite {
 public:
  VectorSite() {
    index();
    done("vectors --db @db --dimensions 8 --max-share 1 --out @v");
  }

  CommandResult done(const std::string& line) const {
    CommandResult result = run(line);
    INFO(line << '\n' << result.err);
    REQUIRE(result.exit_code == 0);
    return result;
  }

  void train(const std::string& model, const std::string& more = "") const {
    done(
        "train --db @db --vectors @v --queries @learn.tsv --qrels @learn.qrels --force --epochs 2 --depth 5 --picks 12 "
        "--tower-draws 20 --model @" +
        model + ' ' + more);
  }

  // The documents of a run's queries in their order, without scores.
  std::vector<std::string> ranking(const std::string& run) const {
    std::istringstream lines(folder.read(run));
    std::vector<std::string> documents;
    for (std::string query, q0, document, rank, score, name; lines >> query >> q0 >> document >> rank >> score >> name;)
      documents.push_back(query + ' ' + document);
    return documents;
  }

  std::size_t num_lines(const std::string& name) const {
    const std::string text = folder.read(name);
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }
};

}  // namespace

TEST_CASE("vectors tells what it wrote, and what it cannot", "[index_tools][vectors]") {
  const VectorSite site;
  CHECK_THAT(site.done("vectors --db @db --dimensions 4 --max-share 1 --out @w").out,
             Contains("60 documents, 20 terms, 4 dimensions"));
  CHECK_THAT(site.run("vectors --db @db").err, Contains("--out is missing"));
  CHECK_THAT(site.run("vectors --db @db --out @w --min-documents 1000").err, Contains("no term is in at least 1000"));
  CHECK_THAT(site.run("vectors --db @db --out @w --from @v --dimensions 4").err, Contains("--dimensions"));
  // Kept term vectors, in place.
  const std::string before = site.folder.read("v");
  site.done("vectors --db @db --from @v --out @v");
  CHECK(site.folder.read("v") == before);
}

TEST_CASE("a model with a generator over the collection ranks what the first stage has not", "[index_tools][vectors]") {
  const VectorSite site;
  site.train("m");
  site.done("rerank --db @db --model @m --vectors @v --depth 5 --queries @test.tsv --out @run --baseline-out @base");
  CHECK(site.num_lines("base") <= 50);
  CHECK(site.num_lines("run") > site.num_lines("base"));
  CHECK_THAT(site.done("search --db @db --model @m --vectors @v --explain amber").out, Contains("generator.score"));

  SECTION("simulated users compare it with the first stage") {
    const std::string compare =
        "simulate --db @db --queries @test.tsv --qrels @test.qrels --compare first-stage "
        "--compare @m --sessions 3 --depth 5 --out @log";
    CHECK_THAT(site.run(compare).err, Contains("whose vectors are not given"));
    site.done(compare + " --vectors @v");
    const std::string found = "\n" + site.folder.read("base");
    std::istringstream lines(site.folder.read("log"));
    std::size_t num_picked = 0;
    std::string line;
    std::getline(lines, line);  // names
    for (std::string session, time, query, document, rank, clicked, team;
         lines >> session >> time >> query >> document >> rank >> clicked >> team;)
      num_picked += team == "m" && found.find("\n" + query + " Q0 " + document + " ") == std::string::npos ? 1 : 0;
    CHECK(num_picked > 0);
  }
  SECTION("without its vectors it is refused") {
    const CommandResult refused = site.run("rerank --db @db --model @m --queries @test.tsv --out @none");
    CHECK(refused.exit_code == 1);
    CHECK_THAT(refused.err, Contains("whose vectors are not given"));
  }
  SECTION("vectors of other terms are refused") {
    site.done("vectors --db @db --dimensions 8 --max-share 1 --seed 2 --min-documents 9 --out @other");
    CHECK_THAT(site.run("rerank --db @db --model @m --vectors @other --queries @test.tsv --out @none").err,
               Contains("the vectors have other terms"));
  }
  SECTION("damaged vectors are named") {
    site.folder.write("cut", site.folder.read("v").substr(0, 100));
    CHECK_THAT(site.run("rerank --db @db --model @m --vectors @cut --queries @test.tsv --out @none").err,
               Contains(site.file("cut")));
  }
}

TEST_CASE("rows for other learners hold the picks and the score of the generator", "[index_tools][vectors]") {
  const VectorSite site;
  site.train("m");
  const std::string evidence = " --db @db --vectors @v --depth 5 --qrels @learn.qrels --queries ";
  site.done("features --picks 12 --tower-draws 20" + evidence + "@learn.tsv --out @rows");
  CHECK_THAT(site.folder.read("rows"), Contains("generator.score"));
  const CommandResult refused = site.run("train --force --data @rows --model @other");
  CHECK(refused.exit_code == 1);
  CHECK_THAT(refused.err, Contains("train from the index"));

  // As a model serves them: its own towers pick, and learn nothing.
  site.done("features --from @m --tower-epochs 0" + evidence + "@learn.tsv --out @served");
  site.done("score --model @m --data @served --out @scored");
  site.done("rerank --db @db --model @m --vectors @v --depth 5 --queries @learn.tsv --out @reranked");
  CHECK(site.ranking("scored") == site.ranking("reranked"));
}

TEST_CASE("training goes on with the generator of the model before", "[index_tools][vectors]") {
  const VectorSite site;
  site.train("m");
  site.train("on", "--from @m --tower-epochs 1");
  site.train("again", "--from @m --tower-epochs 1");
  CHECK(site.folder.read("on") == site.folder.read("again"));
  site.train("still", "--from @m --tower-epochs 0");
  const auto towers = [&](const std::string& name) {
    return Model::from_file(site.file(name))->collection()->towers.weight;
  };
  CHECK(towers("still") == towers("m"));
  CHECK(towers("on") != towers("m"));
  // The model that would be replaced is judged by its own picks.
  CHECK_THAT(site.done("train --db @db --vectors @v --queries @learn.tsv --qrels @learn.qrels --epochs 1 --depth 5 "
                       "--picks 3 --tower-draws 20 --force --model @m")
                 .out,
             Contains("which it would replace"));
}

TEST_CASE("the same seed gives the same model at any number of threads", "[index_tools][vectors]") {
  const VectorSite site;
  site.train("one", "--threads 1");
  site.train("five", "--threads 5");
  CHECK(site.folder.read("one") == site.folder.read("five"));
  site.train("other", "--tower-epochs 1");
  CHECK(site.folder.read("other") != site.folder.read("one"));
}

TEST_CASE("distill shows near terms where they gain, and writes no table where they do not",
          "[index_tools][vectors][distill]") {
  const VectorSite site;
  site.train("m");
  CHECK_THAT(site.run("distill --db @db --model @m --queries @learn.tsv").err, Contains("vectors are not given"));
  CHECK_THAT(site.run("distill --db @db --model @m --queries @learn.tsv --near-terms @near").err,
             Contains("--near-terms needs --vectors"));
  const CommandResult told =
      site.done("distill --db @db --model @m --vectors @v --queries @learn.tsv --near-terms @near --out @recipe");
  CHECK_THAT(told.out, Contains("stock form with near terms"));
  const bool gains = told.out.find("Near terms gain on the stock form") != std::string::npos;
  CHECK(gains != (told.out.find("Near terms do not measurably gain on the stock form") != std::string::npos));
  CHECK(std::filesystem::exists(site.file("near")) == gains);
  CHECK((site.folder.read("recipe").find("Near terms, Python:") != std::string::npos) == gains);
}

}  // namespace irgan::vectors_test
