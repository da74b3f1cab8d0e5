#include "irgan/qrels.h"

#include <catch2/catch.hpp>

#include "tests/trainer/scratch_folder.h"

namespace irgan::qrels_test {

namespace {

// Reads judgments out of a file of these bytes, which must fail; returns what the error says after the folder's name.
std::string complaint(const std::string& bytes) {
  const ScratchFolder folder;
  try {
    read_qrels(folder.write("qrels", bytes));
  } catch (const FormatError& error) {
    return std::string(error.what()).substr(folder.path().string().size() + 1);
  }
  return "no error";
}

}  // namespace

TEST_CASE("read_qrels gives every label by query and document", "[trainer][qrels]") {
  const ScratchFolder folder;
  const Qrels qrels = read_qrels(folder.write("qrels", "q1 0 d1 2\nq1\t0\td2\t0\r\n\n  q2  Q0  d1  -1  \nq1 0 d3 1"));

  REQUIRE(qrels.by_query.size() == 2);
  CHECK(qrels.by_query.at("q1") == Judgments{{"d1", 2}, {"d2", 0}, {"d3", 1}});
  CHECK(qrels.by_query.at("q2") == Judgments{{"d1", -1}});
}

TEST_CASE("read_qrels allows a judgment that is given twice", "[trainer][qrels]") {
  const ScratchFolder folder;
  const Qrels qrels = read_qrels(folder.write("qrels", "q 0 d 1\nq 1 d 1\n"));
  CHECK(qrels.by_query.at("q") == Judgments{{"d", 1}});
}

TEST_CASE("read_qrels refuses a wrong number of columns", "[trainer][qrels]") {
  CHECK(complaint("q 0 d 1\nq 0 d\n") == "qrels:2: 3 columns where judgments have 4: 'query iteration document label'");
  CHECK(complaint("q 0 d 1 x\n") == "qrels:1: 5 columns where judgments have 4: 'query iteration document label'");
}

TEST_CASE("read_qrels refuses a label that is not an integer", "[trainer][qrels]") {
  CHECK(complaint("q 0 d 1\n\nq 0 e good\n") == "qrels:3: the label 'good' is not an integer");
  CHECK(complaint("q 0 d 1.5\n") == "qrels:1: the label '1.5' is not an integer");
  CHECK(complaint("q 0 d 99999999999\n") == "qrels:1: the label '99999999999' is not an integer");
}

TEST_CASE("read_qrels refuses two labels for one document", "[trainer][qrels]") {
  CHECK(complaint("q 0 d 1\np 0 d 2\nq 0 d 2\n") ==
        "qrels:3: document 'd' of query 'q' has the label 2 here and 1 in an earlier line");
}

TEST_CASE("read_qrels says that a file is empty", "[trainer][qrels]") {
  const std::string message = "qrels: the file is empty; judgments have the columns 'query iteration document label'";
  CHECK(complaint("") == message);
  CHECK(complaint("\n  \n") == message);
}

TEST_CASE("trec_columns splits at any number of spaces and tabs", "[trainer][qrels]") {
  CHECK(trec_columns(" a\t b  c ") == std::vector<std::string_view>{"a", "b", "c"});
  CHECK(trec_columns(" \t").empty());
  CHECK(trec_columns("").empty());
}

}  // namespace irgan::qrels_test
