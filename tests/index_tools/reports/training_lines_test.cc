#include "index_tools/reports/training_lines.h"

#include <catch2/catch.hpp>

namespace irgan::training_lines_test {

using Catch::Matchers::Contains;

TEST_CASE("training ends with how much better it is, and how sure that is", "[index_tools][train]") {
  ServingCheck check;
  check.num_queries = 40;
  check.first_stage = 0.5;
  check.p = 0.003;
  check.served = 0.6;
  CHECK_THAT(training_summary(check, {}, "m", "db"),
             Contains("rises from 0.5000 to 0.6000 (+20 %) on 40 held-out queries") && Contains("hardly chance") &&
                 Contains("puts the model to work"));
  check.served = 0.4;
  CHECK_THAT(training_summary(check, {}, "m", "db"), Contains("falls from 0.5000 to 0.4000 (-20 %)"));

  check.served = check.first_stage;
  check.p = 1.0;
  const std::string same = training_summary(check, {}, "m", "db");
  CHECK_THAT(same, Contains("stays 0.5000 on 40 held-out queries") && Contains("no difference is seen") &&
                       Contains("collect more clicks"));
  CHECK_THAT(same, !Contains("p 1.0000"));
}

}  // namespace irgan::training_lines_test
