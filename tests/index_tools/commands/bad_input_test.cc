/// Bad input: files and indexes.

#include <unistd.h>
#include <xapian.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>

#include "irgan/index_layout.h"
#include "tests/index_tools/commands/site_of_bad_input.h"

namespace irgan::bad_input_test {

using Catch::Contains;

TEST_CASE_METHOD(SiteOfBadInput, "files that are missing, and folders in their place", "[index_tools][bad_input]") {
  const std::string name = GENERATE("none", "db");
  const std::string reason = name == "none" ? "No such file" : "Is a directory";
  const std::string path = "@" + name;
  const auto tells = [&](const std::string& message) {
    CHECK_THAT(message, Contains(file(name)) && (Contains(reason) || Contains("cannot be read")));
  };
  tells(failed("features --db @db --queries " + path + " --qrels @learn.qrels --out @out"));
  tells(failed("features --db @db" + kLearnQueries + "--qrels " + path + " --out @out"));
  tells(failed("features --db @db" + kLearnQueries + "--clicks " + path + " --out @out"));
  tells(failed("train --data " + path + " --model @out"));
  tells(failed("train --force --data @rows --valid " + path + " --model @out"));
  tells(failed("score --model " + path + " --data @rows --out @out"));
  tells(failed("score --model @model --data " + path + " --out @out"));
  tells(failed("rerank --db @db --model " + path + " --queries @test.tsv --out @out"));
  tells(failed("rerank --db @db --model @model --queries " + path + " --out @out"));
  tells(failed("search --db @db --model " + path + " amber"));
  tells(failed("simulate --db @db" + kLearnQueries + "--qrels @learn.qrels --model " + path + " --out @out"));
  tells(failed("evaluate --qrels " + path + " @out"));
  tells(failed("evaluate --qrels @test.qrels " + path));
  tells(failed("inspect " + path));
  tells(failed("store --db @db --model " + path));
}

TEST_CASE_METHOD(SiteOfBadInput, "an index that is missing, or is none", "[index_tools][bad_input]") {
  std::filesystem::create_directory(file("empty_folder"));
  folder.write("text", "not an index");
  const std::string name = GENERATE("none", "empty_folder", "text", "rows");
  const auto tells = [&](const std::string& message) {
    CHECK_THAT(message,
               Contains("index " + file(name) + ": cannot be opened") && Contains("name the folder of a Xapian index"));
  };
  const std::string db = " --db @" + name + ' ';
  tells(failed("features" + db + kLearnQueries + "--qrels @learn.qrels --out @out"));
  tells(failed("train" + db + kLearnQueries + "--qrels @learn.qrels --model @out"));
  tells(failed("rerank" + db + "--model @model --queries @test.tsv --out @out"));
  tells(failed("simulate" + db + kLearnQueries + "--qrels @learn.qrels --out @out"));
  tells(failed("search" + db + "amber"));
  tells(failed("search --db @db" + db + "amber"));
  tells(failed("inspect" + db));
  tells(failed("store" + db + "--model @model"));
  tells(failed("store --db @db" + db + "--model @model"));
  tells(failed("annotate" + db + "--field-lengths"));
}

TEST_CASE_METHOD(SiteOfBadInput, "an index whose files are damaged", "[index_tools][bad_input]") {
  for (const char* name : {"iamglass", "postlist.glass"}) {
    const std::string whole = folder.read(std::string("db/") + name);
    folder.write(std::string("db/") + name, whole.substr(0, whole.size() / 3));
    CAPTURE(name);
    CHECK_THAT(failed("search --db @db amber"),
               Contains("Database") || Contains("database") || Contains("cannot be opened"));
    CHECK_THAT(failed("rerank --db @db --model @model --queries @test.tsv --out @out"),
               Contains("xapian-irgan rerank: "));
    CHECK_THAT(failed("features --db @db" + kLearnQueries + "--qrels @learn.qrels --out @out"),
               Contains("xapian-irgan features: "));
    folder.write(std::string("db/") + name, whole);
  }
}

TEST_CASE_METHOD(SiteOfBadInput, "an index without documents", "[index_tools][bad_input]") {
  Xapian::WritableDatabase(file("db"), Xapian::DB_CREATE_OR_OVERWRITE).commit();
  const auto is_told = Contains("index " + file("db") + ": there are no documents in the index");
  CHECK_THAT(failed("features --db @db" + kLearnQueries + "--qrels @learn.qrels --out @out"), is_told);
  CHECK_THAT(failed("train --db @db" + kLearnQueries + "--qrels @learn.qrels --model @out"), is_told);
  CHECK_THAT(failed("rerank --db @db --model @model --queries @test.tsv --out @out"), is_told);
  CHECK_THAT(failed("rerank --db @db --queries @test.tsv --baseline-out @out"), is_told);
  CHECK_THAT(failed("simulate --db @db" + kLearnQueries + "--qrels @learn.qrels --out @out"), is_told);
  CHECK_THAT(failed("search --db @db amber"), is_told);
  CHECK_THAT(failed("annotate --db @db --field-lengths"), is_told);
  CHECK(run_line("inspect --db " + file("db")).exit_code == 0);  // says what is, also of that
}

TEST_CASE_METHOD(SiteOfBadInput, "files without a query, a judgment, a row or a click", "[index_tools][bad_input]") {
  folder.write("empty", "");
  folder.write("header", "qid\ttext\n");
  CHECK_THAT(failed("rerank --db @db --model @model --queries @empty --out @out"),
             Contains(file("empty") + ": the file has no query"));
  CHECK_THAT(failed("rerank --db @db --model @model --queries @header --out @out"),
             Contains(file("header") + ": the file has no query"));
  CHECK_THAT(failed("features --db @db --queries @empty --qrels @learn.qrels --out @out"),
             Contains(file("empty") + ": the file has no query"));
  CHECK_THAT(failed("features --db @db" + kLearnQueries + "--qrels @empty --out @out"),
             Contains(file("empty") + ": the file is empty"));
  CHECK_THAT(failed("features --db @db" + kLearnQueries + "--clicks @empty --out @out"),
             Contains(file("empty") + ": the click log is empty"));
  CHECK_THAT(failed("train --data @empty --model @out"), Contains(file("empty") + ": there are no feature rows in it"));
  CHECK_THAT(failed("evaluate --qrels @test.qrels @empty"), Contains(file("empty") + ": the file is empty"));
  CHECK_THAT(failed("inspect @empty"), Contains(file("empty")));
}

TEST_CASE_METHOD(SiteOfBadInput, "queries without candidates are counted, and refused where there are no others",
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

TEST_CASE_METHOD(SiteOfBadInput, "documents and queries that are unknown are counted and told",
                 "[index_tools][bad_input]") {
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

TEST_CASE_METHOD(SiteOfBadInput, "click logs that cannot be understood", "[index_tools][bad_input]") {
  const std::string line = "features --db @db" + kLearnQueries + "--out @out --clicks @log ";
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

TEST_CASE_METHOD(SiteOfBadInput, "feature rows that are no numbers", "[index_tools][bad_input]") {
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

TEST_CASE_METHOD(SiteOfBadInput, "several lists of a query, and rows that cannot be put together",
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

TEST_CASE_METHOD(SiteOfBadInput, "clicks on pages are no judgments", "[index_tools][bad_input]") {
  const std::string f = folder.path().string() + '/';
  REQUIRE(run_line("features --db " + f + "db --queries " + f + "learn.tsv --clicks " + f + "clicks --out " + f +
                   "pages.rows")
              .exit_code == 0);
  CHECK_THAT(refused("score --model @model --data @pages.rows --out @out --qrels-out @out2"),
             Contains("clicks on pages, no judgments"));
}

TEST_CASE_METHOD(SiteOfBadInput, "outputs that cannot be written, told before the work is done",
                 "[index_tools][bad_input]") {
  for (const char* path : {"@none/x", "@rows/x", "@db"}) {
    CAPTURE(path);
    const std::string out = path;
    const auto is_told = Contains(folder.path().string() + '/' + out.substr(1));
    CHECK_THAT(failed("train --data @rows --model " + out), is_told && !Contains("epoch"));
    CHECK_THAT(failed("features --db @db" + kLearnQueries + "--qrels @learn.qrels --out " + out),
               is_told && !Contains("candidates"));
    CHECK_THAT(failed("rerank --db @db --model @model --queries @test.tsv --out " + out), is_told);
    CHECK_THAT(failed("rerank --db @db --model @model --queries @test.tsv --out @out --baseline-out " + out), is_told);
    CHECK_THAT(failed("score --model @model --data @rows --out " + out), is_told);
    CHECK_THAT(failed("score --model @model --data @rows --out @out --qrels-out " + out), is_told);
    CHECK_THAT(failed("score --model @model --data @rows --qrels-out @out --out " + out), is_told);
    CHECK_THAT(failed("simulate --db @db" + kLearnQueries + "--qrels @learn.qrels --out " + out), is_told);
    CHECK_THAT(failed("features --db @db" + kLearnQueries + "--clicks @clicks --out @out --rejects " + out), is_told);
  }
}

// Root may write everywhere.
TEST_CASE_METHOD(SiteOfBadInput, "folders in which nothing may be written", "[index_tools][bad_input]") {
  if (::geteuid() == 0) return;
  std::filesystem::create_directory(file("closed"));
  std::filesystem::permissions(file("closed"), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  CHECK_THAT(failed("train --data @rows --model @closed/model"), Contains("Permission denied"));
  CHECK_THAT(failed("index --db @closed/db --field title=S @docs.jsonl"), Contains("Permission denied"));
}

TEST_CASE_METHOD(SiteOfBadInput, "an index that another program writes to", "[index_tools][bad_input]") {
  const Xapian::WritableDatabase indexer(file("db"), Xapian::DB_OPEN);
  const auto is_told =
      Contains("index " + file("db") + ": another program is writing to the index and has locked it; try again");
  CHECK_THAT(failed("store --db @db --model @model"), is_told);
  CHECK_THAT(failed("annotate --db @db --field-lengths"), is_told);
  CHECK(run_line("search --db " + file("db") + " amber").exit_code == 0);  // readers need no lock
}

TEST_CASE_METHOD(SiteOfBadInput, "a layout in the index that is damaged", "[index_tools][bad_input]") {
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
  tells(failed("features --db @db" + kLearnQueries + "--qrels @learn.qrels --out @out"));
  tells(failed("rerank --db @db --model @model --queries @test.tsv --out @out"));
  tells(failed("annotate --db @db --field-lengths"));
  tells(failed("inspect --db @db"));
}

}  // namespace irgan::bad_input_test
