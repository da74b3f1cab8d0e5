/// How clicks become features of documents.
#pragma once

#include <cstddef>

namespace irgan {

/// How clicks become features; training does as annotate did.
struct BehaviourOptions {
  double half_life_days = 10.0;   ///< after which a click counts half; 0: never
  std::size_t min_sessions = 10;  ///< a query or word of fewer is not kept
};

/// Whose clicks the features from clicks are made of.
enum class BehaviourSource {
  held_out,  ///< earlier ones where the log has times, else other sessions'; with judgments, the index's
  earlier,   ///< of a query's part of the log, those of the parts before
  sessions,  ///< those of the sessions of other parts
  index,     ///< those that `annotate --clicks` was given: for rows of clicks that were not among them
};

/// More parts know more of what was before, or of other sessions, and take longer.
inline constexpr std::size_t kNumHistoryParts = 8;

}  // namespace irgan
