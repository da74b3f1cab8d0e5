/// What the nights so far have read of a site's logs.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "irgan/click_row.h"
#include "irgan/errors.h"

namespace irgan {

/// How far one consumer of the log has come: the click memory, or training.
struct LogProgress {
  std::optional<double> until;               ///< seconds since 1970 UTC: later rows are new
  std::map<std::string, std::string> files;  ///< path: size and time of change when it was read to its end
};

/// Kept in a file beside the model, so that a night that is killed or given again goes on where it was.
struct NightlyState {
  LogProgress memory;
  LogProgress training;
};

/// Returns the state in the file at `path`; a new one if there is no file.
///
/// Throws: FormatError if the file is damaged
IRGAN_API NightlyState read_nightly_state(const std::string& path);

/// Replaces the file whole or not at all.
IRGAN_API void write_nightly_state(const NightlyState& state, const std::string& path);

/// What of the logs a consumer has not read.
struct NewLogs {
  std::vector<std::string>
      files;                     ///< that are new or have changed, in the order given, and what must be read with them
  std::optional<double> after;   ///< rows up to here were read
  std::optional<double> until;   ///< the newest row's time
  std::uint64_t num_rows = 0;    ///< that are new
  std::uint64_t num_clicks = 0;  ///< of them
  LogProgress progress;          ///< once all of that is read
};

/// Looks for files that changed since `before`, and reads what is new in them once. Of the module's log of searches,
/// files that did not change come with new clicks that may be on them; and since clicks may be logged later than
/// searches are, progress ends at the last search that was clicked.
///
/// Throws: what reading a log throws, but unusable lines are no error here
IRGAN_API NewLogs new_in_logs(const std::vector<std::string>& files, const ClickLogOptions& reading,
                              const LogProgress& before);

}  // namespace irgan
