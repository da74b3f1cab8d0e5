/// What may reach a terminal.
#pragma once

#include <ostream>
#include <streambuf>
#include <string>

namespace irgan {

/// Passes text on to a terminal as printable() makes it, with its lines, tabs, carriage returns and the sequence that
/// erases the rest of a line, which progress bars need: whatever else is in an index, a log or a model stays text.
class TerminalText : public std::streambuf {
 public:
  /// out: must outlive this
  explicit TerminalText(std::streambuf* out) : out_(out) {}

 protected:
  int_type overflow(int_type letter) override;
  std::streamsize xsputn(const char* text, std::streamsize size) override;
  int sync() override;

 private:
  bool pass_on();

  std::streambuf* const out_;
  std::string waiting_;
};

}  // namespace irgan
