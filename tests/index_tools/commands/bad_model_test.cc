/// Bad input: models, in files and in the index.

#include <xapian.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>

#include "irgan/model_source.h"
#include "tests/index_tools/commands/site_of_bad_input.h"

namespace irgan::bad_model_test {

using Catch::Contains;

TEST_CASE_METHOD(SiteOfBadInput, "models that are cut off or flipped anywhere", "[index_tools][bad_input]") {
  const std::string whole = folder.read("model");
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{7}, std::size_t{8}, std::size_t{100},
                                 whole.size() / 3, whole.size() / 2, whole.size() - 17, whole.size() - 1}) {
    CAPTURE(size);
    folder.write("bad.model", whole.substr(0, size));
    const auto is_told = Contains(file("bad.model"));
    CHECK_THAT(failed("rerank --db @db --model @bad.model --queries @test.tsv --out @out"), is_told);
    CHECK_THAT(failed("score --model @bad.model --data @rows --out @out"), is_told);
    CHECK_THAT(failed("store --db @db --model @bad.model"), is_told);
  }
  CHECK_THAT(failed("search --db @db --model @bad.model amber"), Contains(file("bad.model")));
  CHECK_THAT(failed("simulate --db @db" + kLearnQueries + "--qrels @learn.qrels --model @bad.model --out @out"),
             Contains(file("bad.model")));
  CHECK_THAT(failed("inspect @bad.model"), Contains(file("bad.model")));
  for (const std::size_t place : {std::size_t{3}, whole.size() / 2, whole.size() - 1}) {
    std::string flipped = whole;
    flipped[place] = static_cast<char>(flipped[place] ^ 4);
    folder.write("bad.model", flipped);
    CHECK_THAT(failed("inspect @bad.model"), Contains(file("bad.model")));
  }
  CHECK_THAT(failed("inspect @learn.tsv"), Contains(file("learn.tsv")));
}

TEST_CASE_METHOD(SiteOfBadInput, "a model for other features", "[index_tools][bad_input]") {
  folder.write("letor.rows", "1 qid:1 1:1 2:0\n0 qid:1 1:2 2:1\n1 qid:2 1:2 2:0\n0 qid:2 1:3 2:4\n");
  const std::string f = folder.path().string() + '/';
  REQUIRE(run_line("train --force --data " + f + "letor.rows --valid " + f + "letor.rows --epochs 1 --model " + f +
                   "letor.model")
              .exit_code == 0);
  CHECK_THAT(
      failed("score --model @letor.model --data @rows --out @out --qrels-out @out2"),
      Contains("other features than the model: number 1 is 'first_stage.score' in the rows and '1' in the model"));
  CHECK_THAT(failed("score --model @model --data @letor.rows --out @out"),
             Contains("number 1 is '1' in the rows and 'first_stage.score' in the model"));
  CHECK_THAT(failed("rerank --db @db --model @letor.model --queries @test.tsv --out @out"),
             Contains(file("letor.model") + ": the model does not fit an index: ") && Contains("'1'") &&
                 Contains("can only score such rows"));
  CHECK_THAT(failed("search --db @db --model @letor.model amber"), Contains("'1'"));
  CHECK_THAT(failed("store --db @db --model @letor.model"),
             Contains(file("letor.model") + ": no search can be served by this model: ") && Contains("'1'"));
  CHECK_THAT(failed("simulate --db @db" + kLearnQueries + "--qrels @learn.qrels --model @letor.model --out @out"),
             Contains("'1'"));
  CHECK_THAT(failed("train --force --data @rows --valid @letor.rows --model @out"), Contains("features"));
}

TEST_CASE_METHOD(SiteOfBadInput, "a model of another index", "[index_tools][bad_input]") {
  const std::string f = folder.path().string() + '/';
  REQUIRE(run_line("index --db " + f + "other --field body= --id id " + f + "docs.jsonl").exit_code == 0);
  const auto tells = [&](const std::string& message) {
    CHECK_THAT(message, Contains("the model does not fit the index: ") &&
                            Contains("words of field 'title' (prefix 'S')") && Contains("train one on this index"));
  };
  tells(failed("rerank --db @other --model @model --queries @test.tsv --out @out"));
  CHECK_THAT(failed("rerank --db @other --model @model --queries @test.tsv --out @out"),
             Contains(file("model") + ": the model"));
  tells(failed("search --db @other --model @model amber"));
  tells(failed("simulate --db @other" + kLearnQueries + "--qrels @learn.qrels --model @model --out @out"));
  tells(failed("store --db @other --model @model"));
  const auto model = Model::from_file(file("model"));  // as another program, or an index that changed, has it
  Xapian::WritableDatabase other(f + "other");
  other.set_metadata(kModelKey, model->to_bytes());
  other.close();
  CHECK_THAT(failed("search --db @other amber"), Contains("the index's own model: the model does not fit the index: "));
  const CommandResult inspected = run_line("inspect --db " + f + "other");
  CHECK(inspected.exit_code == 0);
  CHECK_THAT(inspected.out,
             Contains("drift      no document has words of field 'title' (prefix 'S'): does the index") &&
                 Contains("fit        no: "));
}

