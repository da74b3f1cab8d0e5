#include "trainer/machine/timestamps.h"

#include <cmath>
#include <ctime>

#include "trainer/machine/numbers.h"

namespace irgan {
namespace {

// Epoch times by their size: as the next larger unit each would lie beyond the year 5000.
constexpr double kFirstMillisecond = 1e11;
constexpr double kFirstMicrosecond = 1e14;
constexpr double kFirstNanosecond = 1e17;
// A whole number that reads as a date is one if it is of these years. As epoch seconds or milliseconds it would lie
// before 1977 or behind 2280.
constexpr int kFirstYearOfDigits = 1990;
constexpr int kLastYearOfDigits = 2199;
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
  bool take_letter(char letter) {
    if (rest_.empty() || rest_[0] != letter) return false;
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

// What stands between the parts of a date or a time of day; 0: nothing. Known when this is compiled, since logs have
// millions of times.
template <char separator>
bool take_between(TimeText& text) {
  return separator == 0 || text.take_letter(separator);
}

// Takes year, month and day with `separator` between them; what `seconds` is at their midnight.
template <char separator>
bool take_date(TimeText& text, double& seconds, int& year) {
  int month = 0;
  int day = 0;
  if (!text.take_number(4, year) || !take_between<separator>(text) || !text.take_number(2, month) ||
      !take_between<separator>(text) || !text.take_number(2, day)) {
    return false;
  }
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month)) return false;
  seconds = 86400.0 * days_since_1970(year, month, day);
  return true;
}

// Takes a time of day with its zone, to the end; `separator` stands between its parts. Adds it to `seconds`.
template <char separator>
bool take_clock(TimeText& text, double& seconds) {
  int hour = 0;
  int minute = 0;
  int second = 0;
  double fraction = 0.0;
  if (!text.take_number(2, hour) || !take_between<separator>(text) || !text.take_number(2, minute)) return false;
  if (separator == 0 ? text.at_digit() : text.take_letter(separator)) {
    if (!text.take_number(2, second)) return false;
    if (text.take(".,")) {
      if (!text.at_digit()) return false;
      fraction = text.take_fraction();
    }
  }
  if (hour > 23 || minute > 59 || second > 60) return false;  // 60: a leap second
  int offset = 0;
  if (!take_zone(text, offset)) return false;
  seconds += 3600 * hour + 60 * minute + second - offset;
  seconds += fraction;
  return true;
}

// "2024-05-01T12:30:05Z", with "/" for "-", or "20240501T123005Z"
template <char separator>
std::optional<double> parse_calendar_time(std::string_view whole) {
  TimeText text(whole);
  double seconds = 0.0;
  int year = 0;
  if (!take_date<separator>(text, seconds, year)) return {};
  if (text.at_end()) return seconds;
  if (!text.take("Tt ") || !take_clock < separator == 0 ? '\0' : ':' > (text, seconds)) return {};
  return seconds;
}

// "01/May/2024:12:30:05 +0000", as web servers write it, in brackets or not
std::optional<double> parse_server_time(std::string_view whole) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (whole.size() > 2 && whole.front() == '[' && whole.back() == ']') whole = whole.substr(1, whole.size() - 2);
  TimeText text(whole);
  int day = 0;
  int year = 0;
  if (whole.size() < 12 || !text.take_number(2, day) || !text.take("/")) return {};
  const std::size_t month_at = kMonths.find(whole.substr(3, 3));
  if (month_at == std::string_view::npos || month_at % 3 != 0) return {};
  const int month = static_cast<int>(month_at / 3) + 1;
  text.take_word(whole.substr(3, 3));
  if (!text.take("/") || !text.take_number(4, year) || !text.take(":")) return {};
  if (year < 1 || day < 1 || day > days_in_month(year, month)) return {};
  double seconds = 86400.0 * days_since_1970(year, month, day);
  if (!take_clock<':'>(text, seconds)) return {};
  return seconds;
}

// "20240501", "202405011230", "20240501123005"; also with the ".0" of data frames
std::optional<double> parse_digits(std::string_view digits) {
  if (digits.size() > 2 && digits.substr(digits.size() - 2) == ".0") digits.remove_suffix(2);
  if (digits.size() != 8 && digits.size() != 12 && digits.size() != 14) return {};
  TimeText text(digits);
  double seconds = 0.0;
  int year = 0;
  if (!take_date<'\0'>(text, seconds, year) || year < kFirstYearOfDigits || year > kLastYearOfDigits) return {};
  if (!text.at_end() && !take_clock<'\0'>(text, seconds)) return {};
  return seconds;
}

std::optional<double> parse_epoch(std::string_view text) {
  double number = 0.0;
  if (!parse_number(text, number) || !std::isfinite(number)) return {};
  if (number >= kFirstNanosecond) return number / 1e9;
  if (number >= kFirstMicrosecond) return number / 1e6;
  return number >= kFirstMillisecond ? number / 1000.0 : number;
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
  if (text.size() > 4 && (text[4] == '-' || text[4] == '/')) {
    time = text[4] == '-' ? parse_calendar_time<'-'>(text) : parse_calendar_time<'/'>(text);
  } else if (text.size() > 8 && (text[8] == 'T' || text[8] == 't')) {
    time = parse_calendar_time<'\0'>(text);
  } else if (!text.empty() && (text[0] == '[' || (text.size() > 2 && text[2] == '/'))) {
    time = parse_server_time(text);
  } else {
    time = parse_digits(text);
    if (!time.has_value()) time = parse_epoch(text);
  }
  if (time.has_value() && (*time < 0.0 || *time >= kEndOfYear9999)) return {};
  return time;
}

}  // namespace irgan
