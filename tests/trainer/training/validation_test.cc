#include "trainer/training/validation.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "irgan/measures.h"

namespace irgan::validation_test {

using Catch::Matchers::WithinAbs;
using Eigen::VectorXd;

TEST_CASE("validation is nDCG@10, or the log-likelihood of a click under the page's offsets", "[trainer][validation]") {
  Example example;
  example.rows = {0, 1, 2};
  example.labels = (VectorXd(3) << 0.0, 3.0, 1.0).finished();
  const VectorXd scores = (VectorXd(3) << 0.5, -0.25, 1.0).finished();
  CHECK_THAT(validation_score(example, LabelKind::clicks, scores, VectorXd()),
             WithinAbs(ndcg_of_gains(scores, example.labels / 4.0, 10), 1e-15));

  example.ranks = {2, 1, 9};
  const VectorXd offsets = (VectorXd(2) << 0.0, -0.7).finished();
  // Rank 9 is looked at like the last known one, 2.
  const double z = std::exp(0.5 - 0.7) + std::exp(-0.25) + std::exp(1.0 - 0.7);
  const double expected = 0.75 * std::log(std::exp(-0.25) / z) + 0.25 * std::log(std::exp(1.0 - 0.7) / z);
  CHECK_THAT(validation_score(example, LabelKind::impressions, scores, offsets), WithinAbs(expected, 1e-14));
  CHECK(std::isfinite(validation_score(example, LabelKind::impressions, scores, VectorXd())));
  CHECK(validation_score(example, LabelKind::shown, scores, offsets) ==
        validation_score(example, LabelKind::impressions, scores, VectorXd()));
}

}  // namespace irgan::validation_test
