/// From the text fields of one line of a click log to its meaning.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "irgan/click_row.h"

namespace irgan {

/// The known columns, in the order of kClickColumnNames.
enum class ClickColumn {
  session,
  time,
  query_id,
  query,
  doc_id,
  rank,
  clicked,
  count,
  log_probability,
  team,
  action,
  serialised_query,
  page_id
};
constexpr std::size_t kNumClickColumns = 13;
constexpr std::array<std::string_view, kNumClickColumns> kClickColumnNames = {
    "session", "time",   "query_id",         "query",  "doc_id", "rank", "clicked", "count", "log_probability",
    "team",    "action", "serialised_query", "page_id"};

/// Contexts stand behind the known columns, in the order of ClickLogOptions::contexts.
constexpr std::size_t kNumLogColumns = kNumClickColumns + kMaxContexts;
constexpr ClickColumn context_column(std::size_t i) { return static_cast<ClickColumn>(kNumClickColumns + i); }

/// One line's fields as they were written. A view without data(): the line has no such field at all.
class ClickFields {
 public:
  std::string_view& operator[](ClickColumn column) { return text_[static_cast<std::size_t>(column)]; }
  std::string_view operator[](ClickColumn column) const { return text_[static_cast<std::size_t>(column)]; }
  bool has(ClickColumn column) const { return (*this)[column].data() != nullptr; }
  void clear() { text_ = {}; }

 private:
  std::array<std::string_view, kNumLogColumns> text_ = {};
};

/// What the whole log says about its lines.
struct ClickFieldRules {
  bool has_clicked = false;
  bool has_rank = false;
  bool has_pages = false;  ///< a page's id tells the query, too
  int rank_base = 1;
  std::size_t num_contexts = 0;  ///< of ClickLogOptions::contexts
  double latest_time = 0.0;      ///< seconds since 1970; what is later is a bad time
};

/// Whether `text` is what stands where a table has no value.
bool is_nothing(std::string_view text);

/// The time of a row that says `text`; empty: none.
///
/// latest: seconds since 1970; what is later is in the future
RowFault read_time(std::string_view text, double latest, std::optional<double>& time);

/// From the fields of a log's lines to its rows. Rows of one page have one time, which is understood once.
///
/// Threads: one a thread
class FieldReader {
 public:
  /// Fills `row` from `fields`; what is not there is as in a new row. In a log that has `clicked`, a row that does not
  /// say it was not clicked. After a fault, and of contexts that the rules do not name, nothing is said.
  ///
  /// rules: their latest time is the same for all rows
  /// Cost:  allocates only until it has seen a time as long
  RowFault read(const ClickFields& fields, const ClickFieldRules& rules, ClickRow& row);

 private:
  RowFault read_row_time(std::string_view text, double latest, std::optional<double>& time);

  std::string last_text_;
  std::optional<double> last_time_;
  RowFault last_fault_ = RowFault::none;
};

}  // namespace irgan
