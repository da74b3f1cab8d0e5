/// Click logs that hold a row a line: TSV and CSV with a header, and JSON Lines.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "trainer/log/click_fields.h"
#include "trainer/log/click_json.h"
#include "trainer/log/log_form.h"
#include "trainer/machine/delimited_row.h"
#include "trainer/machine/text_input.h"

namespace irgan {

/// From the lines of one file to rows.
///
/// Threads: one a thread
class ClickRows : public LogForm {
 public:
  /// `first_line`, where `input` stands, tells the form: JSON if it begins with "{", else it is a header.
  ///
  /// Throws: ConfigError if `options` name a column that we or the header do not know; FormatError if the header lacks
  ///         what is needed
  ClickRows(const ClickLogOptions& options, double latest_time, std::string_view first_line, const TextInput& input);

  std::optional<RowFault> take(std::string_view line, std::uint64_t line_number, const EachRow& each) override;

  bool is_first_line_data() const override { return is_json_; }
  bool has_impressions() const override { return rules_.has_clicked && rules_.has_rank; }
  bool has_seen(std::string_view known) const override;
  bool has_names_by_line() const override { return is_json_; }
  std::string hint() const override;

 private:
  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);

  void read_header(const ClickLogOptions& options, std::string_view line, const TextInput& input);
  RowFault find_fields(std::string_view line);
  RowFault parse(std::string_view line, ClickRow& row);

  std::array<std::string, kNumClickColumns> names_;
  bool is_json_;
  ClickJson json_;
  DelimitedRow row_{'\t'};
  std::size_t num_columns_ = 0;
  std::array<std::size_t, kNumClickColumns> place_of_column_;
  std::array<bool, kNumClickColumns> has_seen_{};

  ClickFields fields_;
  ClickFieldRules rules_;
  bool are_rules_known_ = false;
};

}  // namespace irgan
