/// Text in lines that fit a terminal. A byte counts as a column: what commands say of themselves is ASCII.
#pragma once

#include <streambuf>
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

/// Returns a line as it is if it has at most `width` columns (code points) or holds data: tabs, or JSON. A longer one
/// is broken at spaces and goes on under its last column, where two spaces or more part columns, else two columns in.
std::string fitted_line(const std::string& line, std::size_t width);

/// Passes text on to `sink`, each line as fitted_line() has it.
///
/// - A flush passes on what there is of a line; nothing is broken after it until the line ends.
class FittedLines : public std::streambuf {
 public:
  FittedLines(std::streambuf* sink, std::size_t width) : sink_(sink), width_(width) {}
  ~FittedLines() override { sync(); }

 protected:
  int_type overflow(int_type c) override;
  int sync() override;

 private:
  std::streambuf* const sink_;
  const std::size_t width_;
  std::string line_;
  bool has_begun_ = false;  // part of the line is passed on
};

}  // namespace irgan
