/// Cuts one line of a TSV or CSV file into its fields; and what such a line can hold.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "irgan/errors.h"

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

/// Returns `id`, to be written between tabs.
///
/// Throws: Error naming it if it has a tab or a line end, which would part it or its line
IRGAN_API const std::string& tsv_cell(const std::string& id);

}  // namespace irgan
