/// From click logs to a click memory, day by day.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "irgan/click_row.h"
#include "irgan/errors.h"
#include "irgan/memory_rules.h"

namespace irgan {

struct MemoryState;  // all that is known so far, as the library keeps it

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
  /// Goes on from a state.
  explicit MemoryBuilder(MemoryState state);
  ~MemoryBuilder();
  MemoryBuilder(MemoryBuilder&&) noexcept;
  MemoryBuilder& operator=(MemoryBuilder&&) noexcept;

  /// Takes a row whose query is `text`; rows without a click say nothing here.
  void add(const ClickRow& row, const std::string& text);

  const MemoryReport& report() const;
  const MemoryState& state() const;

 private:
  struct Work;
  std::unique_ptr<Work> work_;
};

}  // namespace irgan
