/// Bad input: each a message that says what, where and what to do, an exit code, and nothing written or lost.

#include <unistd.h>
#include <xapian.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <map>

#include "irgan/index_layout.h"
#include "irgan/model_source.h"
#include "tests/index_tools/made_site.h"

using namespace irgan;
using Catch::Contains;

namespace {

// Every file's bytes, by its path in the folder.
std::map<std::string, std::string> contents(const ScratchFolder& folder) {
  std::map<std::string, std::string> all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
    const std::string name = std::filesystem::relative(entry.path(), folder.path()).string();
    all[name] = entry.is_regular_file() ? folder.read(name) : "";
  }
  return all;
}

/// The site with an index, a log, rows, and a model, made once and copied for each test.
struct Fixture {
  static const MadeSite& original() {
    static const MadeSite made;
    static const bool done = [] {
      made.index();
      for (const char* line :
           {"simulate --db @db --queries @learn.tsv --qrels @learn.qrels --sessions 10 --out @clicks",
            "features --db @db --queries @learn.tsv --qrels @learn.qrels --out @rows",
            "train --force --data @rows --epochs 2 --valid-share .3 --model @model",
            "train --force --data @rows --epochs 2 --valid-share .3 --objective softmax --model @softmax.model"}) {
        const CommandResult result = made.run(line);
        if (result.exit_code != 0) throw std::runtime_error(line + result.err);
      }
      made.folder.write("out", "what was here before");
      return true;
    }();
    (void)done;
    return made;
  }

  Fixture() {
    std::filesystem::copy(original().folder.path(), folder.path(), std::filesystem::copy_options::recursive);
  }

  /// Runs a command line in which @NAME stands for the file NAME, expects it to fail and to change no file.
  ///
  /// Returns: its message
  std::string failing(int exit_code, const std::string& line) const {
    const auto before = contents(folder);
    std::string filled;
    for (const char c : line) filled += c == '@' ? folder.path().string() + '/' : std::string(1, c);
    const CommandResult result = run_line(filled);
    INFO(line << '\n' << result.err);
    CHECK(result.exit_code == exit_code);
    CHECK((contents(folder) == before));
    return result.err;
  }
  std::string failed(const std::string& line) const { return failing(1, line); }
  std::string refused(const std::string& line) const { return failing(2, line); }

  std::string file(const std::string& name) const { return folder.file(name); }

  ScratchFolder folder;
};

const std::string kQueries = " --queries @learn.tsv ";

}  // namespace

TEST_CASE_METHOD(Fixture, "unknown, shortened and doubled flags", "[index_tools][bad_input]") {
  CHECK_THAT(refused("rerank --db @db --model @model --queries @test.tsv --out @out --dpeth 5"), Contains("--dpeth"));
  CHECK_THAT(refused("rerank --db @db --model @model --queries @test.tsv --out @out --dep 5"), Contains("--dep"));
  CHECK_THAT(refused("rerank --db @db --mod @model --queries @test.tsv --out @out"), Contains("--mod"));
  CHECK_THAT(refused("train --data @rows --model @out --seed 1 --seed 2"), Contains("--seed"));
  CHECK_THAT(refused("train --data @rows --model @out stray"), Contains("'stray' belongs to no option"));
  CHECK_THAT(refused("train --data @rows --model"), Contains("--model"));
}

