#include "plugin/src/process/utc_text.h"

#include <catch2/catch.hpp>
#include <ctime>

namespace irgan::utc_text_test {

using std::chrono::system_clock;

TEST_CASE("times are texts as the C library writes them", "[plugin][utc_text]") {
  for (std::time_t seconds = -8'000'000'000; seconds < 8'000'000'000; seconds += 7'654'321) {
    std::tm parts{};
    REQUIRE(gmtime_r(&seconds, &parts) != nullptr);
    char text[64];
    std::strftime(text, sizeof text, "-%m-%dT%H:%M:%S.007Z", &parts);
    char year[16];
    std::snprintf(year, sizeof year, "%04d", parts.tm_year + 1900);
    CHECK(utc_text(system_clock::from_time_t(seconds) + std::chrono::milliseconds(7)) == year + std::string(text));
  }
}

TEST_CASE("days begin and end where they do", "[plugin][utc_text]") {
  CHECK(utc_text(system_clock::from_time_t(0)) == "1970-01-01T00:00:00.000Z");
  CHECK(utc_text(system_clock::from_time_t(-1)) == "1969-12-31T23:59:59.000Z");
  CHECK(utc_text(system_clock::from_time_t(1709251199)) == "2024-02-29T23:59:59.000Z");
  CHECK(utc_text(system_clock::from_time_t(1709251200)) == "2024-03-01T00:00:00.000Z");
}

}  // namespace irgan::utc_text_test
