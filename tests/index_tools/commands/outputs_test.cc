/// Outputs of all commands: none of them is an input, and no two are one file.

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <map>

#include "tests/index_tools/made_site.h"
#include "trainer/machine/output_file.h"

namespace irgan::outputs_test {

using Catch::Contains;

namespace fs = std::filesystem;

namespace {

/// A site with one file of each kind.
const MadeSite& site() {
  static const MadeSite made;
  static const bool done = [] {
    made.one_file_of_each_kind();
    return true;
  }();
  (void)done;
  return made;
}

std::map<std::string, std::string> contents(const MadeSite& made) {
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::recursive_directory_iterator(made.folder.path())) {
    const std::string name = fs::relative(entry.path(), made.folder.path()).string();
    if (entry.is_regular_file()) all[name] = made.folder.read(name);
  }
  return all;
}

}  // namespace

TEST_CASE("no command writes over what it reads", "[index_tools][outputs]") {
  const MadeSite& made = site();
  fs::remove(made.file("link"));
  fs::create_symlink("clicks", made.file("link"));
  fs::remove(made.file("hard"));
  fs::create_hard_link(made.file("learn.qrels"), made.file("hard"));
  const auto before = contents(made);
  const std::string features = "features --db @db --queries @learn.tsv --qrels @learn.qrels ";
  const std::string train = "train --force --db @db --queries @learn.tsv --clicks @clicks --epochs 1 ";
  const std::string mine = "mine --db @db --queries @learn.tsv --qrels @learn.qrels --source run --run @run ";
  const std::vector<std::string> lines{
      "check --clicks @clicks --rejects @clicks",
      "check --clicks @clicks --rejects @link",
      "check --clicks @link --rejects @clicks",
      features + "--out @learn.tsv",
      features + "--out @hard",
      features + "--out @db/iamglass",
      features + "--out @all --valid-out @learn.qrels",
      features + "--from @model --out @model",
      train + "--model @clicks",
      train + "--model @learn.tsv",
      train + "--rejects @clicks --model @new",
      "train --data @rows --epochs 1 --model @rows",
      "train --data @rows --epochs 1 --from @model --model @rows",
      "rerank --db @db --queries @test.tsv --model @model --out @model",
      "rerank --db @db --queries @test.tsv --baseline-out @test.tsv",
      "rerank --db @db --queries @test.tsv --memory @memory --model @model --out @memory",
      "score --model @model --data @rows --out @rows",
      "score --model @model --data @rows --out @new --qrels-out @model",
      mine + "--out @run",
      mine + "--out @new --report-json @run",
      mine + "--out @new --scores @memory --report-json @memory",
      "distill --db @db --model @model --queries @learn.tsv --out @learn.tsv",
      "memory --clicks @clicks --out @clicks",
      "memory --from @memory --clicks @clicks --rejects @memory --out @new",
      "simulate --db @db --queries @learn.tsv --qrels @learn.qrels --out @learn.qrels",
      "annotate --db @db --clicks @clicks --queries @learn.tsv --rejects @learn.tsv",
      "annotate --db @db --values @run:2 --clicks @clicks --queries @learn.tsv --rejects @run",
  };
  for (const std::string& line : lines) {
    const CommandResult result = made.run(line);
    INFO(line << '\n' << result.err);
    CHECK(result.exit_code == 2);
    CHECK_THAT(result.err, Contains("an input of this run (--"));
  }
  CHECK(contents(made) == before);
}

TEST_CASE("documents that lie in the index which is made anew are kept", "[index_tools][outputs]") {
  const MadeSite made;
  made.index();
  fs::copy_file(made.file("docs.jsonl"), made.file("db/docs.jsonl"));
  const CommandResult result = made.run("index --overwrite --db @db --field title=S @db/docs.jsonl");
  INFO(result.err);
  CHECK(result.exit_code == 2);
  CHECK(made.folder.read("db/docs.jsonl") == made.folder.read("docs.jsonl"));
}