TEST_CASE_METHOD(Fixture, "values out of range", "[index_tools][bad_input]") {
  CHECK_THAT(refused("train --data @rows --model @out --epochs 0"),
             Contains("--epochs 0: must be a whole number from 1 to 10000"));
  CHECK_THAT(refused("train --data @rows --model @out --lambda 2"),
             Contains("--lambda 2: must be a number from 1e-06 to 1"));
  CHECK_THAT(refused("train --data @rows --model @out --hidden 64,0"), Contains("--hidden 0: must be"));
  CHECK_THAT(refused("train --data @rows --model @out --sampler best"),
             Contains("must be one of generator|uniform|bm25|dns"));
  CHECK_THAT(refused("train --force --data @rows --model @out --importance .5"),
             Contains("--importance changes how documents are drawn: it needs samples"));
  CHECK_THAT(refused("features --db @db" + kQueries + "--qrels @learn.qrels --out @out --depth 1"),
             Contains("--depth 1: must be"));
  CHECK_THAT(refused("features --db @db" + kQueries + "--clicks @clicks --out @out --half-life nan"),
             Contains("--half-life nan: must be"));
  CHECK_THAT(refused("simulate --db @db" + kQueries + "--qrels @learn.qrels --out @out --ranks 0"),
             Contains("--ranks 0: must be"));
  CHECK_THAT(refused("score --model @model --data @rows --out @out --serve best"),
             Contains("'best': discriminator, generator or combined"));
  CHECK_THAT(refused("train --data @rows --model @out --labels stars"),
             Contains("--labels stars: must be grades or clicks"));
  CHECK_THAT(refused("train --data @rows --model @out --labels impressions"),
             Contains("--labels impressions: must be"));
}

