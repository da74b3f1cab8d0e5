#include "trainer/labels/position_based_model.h"

#include <catch2/catch.hpp>
#include <vector>

namespace irgan::position_based_model_test {

using Catch::Matchers::WithinAbs;

TEST_CASE("attraction is clicks over showings that were looked at, the prior's among them",
          "[trainer][position_based_model]") {
  const std::vector<ShownPair> pairs{{{{1, 10, 4}, {2, 10, 3}}, 0.2}, {{}, 0.3}, {{{7, 20, 1}}, 0.1}};
  const std::vector<double> attraction = attractions(pairs, {1.0, 0.5}, 2.0);
  CHECK_THAT(attraction[0], WithinAbs((7.0 + 2 * 0.2) / (10.0 + 5.0 + 2.0), 1e-15));
  CHECK_THAT(attraction[1], WithinAbs(0.3, 1e-15));
  CHECK_THAT(attraction[2], WithinAbs((1.0 + 2 * 0.1) / (10.0 + 2.0), 1e-15));  // rank 7 like rank 2
  CHECK(examination_at({}, 3) == 1.0);
}

}  // namespace irgan::position_based_model_test
