#include "irgan/run_file.h"

#include <catch2/catch.hpp>
#include <limits>
#include <random>
#include <sstream>

#include "tests/trainer/scratch_folder.h"

namespace irgan::run_file_test {

using Catch::Matchers::Message;

namespace {

std::vector<std::string> ids(const std::vector<RankedDocument>& ranking) {
  std::vector<std::string> result;
  for (const RankedDocument& document : ranking) result.push_back(document.document_id);
  return result;
}

// Reads a run out of a file of these bytes, which must fail; returns what the error says after the folder's name.
std::string complaint(const std::string& bytes) {
  const ScratchFolder folder;
  try {
    read_run(folder.write("run", bytes));
  } catch (const FormatError& error) {
    return std::string(error.what()).substr(folder.path().string().size() + 1);
  }
  return "no error";
}

std::string written(const std::vector<RankedDocument>& ranking) {
  std::ostringstream out;
  RunWriter(out, "t").write("q", ranking);
  return out.str();
}

}  // namespace

TEST_CASE("read_run orders by score, whatever the lines and the rank column say", "[trainer][run_file]") {
  const ScratchFolder folder;
  const Run run = read_run(
      folder.write("run", "q1 Q0 a 1 -2.5 bm25\nq2\tQ0\tz\t1\t1e3\tbm25\r\n\nq1 Q0 b 2 7 bm25\nq1 Q0 c 3 0.5 bm25\n"));

  CHECK(run.tag == "bm25");
  REQUIRE(run.by_query.size() == 2);
  CHECK(ids(run.by_query.at("q1")) == std::vector<std::string>{"b", "c", "a"});
  CHECK(run.by_query.at("q1")[2].score == -2.5);
  CHECK(run.by_query.at("q2")[0].score == 1000.0);
}

TEST_CASE("read_run orders equal scores by document id, the largest first", "[trainer][run_file]") {
  const ScratchFolder folder;
  const Run run = read_run(folder.write("run", "q Q0 d10 1 1 t\nq Q0 d9 2 1 t\nq Q0 \xC3\xA9 3 1.0 t\n"));
  CHECK(ids(run.by_query.at("q")) == std::vector<std::string>{"\xC3\xA9", "d9", "d10"});  // by unsigned bytes
}

TEST_CASE("read_run takes scores for equal that are the same float", "[trainer][run_file]") {
  // 1 + 1e-9 is a double of its own, and as a float it is 1; 1e39 and 1e40 are beyond a float's range.
  const ScratchFolder folder;
  const Run run = read_run(folder.write("run",
                                        "q Q0 a 1 1.000000001 t\nq Q0 b 2 1 t\nq Q0 c 3 1e40 t\nq Q0 d 4 1e39 t\n"
                                        "q Q0 e 5 -1e40 t\nq Q0 f 6 -1e39 t\n"));
  CHECK(ids(run.by_query.at("q")) == std::vector<std::string>{"d", "c", "b", "a", "f", "e"});
}

TEST_CASE("read_run refuses a wrong number of columns", "[trainer][run_file]") {
  CHECK(complaint("q Q0 a 1 2 t\nq Q0 b 1 2\n") ==
        "run:2: 5 columns where a run has 6: 'query Q0 document rank score tag'");
  CHECK(complaint("q Q0 a b 1 2 t\n") == "run:1: 7 columns where a run has 6: 'query Q0 document rank score tag'");
}

TEST_CASE("read_run refuses a score that is no number", "[trainer][run_file]") {
  CHECK(complaint("q Q0 a 1 high t\n") == "run:1: the score 'high' is not a number");
  CHECK(complaint("q Q0 a 1 1.0x t\n") == "run:1: the score '1.0x' is not a number");
  CHECK(complaint("q Q0 a 1 nan t\n") == "run:1: the score 'nan' is not a number");
}

TEST_CASE("read_run refuses a document that a query has twice", "[trainer][run_file]") {
  CHECK(complaint("q Q0 a 1 3 t\np Q0 a 1 3 t\nq Q0 a 2 2 t\n") == "run:3: document 'a' is in query 'q' a second time");
}

TEST_CASE("read_run says that a file is empty", "[trainer][run_file]") {
  CHECK(complaint("\n") == "run: the file is empty; a run has the columns 'query Q0 document rank score tag'");
}

TEST_CASE("RunWriter writes TREC's six columns with nine digits", "[trainer][run_file]") {
  CHECK(written({{"a", 2.5}, {"b", 0.1}, {"c", -1e-20}}) ==
        "q Q0 a 1 2.5 t\n"
        "q Q0 b 2 0.100000001 t\n"
        "q Q0 c 3 -9.99999968e-21 t\n");
  CHECK(written({}).empty());
}

TEST_CASE("RunWriter lowers a score that is not below the one before it", "[trainer][run_file]") {
  // Floats below 1 are 2^-24 = 5.96e-8 apart. The second score is 1 as a float, the third is above both.
  CHECK(written({{"a", 1.0}, {"b", 1.0 - 1e-12}, {"c", 2.0}, {"d", 0.5}}) ==
        "q Q0 a 1 1 t\n"
        "q Q0 b 2 0.99999994 t\n"
        "q Q0 c 3 0.999999881 t\n"
        "q Q0 d 4 0.5 t\n");
}

TEST_CASE("RunWriter begins anew with each query", "[trainer][run_file]") {
  std::ostringstream out;
  RunWriter writer(out, "t");
  writer.write("q1", {{"a", -3.0}});
  writer.write("q2", {{"a", 3.0}});
  CHECK(out.str() == "q1 Q0 a 1 -3 t\nq2 Q0 a 1 3 t\n");
}

TEST_CASE("read_run finds the order that RunWriter was given", "[trainer][run_file]") {
  const unsigned seed = GENERATE(1u, 2u, 3u, 4u);
  CAPTURE(seed);
  std::mt19937 engine(seed);
  std::vector<RankedDocument> ranking;
  for (int i = 0; i < 500; ++i) {
    // Few distinct scores, around zero and far from it, in no order at all.
    const double score = (static_cast<int>(engine() % 7) - 3) * (engine() % 2 == 0 ? 1e-45 : 1e30);
    ranking.push_back({"d" + std::to_string(i * 7919 % 500), score});
  }

  const ScratchFolder folder;
  const Run run = read_run(folder.write("run", written(ranking)));
  CHECK(ids(run.by_query.at("q")) == ids(ranking));
}

TEST_CASE("RunWriter refuses a score that a float cannot hold, and writes nothing", "[trainer][run_file]") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr double lowest = -std::numeric_limits<float>::max();
  std::ostringstream out;
  RunWriter writer(out, "t");
  CHECK_THROWS_MATCHES(writer.write("q7", {{"a", 1.0}, {"b", nan}}), Error,
                       Message("query 'q7': document 'b' has the score nan, which a run cannot hold"));
  CHECK_THROWS_MATCHES(writer.write("q7", {{"a", 1e300}}), Error,
                       Message("query 'q7': document 'a' has the score 1e+300, which a run cannot hold"));
  CHECK_THROWS_MATCHES(writer.write("q7", {{"a", -std::numeric_limits<double>::infinity()}}), Error,
                       Message("query 'q7': document 'a' has the score -inf, which a run cannot hold"));
  CHECK_THROWS_MATCHES(writer.write("q7", {{"a", lowest}, {"b", lowest}}), Error,
                       Message("query 'q7': document 'b' has the score -3.40282347e+38, which a run cannot hold"));
  CHECK(out.str().empty());
}

TEST_CASE("RunWriter refuses ids and tags that are not one word", "[trainer][run_file]") {
  std::ostringstream out;
  RunWriter writer(out, "t");
  CHECK_THROWS_MATCHES(writer.write("q", {{"a", 2.0}, {"a b", 1.0}}), Error,
                       Message("query 'q': document id 'a b' is not one word without white space, so a run cannot "
                               "hold it"));
  CHECK_THROWS_MATCHES(writer.write("", {{"a", 2.0}}), Error,
                       Message("query id '' is not one word without white space, so a run cannot hold it"));
  CHECK_THROWS_MATCHES(RunWriter(out, "my run"), Error,
                       Message("the run's tag 'my run' is not one word without white space"));
  CHECK(out.str().empty());
}

}  // namespace irgan::run_file_test