TEST_CASE("no two outputs are one file", "[index_tools][outputs]") {
  const MadeSite& made = site();
  fs::create_directory(made.file("sub"));
  fs::create_directory_symlink("sub", made.file("same"));
  const std::string features = "features --db @db --queries @learn.tsv --qrels @learn.qrels ";
  const std::string mine =
      "mine --db @db --queries @learn.tsv --qrels @learn.qrels --source bm25 --score-by first-stage ";
  const std::vector<std::string> lines{
      features + "--out @sub/new --valid-out @same/new",
      "score --model @model --data @rows --out @new --qrels-out @new",
      mine + "--out @new --report-json @sub/../new",
      "rerank --db @db --queries @test.tsv --model @model --out - --baseline-out -",
      "memory --clicks @clicks --rejects @new --out @new",
  };
  for (const std::string& line : lines) {
    const CommandResult result = made.run(line);
    INFO(line << '\n' << result.err);
    CHECK(result.exit_code == 2);
    CHECK_THAT(result.err, Contains("name the same file"));
  }
  CHECK(fs::is_empty(made.file("sub")));
}

TEST_CASE("a memory and a model may be gone on with in place, by one run at a time", "[index_tools][outputs]") {
  const MadeSite& made = site();
  const std::string memory = "memory --force --from @memory --clicks @clicks --queries @learn.tsv --out @memory";
  const std::string train = "train --force --data @rows --epochs 1 --from @model --model @model";
  for (const auto& [line, output] : {std::pair(memory, "memory"), std::pair(train, "model")}) {
    {
      const OutputLock lock(made.file(output));
      const std::string before = made.folder.read(output);
      const CommandResult second = made.run(line);
      CHECK(second.exit_code == 1);
      CHECK_THAT(second.err, Contains("another run writes it; let that end first"));
      CHECK(made.folder.read(output) == before);
    }
    const CommandResult result = made.run(line);
    INFO(line << '\n' << result.err);
    CHECK(result.exit_code == 0);
    CHECK_FALSE(fs::exists(made.file(std::string(output) + ".lock")));
  }
}

TEST_CASE("what tells of single people is its owner's alone", "[index_tools][outputs]") {
  const MadeSite& made = site();
  for (const char* name : {"rejects", "kept", "kept.carry"}) fs::remove(made.file(name));
  const mode_t old_mask = ::umask(022);
  const CommandResult result =
      made.run("memory --clicks @clicks --queries @learn.tsv --min-sessions 1 --rejects @rejects --out @kept");
  ::umask(old_mask);
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  const auto for_others = fs::perms::group_all | fs::perms::others_all;
  for (const char* name : {"rejects", "kept.carry"}) {
    CHECK((fs::status(made.file(name)).permissions() & for_others) == fs::perms::none);
  }
  CHECK((fs::status(made.file("kept")).permissions() & for_others) != fs::perms::none);
}

TEST_CASE("ids that would part a line are refused by every output in columns, and stand in JSON",
          "[index_tools][outputs]") {
  const MadeSite made;
  made.folder.write("odd.jsonl",
                    "{\"id\": \"a\\tb\", \"title\": \"tea green\"}\n{\"id\": \"c\\nd\", \"title\": \"tea black\"}\n"
                    "{\"id\": \"e\", \"title\": \"tea white\"}\n");
  REQUIRE(made.run("index --db @odd --field title=S @odd.jsonl").exit_code == 0);
  made.folder.write("q", "q1\ttea\n");
  made.folder.write("r", "q1 0 e 1\n");
  const std::string mine = "mine --db @odd --queries @q --qrels @r --source bm25 --out @new ";
  for (const std::string& line :
       {mine + "--format ids", std::string("simulate --db @odd --queries @q --qrels @r --sessions 2 --out @new"),
        std::string("rerank --db @odd --queries @q --baseline-out @new")}) {
    const CommandResult result = made.run(line);
    INFO(line << '\n' << result.err);
    CHECK(result.exit_code == 1);
    CHECK_THAT(result.err, Contains("id '"));
    CHECK_FALSE(fs::exists(made.file("new")));
  }
  CHECK(made.run(mine + "--content both --restart").exit_code == 0);
  CHECK_THAT(made.folder.read("new"), Contains("a\\tb"));
}

}  // namespace irgan::outputs_test