TEST_CASE_METHOD(SiteOfBadInput, "no model where one is needed", "[index_tools][bad_input]") {
  CHECK_THAT(failed("rerank --db @db --queries @test.tsv --out @out"),
             Contains("the index holds no model") && Contains("store one there"));
  CHECK_THAT(refused("search --db @db --explain amber"), Contains("--explain and --compare need a model"));
  CHECK_THAT(refused("search --db @db --compare amber"), Contains("--explain and --compare need a model"));
  CHECK_THAT(failed("store --db @db --previous"),
             Contains("--db " + file("db") + ": there is no model before the present one"));
}

TEST_CASE_METHOD(SiteOfBadInput, "a model in the index that is damaged", "[index_tools][bad_input]") {
  const auto put = [&](const char* key, const std::string& bytes) {
    Xapian::WritableDatabase db(file("db"), Xapian::DB_OPEN);
    db.set_metadata(key, bytes);
    db.commit();
  };
  const std::string whole = folder.read("model");
  put(kModelKey, whole.substr(0, whole.size() / 2));
  CHECK_THAT(failed("search --db @db amber"), Contains("irgan.model"));
  CHECK_THAT(failed("rerank --db @db --queries @test.tsv --out @out"), Contains("irgan.model"));
  CHECK_THAT(failed("inspect --db @db"), Contains("irgan.model"));
  SECTION("is replaced by a good one, and does not come back") {
    const CommandResult stored = run_line("store --db " + file("db") + " --model " + file("model"));
    CHECK(stored.exit_code == 0);
    CHECK_THAT(stored.out, Contains("before it: a damaged one"));
    CHECK_THAT(failed("store --db @db --previous"), Contains("irgan.model.previous"));
    CHECK(run_line("search --db " + file("db") + " amber").exit_code == 0);
  }
}

TEST_CASE_METHOD(SiteOfBadInput, "a checkpoint of another run", "[index_tools][bad_input]") {
  folder.write("out.checkpoint", folder.read("model"));
  CHECK_THAT(failed("train --force --data @rows --valid-share .3 --model @out"),
             Contains(file("out.checkpoint")) && Contains("restart"));
}

TEST_CASE_METHOD(SiteOfBadInput, "mine: a model that does not fit, texts that are missing, queries of another site",
                 "[index_tools][bad_input][mine]") {
  const std::string mine = "mine --db @db" + kLearnQueries + "--qrels @learn.qrels --out @out ";
  CHECK_THAT(failed(mine), Contains("the index holds no model") && Contains("--source bm25"));
  CHECK_THAT(failed(mine + "--source generator --model @softmax.model"), Contains("no generator"));
  CHECK_THAT(failed(mine + "--model @nowhere"), Contains("nowhere"));
  std::filesystem::create_directory(folder.path() / "other");
  folder.write("other.jsonl", R"({"id": "d1", "name": "amber birch"})"
                              "\n");
  REQUIRE(run_line("index --db " + file("other.db") + " --field name= " + file("other.jsonl")).exit_code == 0);
  CHECK_THAT(failed("mine --db @other.db --model @model" + kLearnQueries + "--qrels @learn.qrels --out @out"),
             Contains("the model does not fit the index"));
  folder.write("texts", R"({"id": "d0", "body": "words"})"
                        "\n");
  CHECK_THAT(failed(mine + "--model @model --texts @texts"),
             Contains("no line has a text under 'text'") && Contains("name the field"));
  CHECK_THAT(failed(mine + "--model @model --text-field nothing"),
             Contains("queries skipped, no_text") && Contains("no query gives a row"));
  folder.write("strangers.tsv", "x1\tamber\n");
  CHECK_THAT(failed("mine --db @db --model @model --queries @strangers.tsv --qrels @learn.qrels --out @out"),
             Contains("queries skipped, no_positives: 1") && Contains("query ids"));
}

}  // namespace irgan::bad_model_test
