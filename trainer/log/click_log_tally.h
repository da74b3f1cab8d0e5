/// Counts what the lines of a click log were worth.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "irgan/click_row.h"

namespace irgan {

/// Returns the first bytes of a line as a message can show them.
std::string excerpt(std::string_view line, std::size_t size);

/// Returns `value` as messages show it.
std::string number_text(double value);

/// Returns how many unusable lines count against a log. Visitors can put any bytes into a search, and must not get the
/// log of all the others refused: lines that are not UTF-8 count only where they are most lines.
std::uint64_t num_against(const ClickLogSummary& summary);

/// What looks odd in the rows of a whole log, though each by itself is good.
class OddRows {
 public:
  void see(const ClickRow& row) {
    if (row.rank > 0) ++num_at_rank_[row.rank < 3 ? row.rank : 0];
    if (row.count != 1.0 || has_counts_) see_count(row);
  }
  /// Returns it in sentences.
  std::vector<std::string> remarks();

 private:
  void see_count(const ClickRow& row);
  void end_page();

  std::uint64_t num_at_rank_[3] = {};  // 0: all others
  // Of pages, which are rows of one query and session that follow each other.
  bool has_counts_ = false;
  std::string session_, query_id_, query_;
  double count_ = 0.0;
  std::size_t num_rows_ = 0;
  bool is_clicked_ = false;
  bool is_even_ = true;
  std::uint64_t num_pages_ = 0;  // of two rows or more, with a click
  std::uint64_t num_even_pages_ = 0;
  double sum_of_counts_ = 0.0;
  std::uint64_t num_counts_ = 0;
};

/// The counts of one file of a click log.
///
/// Threads: one a thread
class ClickLogTally {
 public:
  /// rejects: where every unusable line is told, or null; must outlive this object
  ClickLogTally(std::string path, std::ostream* rejects) : rejects_(rejects) { summary_.path = std::move(path); }

  void accept() { ++summary_.num_good; }
  /// `line` is shown as far as there is room.
  void reject(RowFault fault, std::string_view shown_path, std::uint64_t line_number, std::string_view line);

  /// Throws: FormatError that lists the reasons if those that count against the log are more than `max_bad` of
  ///         all; `hint` stands behind the counts
  void check(double max_bad, const std::string& hint) const;

  ClickLogSummary& summary() { return summary_; }
  const ClickLogSummary& summary() const { return summary_; }

 private:
  std::ostream* rejects_;
  ClickLogSummary summary_;
};

}  // namespace irgan
