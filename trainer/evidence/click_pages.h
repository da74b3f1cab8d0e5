/// From the rows of click logs to what training counts: result pages with their clicks, and clicks alone.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "irgan/click_counting.h"
#include "irgan/click_row.h"
#include "irgan/errors.h"
#include "trainer/evidence/query_evidence.h"

namespace irgan {

/// Collects rows, of one log or of several, in the order of the logs.
///
/// A page is what one session saw for one query. Rows without a session count as rows of one session.
///
/// A page ends when
/// - a row shows another document at a rank of the page: that row begins the next page;
/// - a row shows a document of the page at another rank: that row begins the next page;
/// - the page has 1,000 documents;
/// - 2^17 to 2^18 other pages of known queries were opened since its last row, which bounds memory.
/// After the last two, later rows of the page make a page of their own. That costs little: training compares the
/// documents on a page, given their ranks, and both parts keep documents and ranks.
///
/// What is counted:
/// - Every row is one showing of its document. So a log should not hold a second row for the click on a document that
///   it has already shown.
/// - A document that is shown again on the same page, at the same rank, begins one more view of the page. A row whose
///   count is above 1 stands for several views; it does not say which clicks belong to one view.
/// - Equal pages are merged: their clicks and showings are added.
///
/// Decay:   a click counts 2^(-age / half-life), its age taken from the newest time of all rows; those of clicks alone
///          are clicks
/// Threads: one a thread
/// Cost:    add() O(documents on the page); memory: max_bytes, some 200 MB for open pages, and what the query
///          in hand has, however many rows there are
class IRGAN_API ClickAggregator {
 public:
  /// Throws: ConfigError if the half-life is negative or not finite
  explicit ClickAggregator(ClickModelOptions options = {});
  ~ClickAggregator();

  /// Takes a row as one of the query `query_id`, whatever the row itself says of it.
  ///
  /// Requires: an impression has a rank
  void add(const ClickRow& row, const std::string& query_id);

  /// Takes a row of a query that nobody will ask for. Its time and form count as any row's; it is no evidence.
  ///
  /// Cost: O(1); memory 64 MB, beyond which a temporary file serves
  void add_unknown(const ClickRow& row, const std::string& query_id);

  /// The same for a query that is asked for elsewhere, as those of validation are: it is not counted as unknown.
  void add_other(const ClickRow& row);

  /// Whether any row so far is an impression.
  bool has_impressions() const;
  /// The half-life by which clicks so far are decayed; 0: they count in full.
  double half_life_days() const;

  /// Calls `each` for every known query, in the order of their ids, its pages by first appearance; those without a
  /// click are kept. The aggregator is empty after it.
  ///
  /// Throws: Error if a temporary file fails; what `each` throws
  ClickTotals finish(const std::function<void(QueryEvidence&&)>& each);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace irgan
