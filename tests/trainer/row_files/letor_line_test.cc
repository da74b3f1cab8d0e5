#include "trainer/row_files/letor_line.h"

#include <catch2/catch.hpp>
#include <string>

#include "irgan/errors.h"

namespace irgan::letor_line_test {

TEST_CASE("escaped ids are one word, and only those are taken apart", "[trainer][letor_line]") {
  CHECK(escape_id("GX001-00/\xC3\xA9=1") == "GX001-00/\xC3\xA9=1");
  CHECK(escape_id("a b#c%") == "a%20b%23c%25");
  CHECK(unescape_id("a%20b%23c%25", "f:1") == "a b#c%");
  for (const char* bad : {"%", "%2", "a%zz", "%2g", "50%-off"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(unescape_id(bad, "f:1"), FormatError);
  }
}

TEST_CASE("a rank that no table could hold is none", "[trainer][letor_line]") {
  CHECK(parse_letor_line("1 qid:1 1:1 # rank = 1000000", "f:1").rank == 1000000);
  for (const char* rank : {"1000001", "2147483647", "99999999999", "-1", "x"}) {
    CAPTURE(rank);
    CHECK(parse_letor_line(std::string("1 qid:1 1:1 # rank = ") + rank, "f:1").rank == 0);
  }
}

}  // namespace irgan::letor_line_test