TEST_CASE_METHOD(Fixture, "flags that are missing", "[index_tools][bad_input]") {
  CHECK_THAT(refused("search amber"), Contains("--db is missing"));
  CHECK_THAT(refused("search --db @db"), Contains("no words to look for"));
  CHECK_THAT(refused("rerank --db @db --model @model --out @out"), Contains("--queries is missing"));
  CHECK_THAT(refused("rerank --db @db --model @model --queries @test.tsv"),
             Contains("--out or --baseline-out is needed"));
  CHECK_THAT(refused("features --db @db --qrels @learn.qrels --out @out"), Contains("--queries is missing"));
  CHECK_THAT(refused("features --db @db" + kQueries + "--qrels @learn.qrels"), Contains("--out is missing"));
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

TEST_CASE_METHOD(Fixture, "flags that exclude each other", "[index_tools][bad_input]") {
  const std::string from_index = "--db @db" + kQueries + "--qrels @learn.qrels ";
  CHECK_THAT(refused("train --data @rows --db @db --model @out"), Contains("--data and --db exclude each other"));
  CHECK_THAT(refused("train --data @rows" + kQueries + "--model @out"),
             Contains("--data and --queries exclude each other"));
  CHECK_THAT(refused("train --data @rows --clicks @clicks --model @out"),
             Contains("--data and --clicks exclude each other"));
  CHECK_THAT(refused("train --data @rows --qrels @learn.qrels --model @out"),
             Contains("--data and --qrels exclude each other"));
  CHECK_THAT(refused("train --data @rows --features all --model @out"),
             Contains("--data and --features exclude each other"));
  CHECK_THAT(refused("train --data @rows --valid-queries @test.tsv --model @out"),
             Contains("--data and --valid-queries exclude each other"));
  CHECK_THAT(refused("train " + from_index + "--valid @rows --model @out"), Contains("--valid needs --data"));
  CHECK_THAT(refused("train " + from_index + "--labels grades --model @out"), Contains("--labels needs --data"));
  CHECK_THAT(refused("train --db @db" + kQueries + "--clicks - --split time --model @out"),
             Contains("the log is read twice"));
  CHECK_THAT(refused("train --db @db" + kQueries + "--model @out"),
             Contains("one of --clicks and --qrels is needed, not both"));
  CHECK_THAT(refused("train " + from_index + "--clicks @clicks --model @out"),
             Contains("one of --clicks and --qrels is needed, not both"));
  CHECK_THAT(refused("rerank --db @db --model @model --queries @test.tsv --out @out --baseline-out @out"),
             Contains("name the same file"));
  CHECK_THAT(refused("rerank --db @db --model @model --queries @test.tsv --baseline-out @out"),
             Contains("--model needs --out"));
}

TEST_CASE_METHOD(Fixture, "files that are missing, and folders in their place", "[index_tools][bad_input]") {
  const auto [name, reason] =
      GENERATE(table<const char*, const char*>({{"none", "No such file"}, {"db", "Is a directory"}}));
  const std::string path = std::string("@") + name;
  const auto tells = [&](const std::string& message) {
    CHECK_THAT(message, Contains(file(name)) && (Contains(reason) || Contains("cannot be read")));
  };
  tells(failed("features --db @db --queries " + path + " --qrels @learn.qrels --out @out"));
  tells(failed("features --db @db" + kQueries + "--qrels " + path + " --out @out"));
  tells(failed("features --db @db" + kQueries + "--clicks " + path + " --out @out"));
  tells(failed("train --data " + path + " --model @out"));
  tells(failed("train --force --data @rows --valid " + path + " --model @out"));
  tells(failed("score --model " + path + " --data @rows --out @out"));
  tells(failed("score --model @model --data " + path + " --out @out"));
  tells(failed("rerank --db @db --model " + path + " --queries @test.tsv --out @out"));
  tells(failed("rerank --db @db --model @model --queries " + path + " --out @out"));
  tells(failed("search --db @db --model " + path + " amber"));
  tells(failed("simulate --db @db" + kQueries + "--qrels @learn.qrels --model " + path + " --out @out"));
  tells(failed("evaluate --qrels " + path + " @out"));
  tells(failed("evaluate --qrels @test.qrels " + path));
  tells(failed("inspect " + path));
  tells(failed("store --db @db --model " + path));
}

TEST_CASE_METHOD(Fixture, "an index that is missing, or is none", "[index_tools][bad_input]") {
  std::filesystem::create_directory(file("empty_folder"));
  folder.write("text", "not an index");
  const std::string name = GENERATE("none", "empty_folder", "text", "rows");
  const auto tells = [&](const std::string& message) {
    CHECK_THAT(message,
               Contains("index " + file(name) + ": cannot be opened") && Contains("name the folder of a Xapian index"));
  };
  const std::string db = " --db @" + name + ' ';
  tells(failed("features" + db + kQueries + "--qrels @learn.qrels --out @out"));
  tells(failed("train" + db + kQueries + "--qrels @learn.qrels --model @out"));
  tells(failed("rerank" + db + "--model @model --queries @test.tsv --out @out"));
  tells(failed("simulate" + db + kQueries + "--qrels @learn.qrels --out @out"));
  tells(failed("search" + db + "amber"));
  tells(failed("search --db @db" + db + "amber"));
  tells(failed("inspect" + db));
  tells(failed("store" + db + "--model @model"));
  tells(failed("store --db @db" + db + "--model @model"));
  tells(failed("annotate" + db + "--field-lengths"));
}

TEST_CASE_METHOD(Fixture, "addresses that are none", "[index_tools][bad_input]") {
  for (const char* address :
       {"tcp:", "tcp:host", "tcp:host:", "tcp:host:x", "tcp::1", "tcp:host:0", "tcp:host:65536"}) {
    CHECK_THAT(refused("search --db " + std::string(address) + " amber"),
               Contains("--db " + std::string(address) + ": must be tcp:HOST:PORT"));
  }
  CHECK_THAT(run_words({"search", "--db", "", "amber"}).err, Contains("--db is empty: name the index"));
}

TEST_CASE_METHOD(Fixture, "an index whose files are damaged", "[index_tools][bad_input]") {
  for (const char* name : {"iamglass", "postlist.glass"}) {
    const std::string whole = folder.read(std::string("db/") + name);
    folder.write(std::string("db/") + name, whole.substr(0, whole.size() / 3));
    CAPTURE(name);
    CHECK_THAT(failed("search --db @db amber"),
               Contains("Database") || Contains("database") || Contains("cannot be opened"));
    CHECK_THAT(failed("rerank --db @db --model @model --queries @test.tsv --out @out"),
               Contains("xapian-irgan rerank: "));
    CHECK_THAT(failed("features --db @db" + kQueries + "--qrels @learn.qrels --out @out"),
               Contains("xapian-irgan features: "));
    folder.write(std::string("db/") + name, whole);
  }
}

TEST_CASE_METHOD(Fixture, "an index without documents", "[index_tools][bad_input]") {
  Xapian::WritableDatabase(file("db"), Xapian::DB_CREATE_OR_OVERWRITE).commit();
  const auto is_told = Contains("index " + file("db") + ": there are no documents in the index");
  CHECK_THAT(failed("features --db @db" + kQueries + "--qrels @learn.qrels --out @out"), is_told);
  CHECK_THAT(failed("train --db @db" + kQueries + "--qrels @learn.qrels --model @out"), is_told);
  CHECK_THAT(failed("rerank --db @db --model @model --queries @test.tsv --out @out"), is_told);
  CHECK_THAT(failed("rerank --db @db --queries @test.tsv --baseline-out @out"), is_told);
  CHECK_THAT(failed("simulate --db @db" + kQueries + "--qrels @learn.qrels --out @out"), is_told);
  CHECK_THAT(failed("search --db @db amber"), is_told);
  CHECK_THAT(failed("annotate --db @db --field-lengths"), is_told);
  CHECK(run_line("inspect --db " + file("db")).exit_code == 0);  // says what is, also of that
}

TEST_CASE_METHOD(Fixture, "files without a query, a judgment, a row or a click", "[index_tools][bad_input]") {
  folder.write("empty", "");
  folder.write("header", "qid\ttext\n");
  CHECK_THAT(failed("rerank --db @db --model @model --queries @empty --out @out"),
             Contains(file("empty") + ": the file has no query"));
  CHECK_THAT(failed("rerank --db @db --model @model --queries @header --out @out"),
             Contains(file("header") + ": the file has no query"));
  CHECK_THAT(failed("features --db @db --queries @empty --qrels @learn.qrels --out @out"),
             Contains(file("empty") + ": the file has no query"));
  CHECK_THAT(failed("features --db @db" + kQueries + "--qrels @empty --out @out"),
             Contains(file("empty") + ": the file is empty"));
  CHECK_THAT(failed("features --db @db" + kQueries + "--clicks @empty --out @out"),
             Contains(file("empty") + ": the click log is empty"));
  CHECK_THAT(failed("train --data @empty --model @out"), Contains(file("empty") + ": there are no feature rows in it"));
  CHECK_THAT(failed("evaluate --qrels @test.qrels @empty"), Contains(file("empty") + ": the file is empty"));
  CHECK_THAT(failed("inspect @empty"), Contains(file("empty")));
}

TEST_CASE_METHOD(Fixture, "queries without candidates are counted, and refused where there are no others",
                 "[index_tools][bad_input]") {
  folder.write("some.tsv", "n1\tzebra\nq1\tbirch\nn2\tyak yeti\n");
  folder.write("some.qrels", "n1 0 d1 1\nq1 0 d1 1\nq1 0 d2 0\nn2 0 d1 1\n");
  const std::string f = folder.path().string() + '/';
  const CommandResult rerank =
      run_line("rerank --db " + f + "db --model " + f + "model --queries " + f + "some.tsv --out " + f + "some.run");
  CHECK(rerank.exit_code == 0);
  CHECK(rerank.out == "ranked 3 queries, 2 without candidates of the first stage\n");
  const CommandResult features = run_line("features --db " + f + "db --queries " + f + "some.tsv --qrels " + f +
                                          "some.qrels --out " + f + "some.rows");
  CHECK(features.exit_code == 0);
  CHECK_THAT(features.err,
             Contains("1 queries with candidates of 3 (0 without clicks or judgments, 2 without candidates)"));

  folder.write("none.tsv", "n1\tzebra\nn2\tyak yeti\n");
  CHECK_THAT(failed("rerank --db @db --model @model --queries @none.tsv --out @out"),
             Contains(file("none.tsv") + ": the index has no candidate for any of its 2 queries"));
  CHECK_THAT(failed("features --db @db --queries @none.tsv --qrels @some.qrels --out @out"),
             Contains("no candidates: of 2 queries"));
  CHECK_THAT(run_line("search --db " + f + "db --model " + f + "model zebra").out, Contains("no document matches"));
}

TEST_CASE_METHOD(Fixture, "documents and queries that are unknown are counted and told", "[index_tools][bad_input]") {
  folder.write("log", "query_id\tdoc_id\tcount\nq1\td1\t2\nq1\tgone\t3\nq2\td59\t1\nq2\tgone2\t2\nwho\td1\t1\n");
  const std::string f = folder.path().string() + '/';
  const CommandResult result =
      run_line("features --db " + f + "db --queries " + f + "learn.tsv --clicks " + f + "log --out " + f + "some.rows");
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.err, Contains("(28 without clicks or judgments, 0 without candidates)"));
  CHECK_THAT(
      result.err,
      Contains("1 query ids of the clicks or judgments are not in the query file; they had 1 of 9 clicks (11 %)\n"));
  CHECK_THAT(result.err, Contains("8 clicks, ") && Contains("63 % on documents that the index does not have"));
}

