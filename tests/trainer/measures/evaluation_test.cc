#include "irgan/evaluation.h"

#include <catch2/catch.hpp>

#include "tests/trainer/scratch_folder.h"

namespace irgan::evaluation_test {

// q1 has a relevant document that the first run puts second and the other first; q2 has none; q3 is in neither run.
TEST_CASE("evaluate measures every judged query of each run", "[trainer][evaluation]") {
  const ScratchFolder folder;
  EvaluationOptions options;
  options.qrels = folder.write("qrels", "q1 0 a 1\nq2 0 a 0\nq3 0 b 1\n");
  options.runs = {folder.write("first.run", "q1 Q0 x 1 9 t\nq1 Q0 a 2 8 t\nq2 Q0 a 1 1 t\nq9 Q0 a 1 1 t\n"),
                  folder.write("second.run", "q1 Q0 a 1 9 t\n")};
  options.measures = {"mrr", "p@2"};

  const Evaluation evaluation = evaluate(options);

  CHECK(evaluation.measures == options.measures);
  CHECK(evaluation.queries == std::vector<std::string>{"q1", "q2", "q3"});
  CHECK(evaluation.num_hopeless == 1);
  REQUIRE(evaluation.runs.size() == 2);
  const EvaluatedRun& first = evaluation.runs[0];
  CHECK(first.name == "first.run");
  CHECK(first.num_missing == 1);
  CHECK(first.unjudged.size() == 1);
  CHECK(first.values == std::vector<std::vector<double>>{{0.5, 0.0, 0.0}, {0.5, 0.0, 0.0}});
  const EvaluatedRun& second = evaluation.runs[1];
  CHECK(second.num_missing == 2);
  CHECK(second.unjudged.empty());
  CHECK(second.mean(0) == Approx(1.0 / 3.0));

  // One difference other than 0: every sign pattern is as extreme.
  const RunDifference difference = difference_of(second, first, 0, 1);
  CHECK(difference.difference == Approx(0.5 / 3.0));
  CHECK(difference.p == 1.0);
}

}  // namespace irgan::evaluation_test
