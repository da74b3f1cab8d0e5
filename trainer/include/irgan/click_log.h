/// Reads click logs: TSV or CSV with a header line, JSON Lines, Omega's logs, OpenSearch's UBI, and the preload
/// module's log of searches with the clicks beside it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "irgan/click_row.h"
#include "irgan/errors.h"

namespace irgan {

/// A click log of one file or several, read once from front to back.
///
/// The first line that is not blank tells a file's form: UBI (trainer/log/ubi_log.h) or JSON Lines if it begins with
/// "{", one of Omega's logs (trainer/log/omega_log.h), else a header with tabs or commas. UBI files belong together,
/// and so do Omega's: its clicks are read before its searches, and these by their times, side by side, whatever the
/// files' order.
///
/// Where a file is the preload module's log of searches (trainer/log/served_log.h), it alone says what was shown:
/// clicks of all other files are joined to its pages, by `page_id` or by words, document and time, and their other rows
/// are counted (trainer/log/served_clicks.h). A row with `page_id` then needs no query.
///
/// Of headers and JSON Lines: Known columns, or keys, are session, time, query_id, query, doc_id, rank, clicked, count,
/// log_probability, team, action, serialised_query, page_id; others are passed over. doc_id and one of query_id and
/// query must be there. A header may spell them in capitals and without `_`. A log without `clicked` holds clicks
/// alone; one with `clicked` and `rank` holds impressions, and a row that does not say `clicked` was not clicked. All
/// JSON files of a log are one in this: their lines wait until one says `clicked` and one a rank, at most to the end.
///
/// Contexts, such as device, are columns or keys by the names that ClickLogOptions::contexts gives, in the module's log
/// the keys of `context`; one that is empty, null, none or nan is none. Other forms have none. At least one file must
/// have each.
///
/// In a log without `clicked` that has a column of actions (action, action_name, event_name, event_type, event, type),
/// only rows whose action is a click are rows; others are counted by name. A single value that is not known is no
/// action.
///
/// An unusable line is one of: wrong number of columns (also: quotes that do not match), no document id, no query,
/// bad rank, bad time, time before 1990, time in the future (more than a day ahead, since one such line would make all
/// others look old), bad clicked, bad count, bad log probability (no number, or above 0), not JSON, not UTF-8. An empty
/// time or log probability is none, and so is an empty rank in a log of clicks alone.
///
/// Omega's logs say themselves where ranks begin, and like UBI have their own names: a rank base is refused where no
/// file has ranks that it could be of, and so is a named key that no line of JSON has.
///
/// Rows come in the order of the files and lines, but those of UBI at the end, Omega's pages when their clicks are
/// known, and JSON Lines when it is known what they mean.
///
/// Threads: one a thread; large packed files are unpacked by another
class IRGAN_API ClickLogReader {
 public:
  /// Opens the files ("-": standard input) and reads their headers.
  ///
  /// Throws: ConfigError if an option is out of range, or `columns` or `contexts` names a column that we or the header
  ///         do not know,
  /// or the
  ///         log has no ranks for `rank_base`, or it is not clear which column says what was clicked;
  ///         FormatError if the log is empty, or its header lacks what is needed; Error if a file cannot be opened
  explicit ClickLogReader(const std::string& path, ClickLogOptions options = {});
  explicit ClickLogReader(const std::vector<std::string>& paths, ClickLogOptions options = {});
  ~ClickLogReader();

  /// Calls `each` for every usable line, in order.
  ///
  /// Requires: the first call
  /// Throws: FormatError at the end if a file's unusable lines are more than max_bad of its own, those that are not
  ///         UTF-8 left aside unless they are most lines, since visitors can type such (the rejects file is complete
  ///         then), or if the compressed data are damaged; ConfigError if it is not clear which actions are
  ///         clicks, and at the end if JSON Lines have nothing that `columns`, `contexts` or `rank_base` is of; what
  ///         `each` throws
  /// Cost:   O(bytes); TSV allocates nothing a line
  void read(const EachRow& each);

  /// The counts so far of the file `i`; usable + rejected = all lines after the header that are not blank.
  const ClickLogSummary& summary(std::size_t i = 0) const;

  /// True if the log holds impressions. Known from the start for TSV, CSV and Omega's logs, at the end for JSON
  /// Lines and UBI.
  bool has_impressions() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace irgan
