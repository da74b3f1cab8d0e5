/// Text in lines that fit a terminal. A byte counts as a column: what commands say of themselves is ASCII.
#pragma once

#include <string>

namespace irgan {

/// Where the lines of a text begin and end, in columns.
struct Lines {
  std::size_t width;       ///< no line is longer
  std::size_t first = 0;   ///< what the caller already wrote on the first line
  std::size_t indent = 0;  ///< of every other line
  std::string mark{};      ///< ends every line but the last, e.g. " \\" where a shell reads them
};

/// Returns `text` broken at spaces; a word longer than a line is broken too, after a '|' or ',' where it has one. Line
/// ends in `text` stay. The last line ends without one.
///
/// Requires: width above indent + the mark's length
std::string wrapped(const std::string& text, const Lines& lines);

}  // namespace irgan
