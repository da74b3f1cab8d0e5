/// What columns and actions are called in other people's logs.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "irgan/click_row.h"
#include "trainer/log/click_fields.h"

namespace irgan {

/// The names of the known columns in one log, and of its contexts behind them.
struct ColumnNames {
  /// Throws: ConfigError if `columns` names a column that is not known, or a context's name is none
  explicit ColumnNames(const std::vector<std::pair<std::string, std::string>>& columns,
                       const std::vector<std::string>& contexts = {});

  /// How many there are: the known ones and the contexts.
  std::size_t size() const { return known_.size(); }
  /// What we call them, in their order.
  const std::vector<std::string>& known() const { return known_; }

  bool is_given(ClickColumn column) const { return is_given_[static_cast<std::size_t>(column)]; }
  const std::string& operator[](ClickColumn column) const { return names_[static_cast<std::size_t>(column)]; }

  /// Returns whether `name`, as a header or a line of JSON has it, is that of `column`. The column of actions has one
  /// of several usual names, if none is given.
  bool is_of(std::string_view name, ClickColumn column) const;
  /// Whether a column has that name.
  bool is_known(std::string_view name) const;

 private:
  std::vector<std::string> known_;
  std::array<std::string, kNumLogColumns> names_;
  std::array<bool, kNumLogColumns> is_given_{};  ///< by the user
};

/// Returns `name` without what people write in different ways: lower case, without `_`, `-`, `.` and blanks.
std::string plain_name(std::string_view name);

/// Returns the column that a name usually means, such as rank for "position"; nullopt: none that we know.
std::optional<ClickColumn> usual_meaning(std::string_view name);

/// Returns which of `names` may be meant for which column, those that are needed first: "doc_id=sku, query=words".
std::string likely_columns(const std::vector<std::string>& names, const ColumnNames& known);

/// Returns why a log cannot be read whose column `name`, at `place`, may say what was clicked, though no column is
/// known to.
std::string unclear_clicks(const std::string& place, std::string_view name);

/// Which of the actions in a log of events are clicks.
class ClickActions {
 public:
  /// names:   of those that are clicks; empty: the usual ones
  /// weights: of others, that count as so many clicks
  explicit ClickActions(const std::vector<std::string>& names,
                        const std::vector<std::pair<std::string, double>>& weights = {});

  bool is_click(std::string_view action) const;
  /// As how many clicks an event of it counts; 1 for those that nobody gave a weight.
  double weight(std::string_view action) const;
  /// Whether the action is known to be something else than a click.
  bool is_other(std::string_view action) const;

 private:
  std::vector<std::string> plain_;
  std::vector<std::pair<std::string, double>> weights_;  // by plain name
  bool is_given_;
};

}  // namespace irgan