TEST_CASE_METHOD(Fixture, "click logs that cannot be understood", "[index_tools][bad_input]") {
  const std::string line = "features --db @db" + kQueries + "--out @out --clicks @log ";
  folder.write("log", "who\twhat\twhen\na\tb\tc\n");
  CHECK_THAT(failed(line), Contains(file("log") + ":1: the header of the click log lacks a column") &&
                               Contains("found: who, what, when") && Contains("columns NAME=THEIRS"));
  CHECK_THAT(refused(line + "--column doc_id=thing"),
             Contains("--column doc_id=thing") && Contains("it has who, what, when"));
  CHECK_THAT(refused(line + "--column thing=what"),
             Contains("there is no column 'thing'; the known ones are session, time, query_id"));
  CHECK_THAT(refused(line + "--column doc_id"), Contains("--column doc_id: must be KNOWN=THEIRS"));
  folder.write("log", "query_id\tdoc_id\trank\tclicked\nq1\td1\tfirst\t1\nq1\td2\t2\tperhaps\nq1\td3\t3\t1\n");
  CHECK_THAT(failed(line), Contains("2 of 3 lines cannot be used") && Contains("max_bad 0.01") &&
                               Contains("1 bad clicked (taken: 0, 1, true, false, yes, no), 1 bad rank") &&
                               Contains(file("log") + ":2: bad rank"));
  folder.write("log", "[{\"query_id\": \"q1\"}]\n");
  CHECK_THAT(failed(line), Contains("JSON array"));
  folder.write("log", "query_id\tdoc_id\n");
  CHECK_THAT(failed(line), Contains("no candidates") || Contains("empty") || Contains("clicks"));
}

