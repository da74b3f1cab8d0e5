#include "plugin/src/features/bounded_json.h"

#include <catch2/catch.hpp>

namespace irgan::bounded_json_test {

using Catch::Matchers::Contains;
using nlohmann::json;

TEST_CASE("a whole number of JSON is taken as it stands, or refused", "[plugin][json]") {
  CHECK(whole_number<int>(json::parse("-2147483648")) == -2147483648LL);
  CHECK(whole_number<std::uint32_t>(json::parse("4294967295")) == 4294967295U);
  CHECK(whole_number<std::uint64_t>(json::parse("18446744073709551615")) == 18446744073709551615ULL);
  CHECK(whole_number<std::int64_t>(json::parse("-9223372036854775808")) == std::numeric_limits<std::int64_t>::min());
  // What get() would make another number of, or leave undefined.
  for (const char* text : {"1e300", "-1e300", "1.5", "2147483648", "-2147483649", "18446744073709551616", "\"1\"",
                           "true", "null", "[1]"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(whole_number<int>(json::parse(text)), json::exception);
  }
  CHECK_THROWS_WITH(whole_number<std::uint32_t>(json::parse("-1")),
                    Contains("-1 stands where a whole number from 0 to 4294967295 should"));
  CHECK_THROWS_AS(whole_number<std::uint32_t>(json::parse("4294967296")), json::exception);
}

TEST_CASE("whole numbers of JSON are those of an array", "[plugin][json]") {
  CHECK(whole_numbers<int>(json::parse("[1, -2]")) == std::vector<int>{1, -2});
  CHECK(whole_numbers<int>(json::parse("[]")).empty());
  CHECK_THROWS_AS(whole_numbers<int>(json::parse("[1, 2e10]")), json::exception);
  CHECK_THROWS_AS(whole_numbers<int>(json::parse("{\"a\": 1}")), json::exception);
  CHECK_THROWS_AS(whole_numbers<int>(json::parse("7")), json::exception);
}

}  // namespace irgan::bounded_json_test
