/// A click memory as files: what is served, and beside it, in PATH.carry, what the next day's log is added to.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>

#include "irgan/click_memory.h"
#include "irgan/click_row.h"
#include "irgan/memory_builder.h"
#include "irgan/memory_rules.h"

namespace irgan {

/// No click of a log is newer than what a memory has counted.
class IRGAN_API CountedAlready : public Error {
 public:
  using Error::Error;
};

/// Returns what the first log is added to, with a salt of its own.
///
/// Throws: as MemoryBuilder
IRGAN_API MemoryBuilder first_memory(const StatedRules& stated);

/// Returns what the next log is added to: that of the memory at `path`.
///
/// Throws: ConfigError if a rule is stated that what was counted so far does not allow; FormatError or Error if the
///         file beside the memory is damaged or missing
IRGAN_API MemoryBuilder carried_memory(const std::string& path, const StatedRules& stated);

/// Writes the memory to `path`, then what the next log is added to beside it. A run that is killed in between goes on
/// from what the last one left, and counts the log once.
///
/// Throws: Error if a file cannot be written
IRGAN_API MemoryFacts write_memory(const MemoryBuilder& memory, double prior_clicks, const std::string& path);

/// Reads logs once, in the order of their rows.
using RowReader = std::function<void(const std::function<void(const ClickRow&)>& each)>;

/// The words of a row's query: its own, else those that a query file has for its id.
class IRGAN_API RowTexts {
 public:
  /// queries:    file, empty: none
  /// on_problem: is told of its lines that are left out
  explicit RowTexts(const std::string& queries, const ProblemListener& on_problem = {});

  /// Returns nothing for an id that is not known. What it returns is good until the next call.
  const std::string* of(const ClickRow& row);

  /// Rows of an id that is not known.
  std::uint64_t num_unknown() const { return num_unknown_; }

 private:
  std::unordered_map<std::string, std::string> text_of_id_;
  std::string own_;
  std::uint64_t num_unknown_ = 0;
};

/// Adds every clicked row whose text is known.
IRGAN_API void remember(const RowReader& read, RowTexts& texts, MemoryBuilder& builder);

/// Throws: Error if no click was counted; CountedAlready if none is newer than those of the memory `from`, unless
///         `force`
IRGAN_API void check_news(const MemoryReport& report, const std::string& from, bool force);

}  // namespace irgan
