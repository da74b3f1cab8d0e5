#include "plugin/src/process/utc_text.h"

#include <cstdio>

namespace irgan {
namespace {

struct Date {
  long long year;
  unsigned month, day;
};

// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days; years begin in March.
Date date_of(long long days_since_1970) {
  constexpr long long kDaysOfEra = 146097;  // 400 years
  const long long days = days_since_1970 + 719468;
  const long long era = (days >= 0 ? days : days - (kDaysOfEra - 1)) / kDaysOfEra;
  const auto day_of_era = static_cast<unsigned>(days - era * kDaysOfEra);
  const unsigned year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const unsigned month_from_march = (5 * day_of_year + 2) / 153;
  const unsigned month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  return {static_cast<long long>(year_of_era) + era * 400 + (month <= 2 ? 1 : 0), month,
          day_of_year - (153 * month_from_march + 2) / 5 + 1};
}

}  // namespace

std::string utc_text(std::chrono::system_clock::time_point time) {
  constexpr long long kDay = 86'400'000;
  using std::chrono::milliseconds;
  const long long now = std::chrono::floor<milliseconds>(time.time_since_epoch()).count();
  const long long days = now >= 0 ? now / kDay : (now - (kDay - 1)) / kDay;
  const auto rest = static_cast<unsigned>(now - days * kDay);
  const Date date = date_of(days);
  char text[64];
  std::snprintf(text, sizeof text, "%04lld-%02u-%02uT%02u:%02u:%02u.%03uZ", date.year, date.month, date.day,
                rest / 3'600'000, rest / 60'000 % 60, rest / 1000 % 60, rest % 1000);
  return text;
}

}  // namespace irgan
