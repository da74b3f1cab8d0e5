/// From click logs to a click memory, day by day.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "irgan/click_memory.h"
#include "irgan/click_row.h"
#include "irgan/errors.h"
#include "irgan/query_words.h"
#include "trainer/memory/memory_state.h"

namespace irgan {

/// What the rows came to.
struct MemoryReport {
  std::uint64_t num_clicks = 0;    ///< rows that were clicked and counted
  std::uint64_t num_wordless = 0;  ///< clicked rows whose query has no words
  std::uint64_t num_undated = 0;   ///< of the counted ones: as old as the last dated one before, or the first dated one
  std::uint64_t num_sessionless = 0;  ///< of the counted ones: all of them are taken for one session
  std::uint64_t num_not_newer = 0;    ///< of the counted ones: not newer than what the state held already
};

/// Adds the rows of click logs, in the order of the logs, to what is known.
///
/// Sums are kept as they stood at their own newest click, so that a log read in parts, with the state written and read
/// in between, gives the same bits as one read in one go, but for what is forgotten meanwhile (below a millionth of a
/// click).
///
/// Threads: one
/// Cost:    add() O(words); memory by distinct texts, query-document and word-document pairs, and documents
class IRGAN_API MemoryBuilder {
 public:
  /// Throws: ConfigError if the half-life is negative or not finite, or no session is asked for
  explicit MemoryBuilder(MemoryRules rules);
  explicit MemoryBuilder(MemoryState state);

  /// Takes a row whose query is `text`; rows without a click say nothing here.
  void add(const ClickRow& row, const std::string& text);

  const MemoryState& state() const { return state_; }
  const MemoryReport& report() const { return report_; }

 private:
  /// Where a text's query and words stand.
  struct Places {
    std::vector<std::uint32_t> words;
    std::uint32_t query = 0;
  };

  const Places& places_of(const std::string& text);
  double time_of(const ClickRow& row);
  void count(ClickTable& table, std::uint32_t place, std::uint32_t document, double amount, double time,
             std::string_view session);

  MemoryState state_;
  MemoryReport report_;
  Decay decay_;
  QueryWords words_;
  double newest_before_;
  bool had_time_before_;
  std::unordered_map<std::string, Places> texts_;
  std::unordered_map<std::string, std::uint32_t> documents_;
};

}  // namespace irgan
