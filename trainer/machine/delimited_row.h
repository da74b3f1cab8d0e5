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
  /// How quotation marks are read:
  /// - With a tab, as Python's csv.writer and pandas write them: a field is in quotes only if it holds a quote, which
  /// is
  ///   then doubled, or a tab. Other quotes are letters, so that a file whose writer knows no quoting reads as it
  ///   stands.
  /// - With another delimiter, or where `is_all_quoted`: fields may stand in double quotes as in RFC 4180 (but on one
  ///   line). Inside a field that does not begin with one, quotes are letters, but it may not end with one.
  explicit DelimitedRow(char delimiter, bool is_all_quoted = false)
      : delimiter_(delimiter), has_plain_quotes_(delimiter == '\t' && !is_all_quoted) {}

  /// Cuts `line`, and returns false if it has more than `max_fields` fields or its quotes do not match.
  ///
  /// Cost:     O(line); allocates only until it has seen a line as long and as rich in fields
  bool split(std::string_view line, std::size_t max_fields);

  /// They point into the line given to split(), and into this object.
  const std::vector<std::string_view>& fields() const { return fields_; }

 private:
  bool split_plain(std::string_view line, std::size_t max_fields);
  bool split_quoted(std::string_view line, std::size_t max_fields);
  bool take_quoted(std::string_view line, std::size_t& at);
  void take_written_quotes(std::size_t size);
  std::string_view without_doubling(std::string_view inside);

  char delimiter_;
  bool has_plain_quotes_;
  std::vector<std::string_view> fields_;
  std::string unquoted_;  // fields that held doubled quotes; never grows while views into it live
};

/// Returns `id`, to be written between tabs.
///
/// Throws: Error naming it if it has a tab or a line end, which would part it or its line
IRGAN_API const std::string& tsv_cell(const std::string& id);

}  // namespace irgan
