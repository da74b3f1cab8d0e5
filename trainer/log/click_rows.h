/// Click logs that hold a row a line: TSV and CSV with a header, and JSON Lines.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "trainer/log/click_json.h"
#include "trainer/log/column_names.h"
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
  /// json_keys: of all JSON files of the log; must outlive this object
  /// has_pages: whether searches are read beside the rows, so that a page's id tells the query
  /// Throws: ConfigError if `options` name a column that we or the header do not know, or if it is not clear which
  /// column
  ///         says what was clicked; FormatError if the header lacks what is needed
  ClickRows(const ClickLogOptions& options, double latest_time, std::string_view first_line, const TextInput& input,
            JsonLogKeys* json_keys, bool has_pages);

  bool is_waiting(std::string_view line) override;
  /// Throws: ConfigError if the column of actions has several values of which it is not known which are clicks
  std::optional<RowFault> take(std::string_view line, std::uint64_t line_number, const EachRow& each) override;

  bool is_first_line_data() const override { return is_json_; }
  bool has_impressions() const override;
  bool has_seen(std::string_view known) const override;
  bool has_names_by_line() const override { return is_json_; }
  std::string hint() const override;
  void finish(ClickLogSummary& summary) const override;

 private:
  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);

  struct Present {
    ClickColumn column;
    std::size_t place;
    bool is_id;  ///< around which blanks are none of it
  };

  void read_header(const ClickLogOptions& options, std::string_view line, const TextInput& input);
  void find_columns(const TextInput& input);
  void find_spelt_otherwise(const TextInput& input);
  void check_columns(const ClickLogOptions& options, const TextInput& input);
  void place(ClickColumn column, std::size_t i, const TextInput& input);
  std::size_t place_of(ClickColumn column) const { return place_of_column_[static_cast<std::size_t>(column)]; }
  RowFault find_fields(std::string_view line);
  bool is_click(std::string_view action, std::uint64_t line_number);
  [[noreturn]] void refuse_action(std::string_view action, std::uint64_t line_number) const;
  bool is_passed_over(std::string_view action, std::uint64_t line_number);

  std::string path_;
  ColumnNames names_;
  ClickActions actions_;
  bool is_json_;
  ClickJson json_;
  JsonLogKeys* json_keys_;
  std::string header_;
  DelimitedRow row_{'\t'};
  std::vector<std::string> columns_;  // their names in the header
  std::array<std::size_t, kNumLogColumns> place_of_column_;
  std::vector<Present> present_;
  std::array<bool, kNumLogColumns> has_seen_{};

  ClickFields fields_;
  ClickFieldRules rules_;
  FieldReader reader_;
  ClickRow row_read_;

  // Of the column of actions, where no column says what was clicked.
  std::string last_action_;
  bool is_last_click_ = false;
  std::string unclear_action_;  // the only value so far, which is taken for a click
  bool has_clicks_ = false;
  std::map<std::string, std::uint64_t> other_actions_;
  std::uint64_t num_headers_ = 0;  // beside the first
  bool has_rows_ = false;
};

}  // namespace irgan
