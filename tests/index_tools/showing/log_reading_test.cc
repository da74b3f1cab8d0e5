#include "index_tools/showing/log_reading.h"

#include <catch2/catch.hpp>
#include <sstream>

namespace irgan::log_reading_test {

using Catch::Contains;
using Catch::EndsWith;

TEST_CASE("a reading ends with one line of account", "[index_tools][log_reading]") {
  LogReading reading;
  ClickLogSummary file;
  file.path = "log";
  file.num_good = 95;
  file.num_rejected = 5;
  file.rejected["bad time (taken: this and that)"] = {3, {}};
  file.rejected["no query"] = {2, {}};
  file.others["impression"] = 7;
  reading.files.push_back(file);
  reading.num_clicks = 50.0;
  std::ostringstream out;
  show_reading(reading, out);
  CHECK_THAT(out.str(),
             EndsWith("log: 100 lines read, 5 unusable (3 bad time, 2 no query), 7 counted apart; 50 clicks, "
                      "50 of them used\n"));
}

TEST_CASE("where many clicks are left out, the likeliest cause is said", "[index_tools][log_reading]") {
  LogReading reading;
  reading.files.emplace_back();
  reading.num_clicks = 100.0;
  reading.num_unknown_clicks = 47.0;
  reading.num_unknown_rows = 60;
  CHECK_THAT(account_of(reading),
             EndsWith("100 clicks, 53 of them used, 47 % left out with queries that are not in the "
                      "query file (60 rows)"));
  CHECK_THAT(likeliest_cause(reading), Contains("is it of this log?"));
  reading.unknown_by_difference = {{"quotation marks", 40.0}, {"zeros before their ids", 2.0}};
  CHECK_THAT(likeliest_cause(reading),
             Contains("47 % of the clicks") && Contains("85 % of those differ from one of the "
                                                        "file by quotation marks alone"));
  reading.num_unknown_clicks = 9.0;
  CHECK(likeliest_cause(reading).empty());
}

}  // namespace irgan::log_reading_test
