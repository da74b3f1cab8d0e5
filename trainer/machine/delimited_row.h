/// Cuts one line of a TSV or CSV file into its fields.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace irgan {

/// The fields of the line that split() saw last.
///
/// Threads: one a thread
class DelimitedRow {
 public:
  /// With a comma, fields may stand in double quotes as in RFC 4180 (but on one line); with a tab, quotes are letters
  /// like others. So they are inside a field that does not begin with one, but it may not end with one.
  explicit DelimitedRow(char delimiter) : delimiter_(delimiter) {}

  /// Cuts `line`, and returns false if it has more than `max_fields` fields or its quotes do not match.
  ///
  /// Cost:     O(line); allocates only until it has seen a line as long and as rich in fields
  bool split(std::string_view line, std::size_t max_fields);

  /// They point into the line given to split(), and into this object.
  const std::vector<std::string_view>& fields() const { return fields_; }

 private:
  bool take_quoted(std::string_view line, std::size_t& at);

  char delimiter_;
  std::vector<std::string_view> fields_;
  std::string unquoted_;  // fields that held doubled quotes; never grows while views into it live
};

}  // namespace irgan
