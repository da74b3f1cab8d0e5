/// One row of a click log, how a log is to be read, and what its lines came to.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "irgan/errors.h"

namespace irgan {

/// The most columns of context that are read of a log.
constexpr std::size_t kMaxContexts = 8;

/// How a click log is to be read.
struct ClickLogOptions {
  /// Known name, and its name in the file where it differs; an empty one: the log has no such column, whatever others
  /// are called.
  std::vector<std::pair<std::string, std::string>> columns;
  /// Columns that say what a search was beside its words, such as "device"; at most kMaxContexts. `columns` may say
  /// what they are called in the file.
  std::vector<std::string> contexts;
  std::optional<int> rank_base;  ///< the rank that the log gives to the first hit: 1 or 0; not set: 1, in UBI 0
  /// What a log of several kinds of events calls those that are clicks; empty: click and click_through.
  std::vector<std::string> click_actions;
  bool by_words = false;  ///< what has the words of its query goes by them, whatever the query's id
  /// By action: as how many clicks an event of it counts, such as a purchase as 5. They are rows beside those of
  /// clicks.
  std::vector<std::pair<std::string, double>> actions;
  std::optional<double>
      after;                 ///< only rows later than this are rows; those without a time are as old as the one before
  double max_bad = 0.01;     ///< share of unusable lines up to which the rest is taken
  std::string rejects_path;  ///< where every unusable line is written; empty: nowhere
};

/// One line of a click log. The views live until the callback returns.
struct ClickRow {
  std::string_view session;      ///< empty if the log has none
  std::string_view query_id;     ///< this or `query` can be empty, not both
  std::string_view query;        ///< the words typed
  std::string_view document_id;  ///< never empty
  std::optional<double> time;    ///< seconds since 1970 UTC
  int rank = 0;                  ///< 1-based; 0: the log has none
  bool is_impression = false;    ///< the line says that the document was shown at `rank`, whether clicked or not
  bool clicked = true;
  double count = 1;  ///< how many such events the line stands for
  std::optional<double>
      log_probability;                ///< of a page drawn by exploring: that this document was drawn next, at most 0
  std::string_view serialised_query;  ///< the site's own query, in base64; empty: the log has none
  std::string_view team;              ///< of an interleaved page: the ranking whose hit it is; empty: of none
  std::array<std::string_view, kMaxContexts> contexts{};  ///< a value each of ClickLogOptions::contexts; empty: none
  std::string_view page_id;  ///< that the preload module gave the page of hits; empty: none
};

/// What takes the rows of a log, one after the other.
using EachRow = std::function<void(const ClickRow&)>;

/// Why a line is unusable.
enum class RowFault {
  none,
  number_of_columns,
  no_document_id,
  no_query,
  bad_rank,
  rank_0,      ///< of a log whose ranks begin at 1
  no_ordinal,  ///< UBI: an impression without its place
  bad_time,
  early_time,   ///< of years in which nobody kept click logs
  future_time,  ///< more than a day ahead
  bad_clicked,
  bad_count,
  bad_log_probability,
  not_json,
  not_utf8
};

/// Returns the words for `fault` that summaries and messages use.
std::string_view reason(RowFault fault);

/// What a log, or one file of it, held.
struct ClickLogSummary {
  struct Rejected {
    std::uint64_t count = 0;
    std::vector<std::string> first;  ///< up to five, as "path:line: reason: the line's first 120 bytes"
  };
  std::string path;
  std::uint64_t num_good = 0;
  std::uint64_t num_rejected = 0;
  std::map<std::string, Rejected> rejected;  ///< by reason
  /// Usable lines that make no row of their own, such as UBI's queries and actions other than clicks, and clicks on
  /// what was clicked already, by what they are. Of files that belong together they stand with the first.
  std::map<std::string, std::uint64_t> others;
  /// What looks as if the log were meant otherwise than it is read, in sentences.
  std::vector<std::string> remarks;
};

}  // namespace irgan
