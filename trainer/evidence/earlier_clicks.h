/// Which documents that the first stage does not find join a query's candidates in training, as a click memory adds
/// them in a live search.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "irgan/click_row.h"
#include "irgan/errors.h"

namespace irgan {

/// Returns the id under which the clicks of one part of the log are counted, so that each part has examples of its own.
IRGAN_API std::string in_part(const std::string& query_id, std::size_t part);

/// Returns the query and the part of an id that in_part() gave.
std::pair<std::string_view, std::size_t> parted(const std::string& id);

/// Added documents by query id, with their labels where clicks are labels.
using AddedDocuments = std::map<std::string, std::map<std::string, double>>;

/// Collects the documents that were clicked for a query before its last click. A document's first click (with those of
/// the same session and the same time) makes it a candidate and is no evidence for it; its label is what came after. So
/// no click puts its own document among the candidates that it is held against.
///
/// Where the log says what was shown, documents that were shown count instead, clicked or not: had they to be clicked
/// to join, joining would tell that they were.
///
/// Rows are as old as they say; those without a time as the last one before that had one, in the order of the log.
///
/// Threads: one;  Cost: add() O(log); memory by query-document pairs
class IRGAN_API EarlierClicks {
 public:
  /// half_life_days: of the labels, 0: none
  explicit EarlierClicks(double half_life_days);
  ~EarlierClicks();

  /// part: of the log that the row is in; a document joins in all parts, its label is of each part's own clicks
  void add(const ClickRow& row, const std::string& query_id, std::size_t part = 0);

  /// Takes the time and form of a row of a query that nobody will ask for.
  void add_unknown(const ClickRow& row);

  /// in_full: labels do not decay after all
  /// by_part: the ids are in_part()'s
  AddedDocuments finish(bool in_full, bool by_part = false) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace irgan