TEST_CASE_METHOD(Fixture, "feature rows that are no numbers", "[index_tools][bad_input]") {
  for (const char* value : {"nan", "NaN", "inf", "-inf", "1e999", "x", ""}) {
    CAPTURE(value);
    folder.write("bad.rows", "1 qid:1 1:0.5 2:1\n0 qid:1 1:" + std::string(value) + " 2:0\n");
    CHECK_THAT(failed("train --data @bad.rows --model @out"), Contains(file("bad.rows") + ":2: "));
    CHECK_THAT(failed("score --model @model --data @bad.rows --out @out"), Contains(file("bad.rows") + ":2: "));
  }
  folder.write("bad.rows", "1 qid:1 1:0.5\n-1 qid:1 1:2\n");
  CHECK_THAT(failed("train --data @bad.rows --model @out"), Contains(file("bad.rows") + ":2: the label '-1'"));
  folder.write("bad.rows", "1 1:0.5\n");
  CHECK_THAT(failed("train --data @bad.rows --model @out"),
             Contains(file("bad.rows") + ":1: the second word is not qid:QUERY"));
  folder.write("bad.rows", "0 qid:1 1:0.5\n0 qid:1 1:1\n0 qid:2 1:0.5\n0 qid:2 1:1\n0 qid:3 1:0.5\n0 qid:3 1:1\n");
  CHECK_THAT(failed("train --force --data @bad.rows --valid @rows --model @out"),
             Contains("different features") || Contains("nothing to learn"));
  CHECK_THAT(failed("train --force --data @bad.rows --valid @bad.rows --model @out"),
             Contains("nothing to learn from"));
}

