/// Counts what the lines of a click log were worth.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

#include "irgan/click_row.h"

namespace irgan {

/// Returns the first bytes of a line as a message can show them.
std::string excerpt(std::string_view line, std::size_t size);

/// Returns `value` as messages show it.
std::string number_text(double value);

/// The counts of one file of a click log.
///
/// Threads: one a thread
class ClickLogTally {
 public:
  /// rejects: where every unusable line is told, or null; must outlive this object
  ClickLogTally(std::string path, std::ostream* rejects) : rejects_(rejects) { summary_.path = std::move(path); }

  void accept() { ++summary_.num_good; }
  /// `line` is shown as far as there is room.
  void reject(RowFault fault, std::string_view shown_path, std::uint64_t line_number, std::string_view line);

  /// Throws: FormatError that lists the reasons if unusable lines are more than `max_bad` of all; `hint` stands behind
  ///         the counts where no line was usable
  void check(double max_bad, const std::string& hint) const;

  ClickLogSummary& summary() { return summary_; }
  const ClickLogSummary& summary() const { return summary_; }

 private:
  std::ostream* rejects_;
  ClickLogSummary summary_;
};

}  // namespace irgan
