#include "index_tools/commands/evaluate.h"

#include <catch2/catch.hpp>
#include <sstream>

#include "tests/trainer/scratch_folder.h"

namespace irgan::evaluate_test {

using Catch::Matchers::Message;

namespace {

// q3 has no relevant document.
constexpr const char* kQrels = "q1 0 a 2\nq1 0 b 1\nq1 0 c 0\nq2 0 a 1\nq3 0 a 0\n";
// Labels 0 2 1 for q1, an unjudged document and 1 for q2; q3 is missing, q9 unjudged.
constexpr const char* kFirst =
    "q1 Q0 c 1 9 t\nq1 Q0 a 2 8 t\nq1 Q0 b 3 7 t\nq2 Q0 x 1 5 t\nq2 Q0 a 2 4 t\nq9 Q0 a 1 1 t\n";
constexpr const char* kBest = "q1 Q0 a 1 9 t\nq1 Q0 b 2 8 t\nq2 Q0 a 1 5 t\nq3 Q0 a 1 5 t\n";

struct Fixture {
  ScratchFolder folder;
  EvaluateOptions options;

  Fixture() {
    options.qrels = folder.write("qrels", kQrels);
    options.runs = {folder.write("first.run", kFirst)};
  }

  std::string output() const {
    std::ostringstream out, err;
    run(options, Console(out, err));
    return out.str();
  }
};

}  // namespace

// q1: nDCG (2/log2(3) + 1/2) / (2 + 1/log2(3)) = 1.761860/2.630930 = .669672, RR 1/2, AP (1/2 + 2/3)/2 = .583333
// q2: nDCG 1/log2(3) = .630930, RR 1/2, AP 1/2
// q3: 0, missing. Means over three: .433534, .333333, .361111; P@10 (.2 + .1)/3; recall (1 + 1)/3.
TEST_CASE_METHOD(Fixture, "evaluate writes the means over all judged queries, as trec_eval -c does",
                 "[index_tools][evaluate]") {
  CHECK(output() ==
        "run        ndcg@10     mrr     map    p@10  recall@100\n"
        "first.run   0.4335  0.3333  0.3611  0.1000      0.6667\n"
        "\n"
        "note: judgments read: 5\n"
        "note: judged queries, over which the means are taken: 3\n"
        "note: judged queries without a document of label 1 or more: 1\n"
        "note: judged queries missing from first.run, which count 0: 1\n"
        "note: queries of first.run without judgments, which are left out: 1\n");
}

// The second run is ideal for q1 and q2. Two wins have equal signs in half of the rounds; .5025 is what seed 1 draws.
TEST_CASE_METHOD(Fixture, "evaluate compares every further run with the first", "[index_tools][evaluate]") {
  options.runs.push_back(folder.write("best", kBest));
  options.runs.push_back(folder.write("third", kFirst));
  CHECK(output() ==
        "run        ndcg@10     mrr     map    p@10  recall@100\n"
        "first.run   0.4335  0.3333  0.3611  0.1000      0.6667\n"
        "best        0.6667  0.6667  0.6667  0.1000      0.6667\n"
        "third       0.4335  0.3333  0.3611  0.1000      0.6667\n"
        "\n"
        "against first.run           ndcg@10               mrr               map              p@10        recall@100\n"
        "best               +0.2331 p 0.5025  +0.3333 p 0.5025  +0.3056 p 0.5025  +0.0000 p 1.0000  +0.0000 p 1.0000\n"
        "third              +0.0000 p 1.0000  +0.0000 p 1.0000  +0.0000 p 1.0000  +0.0000 p 1.0000  +0.0000 p 1.0000\n"
        "\n"
        "note: judgments read: 5\n"
        "note: judged queries, over which the means are taken: 3\n"
        "note: judged queries without a document of label 1 or more: 1\n"
        "note: judged queries missing from first.run, which count 0: 1\n"
        "note: queries of first.run without judgments, which are left out: 1\n"
        "note: judged queries missing from third, which count 0: 1\n"
        "note: queries of third without judgments, which are left out: 1\n");
}

TEST_CASE_METHOD(Fixture, "evaluate takes another seed for the paired test", "[index_tools][evaluate]") {
  options.runs.push_back(folder.write("best", kBest));
  const std::string before = output();
  options.seed = 2;
  CHECK(output() != before);
}

// At level 2 only document a of q1 is relevant, at rank 2; nDCG knows no level.
TEST_CASE_METHOD(Fixture, "evaluate counts documents from the relevance level on", "[index_tools][evaluate]") {
  options.relevance_level = 2;
  options.measures = {"map", "mrr", "p@2", "recall@1", "ndcg", "ndcg@1"};
  CHECK(output() ==
        "run           map     mrr     p@2  recall@1    ndcg  ndcg@1\n"
        "first.run  0.1667  0.1667  0.1667    0.0000  0.4335  0.0000\n"
        "\n"
        "note: judgments read: 5\n"
        "note: judged queries, over which the means are taken: 3\n"
        "note: judged queries without a document of label 2 or more: 2\n"
        "note: judged queries missing from first.run, which count 0: 1\n"
        "note: queries of first.run without judgments, which are left out: 1\n");
}

TEST_CASE_METHOD(Fixture, "evaluate --per-query writes a line a run, query and measure", "[index_tools][evaluate]") {
  options.per_query = true;
  options.measures = {"ndcg@10", "map"};
  options.runs.push_back(folder.write("best", kBest));
  CHECK(output() ==
        "first.run\tq1\tndcg@10\t0.669672\n"
        "first.run\tq1\tmap\t0.583333\n"
        "first.run\tq2\tndcg@10\t0.630930\n"
        "first.run\tq2\tmap\t0.500000\n"
        "first.run\tq3\tndcg@10\t0.000000\n"
        "first.run\tq3\tmap\t0.000000\n"
        "best\tq1\tndcg@10\t1.000000\n"
        "best\tq1\tmap\t1.000000\n"
        "best\tq2\tndcg@10\t1.000000\n"
        "best\tq2\tmap\t1.000000\n"
        "best\tq3\tndcg@10\t0.000000\n"
        "best\tq3\tmap\t0.000000\n");
}

// q1: labels 0 2 1. DCG 0, 3, 3 + 1/log2(3) = 3.630930; ideal 3, 4, 4; NDCG 0, .75, .907732, mean .552577; AP .583333
// q2: labels 0 1, NDCG 0, 1, and 0 where the list has ended; mean 1/2; AP 1/2. q3: 0, missing.
TEST_CASE_METHOD(Fixture, "evaluate --letor gives LETOR's measures, with 0 for queries without a relevant document",
                 "[index_tools][evaluate]") {
  options.letor = true;
  options.measures = {"ndcg@1", "ndcg@2", "ndcg@3", "mean_ndcg", "map"};
  CHECK(output() ==
        "run        ndcg@1  ndcg@2  ndcg@3  mean_ndcg     map\n"
        "first.run  0.0000  0.5833  0.3026     0.3509  0.3611\n"
        "\n"
        "note: judgments read: 5\n"
        "note: judged queries, over which the means are taken: 3\n"
        "note: judged queries without a document of label 1 or more: 1\n"
        "note: judged queries missing from first.run, which count 0: 1\n"
        "note: queries of first.run without judgments, which are left out: 1\n");

  options.measures.clear();
  CHECK_THAT(output(), Catch::StartsWith("run        ndcg@1  ndcg@3  ndcg@5  ndcg@10  mean_ndcg     map\n"));
}

TEST_CASE_METHOD(Fixture, "evaluate has one note where every query is judged and answered", "[index_tools][evaluate]") {
  options.qrels = folder.write("qrels", "q1 0 a 1\nq2 0 a 1\nq3 0 a 1\n");
  options.runs = {folder.write("best", kBest)};
  options.measures = {"map"};
  CHECK(output() ==
        "run      map\nbest  1.0000\n\nnote: judgments read: 3\n"
        "note: judged queries, over which the means are taken: 3\n");
}

TEST_CASE_METHOD(Fixture, "evaluate calls runs of the same base name by their paths", "[index_tools][evaluate]") {
  std::filesystem::create_directory(folder.path() / "new");
  options.runs.push_back(folder.write("new/first.run", kBest));
  options.runs.push_back(folder.write("best", kBest));
  options.measures = {"map"};
  const std::string text = output();
  CHECK_THAT(text, Catch::Contains("\n" + folder.file("first.run") + "  "));
  CHECK_THAT(text, Catch::Contains("\n" + folder.file("new/first.run") + "  "));
  CHECK_THAT(text, Catch::Contains("\nbest "));
}

TEST_CASE_METHOD(Fixture, "evaluate names the measures there are when it is given another", "[index_tools][evaluate]") {
  const std::string name = GENERATE("ndgc", "ndcg@0", "ndcg@", "ndcg@x", "ndcg10", "p", "recall@1.5", "mean_ndcg", "");
  options.measures = {"map", name};
  CHECK_THROWS_MATCHES(output(), ConfigError,
                       Message("measures " + name +
                               ": there is no such measure; known are ndcg, ndcg@K, map, mrr, p@K, recall@K with K "
                               "from 1"));
}

TEST_CASE_METHOD(Fixture, "evaluate --letor knows LETOR's measures alone", "[index_tools][evaluate]") {
  options.letor = true;
  options.measures = {"mrr"};
  CHECK_THROWS_MATCHES(
      output(), ConfigError,
      Message("measures mrr: there is no such measure of LETOR's; known are ndcg@K, mean_ndcg, map with K from 1"));
}

TEST_CASE_METHOD(Fixture, "evaluate refuses options that make no sense", "[index_tools][evaluate]") {
  SECTION("no runs") {
    options.runs.clear();
    CHECK_THROWS_MATCHES(output(), ConfigError, Message("run is missing: name at least one run file"));
  }
  SECTION("a level below 1") {
    options.relevance_level = 0;
    CHECK_THROWS_MATCHES(output(), ConfigError, Message("relevance_level 0: the level must be 1 or more"));
  }
  SECTION("a level with LETOR's measures") {
    options.letor = true;
    options.relevance_level = 2;
    CHECK_THROWS_MATCHES(output(), ConfigError,
                         Message("relevance_level 2: LETOR's measures take every label above 0 as relevant"));
  }
}

TEST_CASE_METHOD(Fixture, "evaluate refuses a run of which no query is judged", "[index_tools][evaluate]") {
  options.runs = {folder.write("other", "x1 Q0 a 1 1 t\nx2 Q0 a 1 1 t\n")};
  CHECK_THROWS_MATCHES(output(), Error,
                       Message(folder.file("other") + ": none of its 2 queries is judged in " + folder.file("qrels") +
                               "; are the query ids the same?"));
}

TEST_CASE_METHOD(Fixture, "evaluate lets a bad file's error through", "[index_tools][evaluate]") {
  options.runs.push_back(folder.write("bad", "q1 Q0 a\n"));
  CHECK_THROWS_AS(output(), FormatError);
}

}  // namespace irgan::evaluate_test
