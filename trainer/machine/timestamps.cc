#include "trainer/machine/timestamps.h"

#include <cmath>
#include <ctime>

#include "trainer/machine/numbers.h"

namespace irgan {
namespace {

constexpr double kFirstMillisecond = 1e11;
constexpr double kEndOfYear9999 = 253402300800.0;

// What is still to be read of a time; every function takes what it finds from the front.
class TimeText {
 public:
  explicit TimeText(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  bool at_digit() const { return !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9'; }

  bool take(std::string_view any_of) {
    if (rest_.empty() || any_of.find(rest_[0]) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool take_word(std::string_view word) {
    if (rest_.substr(0, word.size()) != word) return false;
    rest_.remove_prefix(word.size());
    return true;
  }
  // Takes exactly `num_digits` digits.
  bool take_number(int num_digits, int& value) {
    value = 0;
    for (int i = 0; i < num_digits; ++i) {
      if (!at_digit()) return false;
      value = 10 * value + (rest_[0] - '0');
      rest_.remove_prefix(1);
    }
    return true;
  }
  // Takes the digits behind a decimal point.
  double take_fraction() {
    double value = 0.0;
    for (double unit = 0.1; at_digit(); unit /= 10) {
      value += unit * (rest_[0] - '0');
      rest_.remove_prefix(1);
    }
    return value;
  }

 private:
  std::string_view rest_;
};

bool is_leap_year(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int days_in_month(int year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return kDays[month - 1] + (month == 2 && is_leap_year(year) ? 1 : 0);
}

// Days from 1970-01-01. March is taken for the first month of a year, so that the leap day is its last.
// Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil, for years from 1 on
int days_since_1970(int year, int month, int day) {
  if (month <= 2) --year;
  const int era = year / 400;
  const int year_of_era = year - 400 * era;
  const int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int day_of_era = 365 * year_of_era + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return 146097 * era + day_of_era - 719468;
}

// Takes "Z", "UTC", "+02:00", "+0200", "+02" or nothing; `seconds` is what local time is ahead of UTC.
bool take_zone(TimeText& text, int& seconds) {
  seconds = 0;
  if (text.at_end()) return true;
  text.take(" ");
  if (text.take("Zz") || text.take_word("UTC")) return text.at_end();
  const bool is_west = text.take("-");
  if (!is_west && !text.take("+")) return false;
  int hours = 0;
  int minutes = 0;
  if (!text.take_number(2, hours)) return false;
  if ((text.take(":") || text.at_digit()) && !text.take_number(2, minutes)) return false;
  seconds = (is_west ? -1 : 1) * (3600 * hours + 60 * minutes);
  return text.at_end() && hours <= 23 && minutes <= 59;
}

std::optional<double> parse_calendar_time(std::string_view whole) {
  TimeText text(whole);
  int year = 0;
  int month = 0;
  int day = 0;
  if (!text.take_number(4, year) || !text.take("-") || !text.take_number(2, month) || !text.take("-") ||
      !text.take_number(2, day)) {
    return {};
  }
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month)) return {};
  double seconds = 86400.0 * days_since_1970(year, month, day);
  if (text.at_end()) return seconds;

  int hour = 0;
  int minute = 0;
  int second = 0;
  double fraction = 0.0;
  if (!text.take("Tt ") || !text.take_number(2, hour) || !text.take(":") || !text.take_number(2, minute)) return {};
  if (text.take(":")) {
    if (!text.take_number(2, second)) return {};
    if (text.take(".,")) {
      if (!text.at_digit()) return {};
      fraction = text.take_fraction();
    }
  }
  if (hour > 23 || minute > 59 || second > 60) return {};  // 60: a leap second
  int offset = 0;
  if (!take_zone(text, offset)) return {};
  seconds += 3600 * hour + 60 * minute + second - offset;
  return seconds + fraction;
}

}  // namespace

std::string utc_text(double time) {
  const auto seconds = static_cast<std::time_t>(std::floor(time));
  std::tm parts{};
  char text[64];
  if (gmtime_r(&seconds, &parts) == nullptr) return {};
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

std::optional<double> parse_time(std::string_view text) {
  std::optional<double> time;
  if (text.size() > 4 && text[4] == '-') {
    time = parse_calendar_time(text);
  } else {
    double number = 0.0;
    if (!parse_number(text, number) || !std::isfinite(number)) return {};
    time = number >= kFirstMillisecond ? number / 1000.0 : number;
  }
  if (time.has_value() && (*time < 0.0 || *time >= kEndOfYear9999)) return {};
  return time;
}

}  // namespace irgan
