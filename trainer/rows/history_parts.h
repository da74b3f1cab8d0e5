/// What the features from clicks of training and validation rows may know: not the clicks that label them.
#pragma once

#include <xapian.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "irgan/behaviour_options.h"
#include "irgan/index_layout.h"
#include "irgan/query_file.h"
#include "irgan/site.h"
#include "trainer/evidence/click_history.h"
#include "trainer/site/behaviour_index.h"

namespace irgan {

/// All clicks of a log, dealt over parts. Its order of use:
///
///   1. add() every row of the log;
///   2. deal() them over parts;
///   3. part_of() every row as the log is read again, and indexes() for the features of the rows.
///
/// Threads: one;  Cost: that of ClickHistory
class HistoryParts {
 public:
  /// queries: whose ids the log may give
  /// Requires: the index's layout has behaviour
  HistoryParts(const Site& site, const std::vector<QueryRow>& queries);
  HistoryParts(const HistoryParts&) = delete;
  HistoryParts& operator=(const HistoryParts&) = delete;

  /// is_held_out: the row is for validation, and training is not to know of it
  void add(const ClickRow& row, const std::string& query_id, bool is_held_out) {
    history_.add(row, query_id, is_held_out);
  }

  /// Throws: ConfigError if the log does not say which clicks may judge which
  void deal(BehaviourSource source);

  /// Returns the part of the next row of the log, in its order.
  std::size_t part_of(const ClickRow& row) { return parts_->part_of(row); }

  /// Returns what each part may know: of training's clicks alone, or, for validation, of all.
  ///
  /// hidden_share: as ClickHistory::behaviour takes it
  std::unique_ptr<PartIndexes> indexes(double hidden_share, bool for_validation) const;

 private:
  Xapian::Database db_;
  IndexLayout layout_;
  QueryStemFinder finder_;
  ClickHistory history_;
  std::optional<ClickParts> parts_;
};

}  // namespace irgan
