/// The form of a click log's file: what its lines become.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "irgan/click_row.h"

namespace irgan {

/// One file's form. Each form of log has its own implementation: ClickRows, OmegaLines, UbiLines, ServedLines.
///
/// Threads: one a thread
class LogForm {
 public:
  /// When a file is read, of all that are given together.
  enum class Turn {
    before_others,  ///< what others need to know
    in_order,       ///< as they were given
    by_time         ///< side by side with all others of this turn, by the times of their lines
  };

  virtual ~LogForm() = default;

  /// Whether the line cannot be taken yet, since only later ones tell what it means. It is given again, to take(), when
  /// this is known or at the end.
  virtual bool is_waiting(std::string_view /*line*/) { return false; }

  /// Takes a line and gives its rows, or those of earlier lines that are known now. Returns what is wrong with the
  /// line; nothing where only the end of all files tells.
  virtual std::optional<RowFault> take(std::string_view line, std::uint64_t line_number, const EachRow& each) = 0;

  /// Whether the first line is one to take(); if not, it is a header.
  virtual bool is_first_line_data() const = 0;
  /// Whether the lines so far say what was shown.
  virtual bool has_impressions() const = 0;
  virtual Turn turn() const { return Turn::in_order; }
  /// The time of a line whose turn goes by it; nothing if it has none that can be read.
  virtual std::optional<double> time_of(std::string_view /*line*/) const { return std::nullopt; }
  /// What the form is called where names are its own; empty where the user can say them.
  virtual std::string_view own_name() const { return {}; }

  /// Whether the header, or a line so far, has that known column.
  virtual bool has_seen(std::string_view /*known*/) const { return false; }
  /// Whether each line has names of its own, so that only the end tells which the file has.
  virtual bool has_names_by_line() const { return false; }
  /// What to say of unusable lines where no line gave a row; empty if nothing is known.
  virtual std::string hint() const { return {}; }
  /// Adds what the lines were beside rows, and what is odd about them.
  virtual void finish(ClickLogSummary& /*summary*/) const {}
};

}  // namespace irgan
