/// Bad input: flags and their values.

#include <catch2/catch.hpp>
#include <string>

#include "tests/index_tools/commands/site_of_bad_input.h"

namespace irgan::bad_flags_test {

using Catch::Contains;

TEST_CASE_METHOD(SiteOfBadInput, "unknown, shortened and doubled flags", "[index_tools][bad_input]") {
  CHECK_THAT(refused("rerank --db @db --model @model --queries @test.tsv --out @out --dpeth 5"), Contains("--dpeth"));
  CHECK_THAT(refused("rerank --db @db --model @model --queries @test.tsv --out @out --dep 5"), Contains("--dep"));
  CHECK_THAT(refused("rerank --db @db --mod @model --queries @test.tsv --out @out"), Contains("--mod"));
  CHECK_THAT(refused("train --data @rows --model @out --seed 1 --seed 2"), Contains("--seed"));
  CHECK_THAT(refused("train --data @rows --model @out stray"), Contains("'stray' belongs to no option"));
  CHECK_THAT(refused("train --data @rows --model"), Contains("--model"));
}

TEST_CASE_METHOD(SiteOfBadInput, "values out of range", "[index_tools][bad_input]") {
  CHECK_THAT(refused("train --data @rows --model @out --epochs 0"),
             Contains("--epochs 0: must be a whole number from 1 to 10000"));
  CHECK_THAT(refused("train --data @rows --model @out --lambda 2"),
             Contains("--lambda 2: must be a number from 1e-06 to 1"));
  CHECK_THAT(refused("train --data @rows --model @out --hidden 64,0"), Contains("--hidden 0: must be"));
  CHECK_THAT(refused("train --data @rows --model @out --sampler best"),
             Contains("must be one of generator|uniform|bm25|dns"));
  CHECK_THAT(refused("train --force --data @rows --model @out --importance .5"),
             Contains("--importance changes how documents are drawn: it needs samples"));
  CHECK_THAT(refused("features --db @db" + kLearnQueries + "--qrels @learn.qrels --out @out --depth 1"),
             Contains("--depth 1: must be"));
  CHECK_THAT(refused("features --db @db" + kLearnQueries + "--clicks @clicks --out @out --half-life nan"),
             Contains("--half-life nan: must be"));
  CHECK_THAT(refused("simulate --db @db" + kLearnQueries + "--qrels @learn.qrels --out @out --ranks 0"),
             Contains("--ranks 0: must be"));
  CHECK_THAT(refused("score --model @model --data @rows --out @out --serve best"),
             Contains("'best': discriminator, generator or combined"));
  CHECK_THAT(refused("train --data @rows --model @out --labels stars"),
             Contains("--labels stars: must be grades or clicks"));
  CHECK_THAT(refused("train --data @rows --model @out --labels impressions"),
             Contains("--labels impressions: must be"));
}

TEST_CASE_METHOD(SiteOfBadInput, "flags that are missing", "[index_tools][bad_input]") {
  CHECK_THAT(refused("search amber"), Contains("--db is missing"));
  CHECK_THAT(refused("search --db @db"), Contains("no words to look for"));
  CHECK_THAT(refused("rerank --db @db --model @model --out @out"), Contains("--queries is missing"));
  CHECK_THAT(refused("rerank --db @db --model @model --queries @test.tsv"),
             Contains("--out or --baseline-out is needed"));
  CHECK_THAT(refused("features --db @db --qrels @learn.qrels --out @out"), Contains("--queries is missing"));
  CHECK_THAT(refused("features --db @db" + kLearnQueries + "--qrels @learn.qrels"), Contains("--out is missing"));
  CHECK_THAT(refused("train --data @rows"), Contains("--model is missing"));
  CHECK_THAT(refused("score --data @rows --out @out"), Contains("--model, --data and --out are needed"));
  CHECK_THAT(refused("simulate --db @db --queries @learn.tsv --out @out"),
             Contains("--queries, --qrels and --out are needed"));
  CHECK_THAT(refused("evaluate @out"), Contains("--qrels is missing"));
  CHECK_THAT(refused("evaluate --qrels @learn.qrels"), Contains("at least one run"));
  CHECK_THAT(refused("store --db @db"), Contains("give --model, --previous or --none, or --memory"));
  CHECK_THAT(refused("store --db @db --model @model --previous"),
             Contains("--model and --previous exclude each other"));
  CHECK_THAT(refused("store --model @model"), Contains("--db is missing"));
  CHECK_THAT(refused("inspect"), Contains("name a model file or --db"));
}

TEST_CASE_METHOD(SiteOfBadInput, "flags that exclude each other", "[index_tools][bad_input]") {
  const std::string from_index = "--db @db" + kLearnQueries + "--qrels @learn.qrels ";
  CHECK_THAT(refused("train --data @rows --db @db --model @out"), Contains("--data and --db exclude each other"));
  CHECK_THAT(refused("train --data @rows" + kLearnQueries + "--model @out"),
             Contains("--data and --queries exclude each other"));
  CHECK_THAT(refused("train --data @rows --clicks @clicks --model @out"),
             Contains("--data and --clicks exclude each other"));
  CHECK_THAT(refused("train --data @rows --qrels @learn.qrels --model @out"),
             Contains("--data and --qrels exclude each other"));
  CHECK_THAT(refused("features --mapped --merge @rows --out @out.zst"), Contains("what is mapped cannot be packed"));
  CHECK_THAT(refused("train --data @rows --features all --model @out"),
             Contains("--data and --features exclude each other"));
  CHECK_THAT(refused("train --data @rows --valid-queries @test.tsv --model @out"),
             Contains("--data and --valid-queries exclude each other"));
  CHECK_THAT(refused("train " + from_index + "--valid @rows --model @out"), Contains("--valid needs --data"));
  CHECK_THAT(refused("train " + from_index + "--labels grades --model @out"), Contains("--labels needs --data"));
  CHECK_THAT(refused("train --db @db" + kLearnQueries + "--clicks - --split time --model @out"),
             Contains("the log is read twice"));
  CHECK_THAT(refused("train --db @db" + kLearnQueries + "--model @out"),
             Contains("one of --clicks and --qrels is needed, not both"));
  CHECK_THAT(refused("train " + from_index + "--clicks @clicks --model @out"),
             Contains("one of --clicks and --qrels is needed, not both"));
  CHECK_THAT(refused("rerank --db @db --model @model --queries @test.tsv --out @out --baseline-out @out"),
             Contains("name the same file"));
  CHECK_THAT(refused("rerank --db @db --model @model --queries @test.tsv --baseline-out @out"),
             Contains("--model needs --out"));
}

TEST_CASE_METHOD(SiteOfBadInput, "addresses that are none", "[index_tools][bad_input]") {
  for (const char* address :
       {"tcp:", "tcp:host", "tcp:host:", "tcp:host:x", "tcp::1", "tcp:host:0", "tcp:host:65536"}) {
    CHECK_THAT(refused("search --db " + std::string(address) + " amber"),
               Contains("--db " + std::string(address) + ": must be tcp:HOST:PORT"));
  }
  CHECK_THAT(run_words({"search", "--db", "", "amber"}).err, Contains("--db is empty: name the index"));
}

TEST_CASE_METHOD(SiteOfBadInput, "a generator that a model does not have", "[index_tools][bad_input]") {
  CHECK_THAT(failed("score --model @softmax.model --data @rows --out @out --serve generator"), Contains("generator"));
  CHECK_THAT(failed("score --model @softmax.model --data @rows --out @out --serve combined"), Contains("generator"));
  CHECK_THAT(refused("train --force --data @rows --objective softmax --serve generator --model @out"),
             Contains("--serve generator needs a generator"));
  CHECK_THAT(refused("train --force --data @rows --sampler uniform --serve combined --model @out"),
             Contains("--serve combined needs a generator"));
}

TEST_CASE_METHOD(SiteOfBadInput, "options that do not belong to the index", "[index_tools][bad_input]") {
  CHECK_THAT(refused("search --db @db --stemmer klingon amber"), Contains("--stemmer klingon: must be none or one of"));
  CHECK_THAT(refused("search --db @db --value popularity=first amber"), Contains("'first' is no value slot"));
  CHECK_THAT(refused("search --db @db --prefix title amber"), Contains("--prefix title: must be NAME=PREFIX"));
  CHECK_THAT(refused("search --db @db --prefix a.b=S amber"), Contains("'a.b'"));
  CHECK_THAT(refused("search --db @db --default-op xor amber"), Contains("must be one of or|and"));
  CHECK_THAT(failed("features --db @db" + kLearnQueries + "--qrels @learn.qrels --out @out --features title.bm52"),
             Contains("'title.bm52'"));
  CHECK_THAT(failed("features --db @db" + kLearnQueries + "--qrels @learn.qrels --out @out --features value.price"),
             Contains("'value.price'"));
}

TEST_CASE_METHOD(SiteOfBadInput, "fewer than 50 queries with clicks or positive judgments",
                 "[index_tools][bad_input]") {
  const auto tells = [&](const std::string& message, const std::string& number) {
    CHECK_THAT(message, Contains("too little to learn from: " + number + " queries have") &&
                            Contains("50 are needed; --force trains anyway"));
  };
  tells(failed("train --data @rows --model @out"), "30");
  tells(failed("train --db @db" + kLearnQueries + "--qrels @learn.qrels --model @out"), "30");
  tells(failed("train --db @db" + kLearnQueries + "--clicks @clicks --model @out"), "29");  // one was never clicked
  // Only queries that say something count, however many others there are.
  std::string rows;
  for (int q = 0; q < 60; ++q) {
    const std::string id = " qid:" + std::to_string(q);
    rows += (q < 49 ? "1" : "0") + id + " 1:1\n0" + id + " 1:2\n";
  }
  folder.write("many.rows", rows);
  tells(failed("train --data @many.rows --model @out"), "49");
}

TEST_CASE_METHOD(SiteOfBadInput, "mine: options that contradict each other", "[index_tools][bad_input][mine]") {
  const std::string mine = "mine --db @db --model @model" + kLearnQueries + "--clicks @clicks --out @out ";
  CHECK_THAT(refused("mine --db @db --model @model" + kLearnQueries + "--out @out"), Contains("--clicks and --qrels"));
  CHECK_THAT(refused("mine --db @db --model @model" + kLearnQueries + "--clicks @clicks"),
             Contains("--out is missing"));
  CHECK_THAT(refused(mine + "--source best"), Contains("--source best") && Contains("generator"));
  CHECK_THAT(refused(mine + "--source bm25=0"), Contains("share must be a number above 0"));
  CHECK_THAT(refused(mine + "--source bm25 --source bm25=2"), Contains("a second time"));
  CHECK_THAT(refused(mine + "--relative-margin .05"),
             Contains("--relative-margin with score_by discriminator") && Contains("absolute margin"));
  CHECK_THAT(refused(mine + "--range-min 5 --range-max 5"), Contains("--range-max 5: must be above range_min 5"));
  CHECK_THAT(refused(mine + "--source run"), Contains("--run is missing"));
  CHECK_THAT(refused(mine + "--source teacher"), Contains("--scores is missing"));
  CHECK_THAT(refused(mine + "--include-positives"), Contains("n-tuple"));
  CHECK_THAT(
      refused("mine --db @db --model @model" + kLearnQueries + "--qrels @learn.qrels --out @out --source skipped"),
      Contains("click log"));
  CHECK_THAT(
      refused("mine --db @db --model @model" + kLearnQueries + "--qrels @learn.qrels --out @out --max-relevance .1"),
      Contains("--max-relevance") && Contains("not what was shown"));
}

}  // namespace irgan::bad_flags_test
