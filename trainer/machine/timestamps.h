/// Reads and writes points in time.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace irgan {

/// Returns the seconds since 1970-01-01 UTC that `text` stands for, or nothing if it is no time.
///
/// Taken are
/// - ISO 8601 dates and times: `2024-05-01`, `2024-05-01T12:30:05.123Z`, a space for the T, an offset like +02:00 or
///   +0200, UTC where there is none; also `2024/05/01 12:30` and `20240501T123005Z`;
/// - the same in digits alone: `20240501`, `202405011230`, `20240501123005`, of the years 1990 to 2199;
/// - what web servers write: `01/May/2024:12:30:05 +0000`;
/// - the time since 1970: seconds, or from 1e11 on milliseconds, from 1e14 on microseconds, from 1e17 on nanoseconds,
///   since in the larger unit each would lie beyond the year 5000.
/// Times before 1970 and after the year 9999 are none.
///
/// Units:    seconds;  Cost: no allocation
std::optional<double> parse_time(std::string_view text);

/// An example of each form that parse_time() takes, for messages that refuse another.
inline constexpr char kTimeForms[] =
    "2024-05-01T12:30:05Z, 2024-05-01 12:30, 2024/05/01, 20240501, 01/May/2024:12:30:05 +0000, seconds or milliseconds "
    "since 1970";

/// Returns `time` as `2024-05-01T12:30:05Z`, rounded down to the second; nothing if no calendar has its year.
///
/// Units:    seconds since 1970-01-01 UTC
std::string utc_text(double time);

}  // namespace irgan
