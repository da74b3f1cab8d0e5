/// Reads and writes points in time.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace irgan {

/// Returns the seconds since 1970-01-01 UTC that `text` stands for, or nothing if it is no time.
///
/// Taken are ISO 8601 dates and times (`2024-05-01`, `2024-05-01T12:30:05.123Z`, a space for the T, an offset like
/// +02:00 or +0200, UTC where there is none), and epoch seconds or milliseconds: a number of 1e11 and more is
/// milliseconds, since as seconds it would lie beyond the year 5000. Times before 1970 and after the year 9999 are
/// none.
///
/// Units:    seconds;  Cost: no allocation
std::optional<double> parse_time(std::string_view text);

/// Returns `time` as `2024-05-01T12:30:05Z`, rounded down to the second; nothing if no calendar has its year.
///
/// Units:    seconds since 1970-01-01 UTC
std::string utc_text(double time);

}  // namespace irgan
