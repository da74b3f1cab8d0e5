/// LETOR files that others wrote.

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/trainer/scratch_folder.h"
#include "trainer/row_files/letor_file.h"

namespace irgan::foreign_rows_test {

using Catch::Matchers::Contains;
using Eigen::Index;

TEST_CASE("MQ2008's lines are read with their document ids", "[trainer][letor_file]") {
  const ScratchFolder folder;
  const TrainingData data = read_letor(
      {folder.write("Fold1.txt",
                    "2 qid:10032 1:0.056537 2:0.000000 3:0.666667 #docid = GX029-35-5894638 inc = 0.0119881192468859 "
                    "prob = 0.139842\n"
                    "0 qid:10032 1:0.279152 2:0.000000 3:0.000000 #docid = GX030-77-6315042 inc = 1 prob = 0.341364\r\n"
                    "\n"
                    "# a remark\n"
                    "1 qid:10035 1:0.5 3:0.25 #docid=8\n"
                    "0 qid:10035 2:1e-60 # docid= 9 rank = 2\n"
                    "0 qid:10035\n")});
  CHECK(data.labels == LabelKind::grades);
  CHECK(data.schema.features == std::vector<std::string>{"1", "2", "3"});
  CHECK(data.schema.fields.empty());
  CHECK(data.depth == 100);
  REQUIRE(data.pools.size() == 2);
  CHECK(data.pools[0].query_id == "10032");
  CHECK(data.pools[0].document_ids == std::vector<std::string>{"GX029-35-5894638", "GX030-77-6315042"});
  CHECK(data.pools[0].rows(0, 2) == 0.666667F);
  CHECK(data.pools[1].document_ids == std::vector<std::string>{"8", "9", "3"});  // without an id: the place in the pool
  // Left out is 0, and so is what a float cannot tell from it.
  CHECK(data.pools[1].rows == (FeatureMatrix(3, 3) << 0.5F, 0, 0.25F, 0, 0, 0, 0, 0, 0).finished());
  REQUIRE(data.examples.size() == 2);
  CHECK(data.examples[0].labels == (Eigen::VectorXd(2) << 2, 0).finished());
  CHECK(data.examples[0].ranks.empty());
  CHECK(data.examples[1].rows == std::vector<Index>{0, 1, 2});
}

TEST_CASE("foreign labels are grades where all are whole numbers up to 4, else clicks, unless the user says",
          "[trainer][letor_file]") {
  const ScratchFolder folder;
  const std::string whole = folder.write("whole.txt", "4 qid:1 1:1\n0 qid:1 1:2\n");
  const std::string large = folder.write("large.txt", "5 qid:1 1:1\n0 qid:1 1:2\n");
  const std::string part = folder.write("part.txt", "0.5 qid:1 1:1\n0 qid:1 1:2\n");
  CHECK(read_letor({whole}).labels == LabelKind::grades);
  CHECK(read_letor({large}).labels == LabelKind::clicks);
  CHECK(read_letor({part}).labels == LabelKind::clicks);
  CHECK(read_letor({whole}, {"clicks"}).labels == LabelKind::clicks);
  CHECK(read_letor({large}, {"grades"}).labels == LabelKind::grades);
  CHECK_THROWS_AS(read_letor({whole}, {"stars"}), ConfigError);
}

TEST_CASE("qids need not be numbers in order, and may come back with a further list of the same documents",
          "[trainer][letor_file]") {
  const ScratchFolder folder;
  const TrainingData data = read_letor({folder.write("rows.txt",
                                                     "1 qid:b 1:1 #docid=x\n"
                                                     "0 qid:b 1:2 #docid=y\n"
                                                     "1 qid:a 1:3 #docid=x\n"
                                                     "1 qid:b 1:1 #docid=x\n"
                                                     "2 qid:b 1:2 #docid=y\n")});
  REQUIRE(data.pools.size() == 2);  // the second block of b has the rows of its first
  CHECK(data.pools[0].query_id == "b");
  CHECK(data.pools[1].query_id == "a");
  REQUIRE(data.examples.size() == 3);
  CHECK(data.examples[2].pool == 0);
  CHECK(data.examples[2].labels[1] == 2.0);
}

TEST_CASE("a document that its block already holds begins the next page", "[trainer][letor_file]") {
  const ScratchFolder folder;
  const TrainingData data = read_letor({folder.write("rows.txt",
                                                     "1 qid:a 1:1 #docid=x\n"
                                                     "0 qid:a 1:2 #docid=y\n"
                                                     "0 qid:a 1:1 #docid=x\n"
                                                     "1 qid:a 1:2 #docid=y\n")});
  CHECK(data.pools.size() == 1);
  REQUIRE(data.examples.size() == 2);
  CHECK(data.examples[0].labels[0] == 1.0);
  CHECK(data.examples[1].labels[0] == 0.0);
}

TEST_CASE("foreign files may lack the last columns, and the deepest query is the depth", "[trainer][letor_file]") {
  const ScratchFolder folder;
  std::string deep;
  for (int i = 0; i < 150; ++i) deep += "1 qid:7 1:" + std::to_string(i) + "\n";
  const TrainingData data = read_letor({folder.write("narrow.txt", "1 qid:1 1:1\n"),
                                        folder.write("wide.txt", "1 qid:2 3:1\n"), folder.write("deep.txt", deep)});
  CHECK(data.schema.features.size() == 3);
  CHECK(data.pools[0].rows.cols() == 3);
  CHECK(data.depth == 150);
}

TEST_CASE("a document twice in a list, and lists that were mixed up, are refused with their line",
          "[trainer][letor_file]") {
  const ScratchFolder folder;
  const auto refusal = [&](const std::string& text) -> std::string {
    try {
      read_letor({folder.write("rows", text)});
    } catch (const FormatError& error) {
      return error.what();
    }
    return "";
  };
  CHECK_THAT(refusal("1 qid:1 1:1 # docid = a\n0 qid:1 1:2 # docid = b\n0 qid:1 1:3 # docid = a\n"),
             Contains("rows:3: document 'a' stands in query '1' a second time: leave one of the two out"));
  CHECK_THAT(refusal("1 qid:1 1:1 # docid = a\n0 qid:2 1:2 # docid = b\n0 qid:1 1:3 # docid = b\n0 qid:2 1:3\n"
                     "0 qid:1 1:3 # docid = a\n"),
             Contains("rows:5: document 'a'"));
  // Two pages of three documents, sorted by document.
  const std::string pages =
      "1 qid:1 1:1 # docid = a rank = 1 shown = 2\n0 qid:2 1:1 # docid = a rank = 1 shown = 2\n"
      "0 qid:1 1:1 # docid = a rank = 3 shown = 1\n0 qid:1 1:2 # docid = b rank = 2 shown = 2\n"
      "0 qid:2 1:2 # docid = b rank = 2 shown = 2\n0 qid:1 1:2 # docid = b rank = 1 shown = 1\n";
  CHECK_THAT(refusal(pages), Contains("rows:3: document 'a' stands in query '1' a second time") &&
                                 Contains("sort the rows by query and page"));
}

TEST_CASE("ids stand in comments of other forms", "[trainer][letor_file]") {
  const ScratchFolder folder;
  std::vector<std::string> remarks;
  LetorOptions options;
  options.needs_ids = true;
  options.on_remark = [&](const std::string& remark) { remarks.push_back(remark); };
  const auto ids = [&](const std::string& first, const std::string& second) {
    remarks.clear();
    return read_letor({folder.write("rows", "1 qid:1 1:1 " + first + "\n0 qid:1 1:2 " + second + "\n")}, options)
        .pools[0]
        .document_ids;
  };
  using Ids = std::vector<std::string>;
  CHECK(ids("# 7555\trambo", "# 1370\trambo iii") == Ids{"7555", "1370"});
  CHECK(ids("# 1A", "#2B") == Ids{"1A", "2B"});
  CHECK(ids("#docid = GX-1 inc = 1", "#docid=GX-2") == Ids{"GX-1", "GX-2"});
  CHECK(ids("# docid:http://x.org/", "# doc_id: 7") == Ids{"http://x.org/", "7"});
  CHECK(ids("# docno = LA-1", "# document_id = 7") == Ids{"LA-1", "7"});
  CHECK(remarks.empty());
  CHECK(ids("# relevant", "# relevant") == Ids{"1", "2"});
  REQUIRE(remarks.size() == 1);
  CHECK_THAT(remarks[0], Contains("'relevant' stands twice in query '1'"));
  CHECK(ids("# 7555 rambo", "") == Ids{"1", "2"});
  CHECK(remarks.size() == 1);
  CHECK(ids("# docid = a", "") == Ids{"a", "2"});
  CHECK(remarks.size() == 1);
}

TEST_CASE("labels above 4 are read as clicks, and that is said in a sentence", "[trainer][letor_file]") {
  const ScratchFolder folder;
  std::vector<std::string> remarks;
  LetorOptions options;
  options.on_remark = [&](const std::string& remark) { remarks.push_back(remark); };
  const std::string path = folder.write("rows", "10 qid:1 1:1\n0 qid:1 1:2\n");
  CHECK(read_letor({path}, options).labels == LabelKind::clicks);
  REQUIRE(remarks.size() == 1);
  CHECK_THAT(remarks[0], Contains("read as numbers of clicks") && Contains("labels grades"));
  options.labels = "clicks";
  read_letor({path}, options);
  CHECK(remarks.size() == 1);
}

TEST_CASE("a feature twice in a row is refused, a plus sign is not", "[trainer][letor_file]") {
  const ScratchFolder folder;
  CHECK_THROWS_WITH(read_letor({folder.write("twice", "1 qid:1 2:1 1:7 2:0\n")}),
                    Contains("twice:1: feature 2 stands twice"));
  const TrainingData data = read_letor({folder.write("plus", "+1 qid:1 1:+1.5\n0 qid:1 1:-2\n")});
  CHECK(data.examples[0].labels[0] == 1.0);
  CHECK(data.pools[0].rows(0, 0) == 1.5F);
  for (const char* bad : {"++1 qid:1 1:1\n", "+-1 qid:1 1:1\n", "1 qid:1 1:+-1\n", "+ qid:1 1:1\n"}) {
    CHECK_THROWS_AS(read_letor({folder.write("bad", bad)}), FormatError);
  }
}

TEST_CASE("rows of a query that do not stand together are put together, and that is said", "[trainer][letor_file]") {
  const ScratchFolder folder;
  std::vector<std::string> remarks;
  LetorOptions options;
  options.on_remark = [&](const std::string& remark) { remarks.push_back(remark); };
  const char* shuffled = GENERATE("1 qid:a 1:1 # docid = x\n0 qid:b 1:5\n0 qid:a 1:2 # docid = y\n1 qid:b 1:6\n",
                                  "1 qid:a 1:1\n0 qid:b 1:5\n0 qid:a 1:2\n1 qid:b 1:6\n");
  const TrainingData data = read_letor({folder.write("rows.txt", shuffled)}, options);
  REQUIRE(data.pools.size() == 2);
  REQUIRE(data.examples.size() == 2);
  CHECK(data.pools[0].query_id == "a");
  CHECK(data.pools[0].rows.rows() == 2);
  CHECK(data.examples[1].labels[1] == 1.0);
  REQUIRE(remarks.size() == 1);
  CHECK_THAT(remarks[0], Contains("rows of 2 queries do not stand together"));
}

}  // namespace irgan::foreign_rows_test
