#include "trainer/labels/propensity_file.h"

#include <catch2/catch.hpp>

#include "tests/trainer/scratch_folder.h"

namespace irgan::propensity_file_test {

using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;

TEST_CASE("propensities come in the order of ranks", "[trainer][propensity_file]") {
  const ScratchFolder folder;
  CHECK(read_propensities(folder.write("p", "# of March\n2\t.5\n1\t1\n\n3 1e-3\n")) ==
        std::vector<double>{1.0, 0.5, 1e-3});
}

TEST_CASE("a propensity file that leaves something open is refused at its place", "[trainer][propensity_file]") {
  const ScratchFolder folder;
  const auto refusal = [&](const std::string& text) -> std::string {
    try {
      read_propensities(folder.write("p", text));
    } catch (const FormatError& error) {
      return error.what();
    }
    return "(taken)";
  };
  for (const char* line :
       {"0\t1", "1\t0", "1\t1.01", "1\tnan", "1\t-1", "1", "1\t.5\t2", "x\t1", "10001\t1", "1.5\t1"}) {
    CAPTURE(line);
    CHECK_THAT(refusal(std::string("1\t1\n") + line + "\n"), Contains("/p:2: not 'rank<TAB>propensity'"));
  }
  CHECK_THAT(refusal("1\t1\n1\t1\n"), EndsWith("/p:2: rank 1 is there twice"));
  CHECK_THAT(refusal("1\t1\n3\t1\n"), EndsWith("/p: rank 2 is missing"));
  CHECK_THAT(refusal("# nothing\n"), EndsWith("there are no propensities in it"));
}

}  // namespace irgan::propensity_file_test