TEST_CASE_METHOD(Fixture, "several lists of a query, and rows that cannot be put together",
                 "[index_tools][bad_input]") {
  const std::string f = folder.path().string() + '/';
  folder.write(
      "b.rows",
      "1 qid:1 1:1\n0 qid:1 1:2\n1 qid:2 1:2\n0 qid:2 1:3\n1 qid:3 1:3\n0 qid:3 1:4\n1 qid:4 1:1\n0 qid:4 1:7\n");
  REQUIRE(
      run_line("train --force --data " + f + "b.rows --valid " + f + "b.rows --epochs 1 --model " + f + "letor.model")
          .exit_code == 0);
  folder.write("a.rows",
               "1 qid:1 1:1 # docid = a\n0 qid:1 1:2 # docid = b\n0 qid:1 1:3 # docid = a\n0 qid:1 1:4 # docid = b\n");
  CHECK_THAT(failed("score --model @letor.model --data @a.rows --out @out"),
             Contains("query '1' has several lists of candidates, and a run can hold one"));
  folder.write("a.rows", "1 qid:1 1:1 # docid = a\n0 qid:1 1:2 # docid = b\n0 qid:1 1:3 # docid = a\n");
  CHECK_THAT(failed("score --model @letor.model --data @a.rows --out @out"),
             Contains("a.rows:3: document 'a' stands in query '1' a second time"));
}

TEST_CASE_METHOD(Fixture, "clicks on pages are no judgments", "[index_tools][bad_input]") {
  const std::string f = folder.path().string() + '/';
  REQUIRE(run_line("features --db " + f + "db --queries " + f + "learn.tsv --clicks " + f + "clicks --out " + f +
                   "pages.rows")
              .exit_code == 0);
  CHECK_THAT(refused("score --model @model --data @pages.rows --out @out --qrels-out @out2"),
             Contains("clicks on pages, no judgments"));
}

