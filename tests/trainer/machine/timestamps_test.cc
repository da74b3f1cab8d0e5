// The times are read through a click log, which says what becomes of a row without one.
#include "trainer/machine/timestamps.h"

#include <array>
#include <catch2/catch.hpp>
#include <ctime>
#include <optional>

#include "tests/trainer/click_log_rows.h"

namespace irgan::timestamps_test {

namespace {

// The time that the cell `text` is read as; nothing if the line is refused.
std::optional<double> time_of(const std::string& text) {
  const ScratchFolder folder;
  const auto rows = rows_of(folder.write("log", "query\tdoc_id\ttime\nq\td\t" + text + "\n"), tolerant());
  if (rows.empty()) return {};
  return rows[0].rest.time;
}

// Why it is refused.
std::string fault_of(const std::string& text) { return reason_of("query\tdoc_id\ttime\nq\td\t" + text + "\n"); }

}  // namespace

TEST_CASE("times are ISO 8601, or epoch seconds or milliseconds", "[trainer][timestamps]") {
  const auto [text, seconds] = GENERATE(table<std::string, double>({
      {"2024-05-01T12:30:05.123Z", 1714566605.123},
      {"2024-05-01 12:30:05", 1714566605},
      {"2024-05-01T12:30:05,5", 1714566605.5},
      {"2024-05-01T14:30:05+02:00", 1714566605},
      {"2024-05-01T14:30:05 +0200", 1714566605},
      {"2024-05-01T14:30:05+02", 1714566605},
      {"2024-05-01T07:00:05-05:30", 1714566605},
      {"2024-05-01 12:30:05 UTC", 1714566605},
      {"2024-05-01T12:30Z", 1714566600},
      {"2024-05-01", 1714521600},
      {"2024-02-29", 1709164800},
      {"2000-02-29", 951782400},
      {"1999-12-31T23:59:60Z", 946684800},
      {"2024/05/01 12:30:05", 1714566605},
      {"20240501T123005Z", 1714566605},
      {"20240501T1230+0200", 1714559400},
      {"20240501", 1714521600},
      {"20240501.0", 1714521600},
      {"202405011230", 1714566600},
      {"20240501123005", 1714566605},
      {"01/May/2024:12:30:05 +0000", 1714566605},
      {"[01/May/2024:14:30:05 +0200]", 1714566605},
      {"1714566605", 1714566605},
      {"1714566605.25", 1714566605.25},
      {"1.714566605e9", 1714566605},
      {"1714566605123", 1714566605.123},
      {"1714566605123456", 1714566605.123456},
      {"1714566605123456789", 1714566605.123456},
      {"631152000", 631152000},
      {" 1714566605 ", 1714566605},
  }));
  INFO(text);
  const std::optional<double> time = time_of(text);
  REQUIRE(time.has_value());
  CHECK(*time == Approx(seconds).margin(1e-6).epsilon(0));  // doubles of this size are 2.4e-7 apart
}

TEST_CASE("days since 1970 agree with the C library's for every day from 1990 on", "[trainer][timestamps]") {
  const ScratchFolder folder;
  std::string log = "query\tdoc_id\ttime\n";
  std::vector<double> expected;
  for (std::time_t time = 631'152'000; time < 1'700'000'000; time += 86'400) {
    std::tm parts{};
    ::gmtime_r(&time, &parts);
    std::array<char, 32> text;
    std::strftime(text.data(), text.size(), "%Y-%m-%d", &parts);
    log += std::string("q\td\t") + text.data() + "\n";
    expected.push_back(static_cast<double>(time));
  }
  const auto rows = rows_of(folder.write("log", log));
  REQUIRE(rows.size() == expected.size());
  std::size_t num_equal = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) num_equal += rows[i].rest.time == expected[i];
  CHECK(num_equal == expected.size());
}

TEST_CASE("what is no time is refused", "[trainer][timestamps]") {
  const std::string text =
      GENERATE("yesterday", "2024-13-01", "2024-02-30", "2023-02-29", "1900-02-29", "2024-00-10", "2024-05-01T25:00",
               "2024-05-01T12:60", "2024-05-01T12:30:61", "2024-05-01T12:30:05.", "2024-05-01T12:30:05+",
               "2024-05-01T12:30:05+2", "2024-05-01T12:30:05+25:00", "2024-05-01T12:30:05Zulu", "2024-05-01T",
               "2024-5-1", "1969-12-31", "-1", "nan", "inf", "1e300", "12 30", "0x10", "2024-05-01T12:30:05+02:0",
               "0000-01-01", "2024/05-01", "10/05/2026", "01/Mai/2024:12:30:05 +0000", "32/May/2024:12:30:05 +0000",
               "01/May/2024", "20240501T", "20240532T101010", "[]", "01/anF/2024:12:30:05");
  INFO(text);
  CHECK(fault_of(text) == "bad time");
}

TEST_CASE("numbers of something else are no times of a log", "[trainer][timestamps]") {
  // Excel's days, days since 1970, a short date, seconds of a clock that stood still, a month that is none
  for (const char* text : {"45292.0", "19800", "240501", "0", "1", "20241301", "1970-01-01", "1989-12-31"}) {
    INFO(text);
    CHECK(fault_of(text) == "time before 1990");
  }
  for (const char* text : {"9999-12-31", "99999999999", "2124-05-01", "2240010112", "20991231"}) {
    INFO(text);
    CHECK(fault_of(text) == "time in the future, more than a day ahead");
  }
}

TEST_CASE("a time up to a day ahead is taken, for clocks differ", "[trainer][timestamps]") {
  const auto now = static_cast<long long>(std::time(nullptr));
  CHECK(time_of(std::to_string(now + 80'000)).has_value());
  CHECK_FALSE(time_of(std::to_string(now + 100'000)).has_value());
}

TEST_CASE("a time is written in UTC, rounded down to the second", "[trainer][timestamps]") {
  CHECK(utc_text(0) == "1970-01-01T00:00:00Z");
  CHECK(utc_text(951782400) == "2000-02-29T00:00:00Z");
  CHECK(utc_text(1714566605.999) == "2024-05-01T12:30:05Z");
  CHECK(utc_text(-0.5) == "1969-12-31T23:59:59Z");
  CHECK(utc_text(1e18).empty());
  CHECK(parse_time(utc_text(1714566605)) == 1714566605);
}

}  // namespace irgan::timestamps_test
