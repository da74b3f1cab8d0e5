/// Clicks and result pages that wait in a temporary file to be summed up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "trainer/evidence/click_pages.h"
#include "trainer/evidence/decay.h"
#include "trainer/machine/sorted_runs.h"

namespace irgan {

/// The clicks of a query on a document. Whether they decay may only be known at the end.
struct ClickSums {
  DecayedSum decayed;
  double in_full = 0.0;

  void add(const ClickSums& other, const Decay& decay) {
    decayed.add(other.decayed.value, other.decayed.time, decay);
    in_full += other.in_full;
  }
};

/// How sums become evidence.
struct EvidenceRules {
  Decay decay{0.0};       ///< of clicks
  Decay page_decay{0.0};  ///< of clicks on pages
  bool decays = false;    ///< whether clicks do; else they count in full
  double first_time = 0.0;
  double newest_time = 0.0;
};

/// What ClickAggregator writes down when its memory is full: sums so far, then every click and page as it comes, so
/// that adding them up in their order gives the bits that it would have had in memory.
///
/// Threads: one a thread
class SpilledClicks {
 public:
  /// A document of a page, by its id.
  struct NamedShowing {
    std::string_view document_id;
    int rank = 0;
    DecayedSum clicks;
    double shown = 0.0;
    double last_clicks = 0.0;
  };

  explicit SpilledClicks(std::size_t max_bytes) : records_(max_bytes) {}

  /// is_dated: a time had been seen; if not, the clicks are as old as the first that will be
  void add_clicks(std::string_view query_id, std::string_view document_id, const ClickSums& sums, bool is_dated);
  void add_page(std::string_view query_id, std::uint64_t opening, const std::vector<NamedShowing>& showings,
                bool is_dated);

  /// Calls `each` for every query, in the order of their ids; nothing is left after it.
  void finish(const EvidenceRules& rules, const std::function<void(QueryEvidence&&)>& each);

 private:
  SortedRuns records_;
};

}  // namespace irgan