TEST_CASE_METHOD(Fixture, "models that are cut off or flipped anywhere", "[index_tools][bad_input]") {
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
  CHECK_THAT(failed("simulate --db @db" + kQueries + "--qrels @learn.qrels --model @bad.model --out @out"),
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

TEST_CASE_METHOD(Fixture, "a model for other features", "[index_tools][bad_input]") {
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
  CHECK_THAT(failed("simulate --db @db" + kQueries + "--qrels @learn.qrels --model @letor.model --out @out"),
             Contains("'1'"));
  CHECK_THAT(failed("train --force --data @rows --valid @letor.rows --model @out"), Contains("features"));
}

TEST_CASE_METHOD(Fixture, "a model of another index", "[index_tools][bad_input]") {
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
  tells(failed("simulate --db @other" + kQueries + "--qrels @learn.qrels --model @model --out @out"));
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

TEST_CASE_METHOD(Fixture, "a generator that a model does not have", "[index_tools][bad_input]") {
  CHECK_THAT(failed("score --model @softmax.model --data @rows --out @out --serve generator"), Contains("generator"));
  CHECK_THAT(failed("score --model @softmax.model --data @rows --out @out --serve combined"), Contains("generator"));
  CHECK_THAT(refused("train --force --data @rows --objective softmax --serve generator --model @out"),
             Contains("--serve generator needs a generator"));
  CHECK_THAT(refused("train --force --data @rows --sampler uniform --serve combined --model @out"),
             Contains("--serve combined needs a generator"));
}

TEST_CASE_METHOD(Fixture, "no model where one is needed", "[index_tools][bad_input]") {
  CHECK_THAT(failed("rerank --db @db --queries @test.tsv --out @out"),
             Contains("the index holds no model") && Contains("store one there"));
  CHECK_THAT(refused("search --db @db --explain amber"), Contains("--explain and --compare need a model"));
  CHECK_THAT(refused("search --db @db --compare amber"), Contains("--explain and --compare need a model"));
  CHECK_THAT(failed("store --db @db --previous"),
             Contains("--db " + file("db") + ": there is no model before the present one"));
}

TEST_CASE_METHOD(Fixture, "outputs that cannot be written, told before the work is done", "[index_tools][bad_input]") {
  for (const char* path : {"@none/x", "@rows/x", "@db"}) {
    CAPTURE(path);
    const std::string out = path;
    const auto is_told = Contains(folder.path().string() + '/' + out.substr(1));
    CHECK_THAT(failed("train --data @rows --model " + out), is_told && !Contains("epoch"));
    CHECK_THAT(failed("features --db @db" + kQueries + "--qrels @learn.qrels --out " + out),
               is_told && !Contains("candidates"));
    CHECK_THAT(failed("rerank --db @db --model @model --queries @test.tsv --out " + out), is_told);
    CHECK_THAT(failed("rerank --db @db --model @model --queries @test.tsv --out @out --baseline-out " + out), is_told);
    CHECK_THAT(failed("score --model @model --data @rows --out " + out), is_told);
    CHECK_THAT(failed("score --model @model --data @rows --out @out --qrels-out " + out), is_told);
    CHECK_THAT(failed("score --model @model --data @rows --qrels-out @out --out " + out), is_told);
    CHECK_THAT(failed("simulate --db @db" + kQueries + "--qrels @learn.qrels --out " + out), is_told);
    CHECK_THAT(failed("features --db @db" + kQueries + "--clicks @clicks --out @out --rejects " + out), is_told);
  }
}

// Root may write everywhere.
TEST_CASE_METHOD(Fixture, "folders in which nothing may be written", "[index_tools][bad_input]") {
  if (::geteuid() == 0) return;
  std::filesystem::create_directory(file("closed"));
  std::filesystem::permissions(file("closed"), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  CHECK_THAT(failed("train --data @rows --model @closed/model"), Contains("Permission denied"));
  CHECK_THAT(failed("index --db @closed/db --field title=S @docs.jsonl"), Contains("Permission denied"));
}

TEST_CASE_METHOD(Fixture, "an index that another program writes to", "[index_tools][bad_input]") {
  const Xapian::WritableDatabase indexer(file("db"), Xapian::DB_OPEN);
  const auto is_told =
      Contains("index " + file("db") + ": another program is writing to the index and has locked it; try again");
  CHECK_THAT(failed("store --db @db --model @model"), is_told);
  CHECK_THAT(failed("annotate --db @db --field-lengths"), is_told);
  CHECK(run_line("search --db " + file("db") + " amber").exit_code == 0);  // readers need no lock
}

TEST_CASE_METHOD(Fixture, "a layout in the index that is damaged", "[index_tools][bad_input]") {
  const char* const layout =
      GENERATE("{", "[]", "null", "{\"stemmer\": \"english\"}",
               R"({"stemmer": "english", "id_prefix": "Q", "fields": [], "values": []})",
               R"({"stemmer": "english", "id_prefix": "Q", "fields": [{"name": "title"}], "values": []})",
               R"({"stemmer": "english", "id_prefix": "Q", "fields": 3, "values": []})", "\xFF\xFE");
  {
    Xapian::WritableDatabase db(file("db"), Xapian::DB_OPEN);
    db.set_metadata(kLayoutKey, layout);
    db.commit();
  }
  CAPTURE(layout);
  const auto tells = [&](const std::string& message) {
    CHECK_THAT(message, Contains(file("db") + ": metadata irgan.layout: not an index layout: ") &&
                            Contains("; index the documents anew"));
  };
  tells(failed("search --db @db amber"));
  tells(failed("features --db @db" + kQueries + "--qrels @learn.qrels --out @out"));
  tells(failed("rerank --db @db --model @model --queries @test.tsv --out @out"));
  tells(failed("annotate --db @db --field-lengths"));
  tells(failed("inspect --db @db"));
}

TEST_CASE_METHOD(Fixture, "a model in the index that is damaged", "[index_tools][bad_input]") {
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

TEST_CASE_METHOD(Fixture, "options that do not belong to the index", "[index_tools][bad_input]") {
  CHECK_THAT(refused("search --db @db --stemmer klingon amber"), Contains("--stemmer klingon: must be none or one of"));
  CHECK_THAT(refused("search --db @db --value popularity=first amber"), Contains("'first' is no value slot"));
  CHECK_THAT(refused("search --db @db --prefix title amber"), Contains("--prefix title: must be NAME=PREFIX"));
  CHECK_THAT(refused("search --db @db --prefix a.b=S amber"), Contains("'a.b'"));
  CHECK_THAT(refused("search --db @db --default-op xor amber"), Contains("must be one of or|and"));
  CHECK_THAT(failed("features --db @db" + kQueries + "--qrels @learn.qrels --out @out --features title.bm52"),
             Contains("'title.bm52'"));
  CHECK_THAT(failed("features --db @db" + kQueries + "--qrels @learn.qrels --out @out --features value.price"),
             Contains("'value.price'"));
}

TEST_CASE_METHOD(Fixture, "a checkpoint of another run", "[index_tools][bad_input]") {
  folder.write("out.checkpoint", folder.read("model"));
  CHECK_THAT(failed("train --force --data @rows --valid-share .3 --model @out"),
             Contains(file("out.checkpoint")) && Contains("restart"));
}

TEST_CASE_METHOD(Fixture, "fewer than 50 queries with clicks or positive judgments", "[index_tools][bad_input]") {
  const auto tells = [&](const std::string& message, const std::string& number) {
    CHECK_THAT(message, Contains("too little to learn from: " + number + " queries have") &&
                            Contains("50 are needed; --force trains anyway"));
  };
  tells(failed("train --data @rows --model @out"), "30");
  tells(failed("train --db @db" + kQueries + "--qrels @learn.qrels --model @out"), "30");
  tells(failed("train --db @db" + kQueries + "--clicks @clicks --model @out"), "29");  // one was never clicked
  // Only queries that say something count, however many others there are.
  std::string rows;
  for (int q = 0; q < 60; ++q) {
    const std::string id = " qid:" + std::to_string(q);
    rows += (q < 49 ? "1" : "0") + id + " 1:1\n0" + id + " 1:2\n";
  }
  folder.write("many.rows", rows);
  tells(failed("train --data @many.rows --model @out"), "49");
}

TEST_CASE_METHOD(Fixture, "mine: options that contradict each other", "[index_tools][bad_input][mine]") {
  const std::string mine = "mine --db @db --model @model" + kQueries + "--clicks @clicks --out @out ";
  CHECK_THAT(refused("mine --db @db --model @model" + kQueries + "--out @out"), Contains("--clicks and --qrels"));
  CHECK_THAT(refused("mine --db @db --model @model" + kQueries + "--clicks @clicks"), Contains("--out is missing"));
  CHECK_THAT(refused(mine + "--source best"), Contains("--source best") && Contains("generator"));
  CHECK_THAT(refused(mine + "--source bm25=0"), Contains("share must be a number above 0"));
  CHECK_THAT(refused(mine + "--source bm25 --source bm25=2"), Contains("a second time"));
  CHECK_THAT(refused(mine + "--relative-margin .05"),
             Contains("--relative-margin with score_by discriminator") && Contains("absolute margin"));
  CHECK_THAT(refused(mine + "--range-min 5 --range-max 5"), Contains("--range-max 5: must be above range_min 5"));
  CHECK_THAT(refused(mine + "--source run"), Contains("--run is missing"));
  CHECK_THAT(refused(mine + "--source teacher"), Contains("--scores is missing"));
  CHECK_THAT(refused(mine + "--include-positives"), Contains("n-tuple"));
  CHECK_THAT(refused("mine --db @db --model @model" + kQueries + "--qrels @learn.qrels --out @out --source skipped"),
             Contains("click log"));
  CHECK_THAT(refused("mine --db @db --model @model" + kQueries + "--qrels @learn.qrels --out @out --max-relevance .1"),
             Contains("--max-relevance") && Contains("not what was shown"));
}

TEST_CASE_METHOD(Fixture, "mine: a model that does not fit, texts that are missing, queries of another site",
                 "[index_tools][bad_input][mine]") {
  const std::string mine = "mine --db @db" + kQueries + "--qrels @learn.qrels --out @out ";
  CHECK_THAT(failed(mine), Contains("the index holds no model") && Contains("--source bm25"));
  CHECK_THAT(failed(mine + "--source generator --model @softmax.model"), Contains("no generator"));
  CHECK_THAT(failed(mine + "--model @nowhere"), Contains("nowhere"));
  std::filesystem::create_directory(folder.path() / "other");
  folder.write("other.jsonl", R"({"id": "d1", "name": "amber birch"})"
                              "\n");
  REQUIRE(run_line("index --db " + file("other.db") + " --field name= " + file("other.jsonl")).exit_code == 0);
  CHECK_THAT(failed("mine --db @other.db --model @model" + kQueries + "--qrels @learn.qrels --out @out"),
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
