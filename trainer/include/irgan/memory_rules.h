/// How clicks become a memory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace irgan {

/// How clicks become a memory.
struct MemoryRules {
  std::string stemmer = "english";
  /// Source: chosen on bestbuy's validation clicks out of 2.5 to 40 days; 0: no decay
  double half_life_days = 5.0;
  std::uint32_t min_sessions = 10;  ///< queries and words that were clicked in fewer sessions are not served
  std::uint64_t salt = 0;           ///< of the sessions' hashes
};

/// Which rules the caller states. One that is not stated stays as it was, or is MemoryRules' own.
struct StatedRules {
  std::optional<std::string> stemmer;
  std::optional<double> half_life_days;
  std::optional<std::uint32_t> min_sessions;
};

}  // namespace irgan
