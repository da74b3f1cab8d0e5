/// The sums of clicks and result pages that are being counted: in memory while they fit, else in a temporary file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "trainer/evidence/decay.h"
#include "trainer/evidence/query_evidence.h"
#include "trainer/evidence/string_table.h"
#include "trainer/machine/sorted_runs.h"

namespace irgan {

/// How sums become evidence.
struct EvidenceRules {
  Decay decay{0.0};       ///< of clicks
  Decay page_decay{0.0};  ///< of clicks on pages
  bool decays = false;    ///< whether clicks do; else they count in full
  double first_time = 0.0;
  double newest_time = 0.0;
};

/// The clicks of a query on a document. Whether they decay may only be known at the end.
struct ClickSums {
  DecayedSum decayed;
  double in_full = 0.0;

  void add(const ClickSums& other, const Decay& decay) {
    decayed.add(other.decayed.value, other.decayed.time, decay);
    in_full += other.in_full;
  }
  double at_end(const EvidenceRules& rules) const {
    return rules.decays ? decayed.at(rules.newest_time, rules.decay) : in_full;
  }
};

/// What a document's showings at one rank of a page come to.
struct ShowingSums {
  DecayedSum clicks;
  double shown = 0.0;
  double last_clicks = 0.0;  // views whose lowest click was here

  void add(const ShowingSums& other, const Decay& decay) {
    clicks.add(other.clicks.value, other.clicks.time, decay);
    shown += other.shown;
    last_clicks += other.last_clicks;
  }
  ShownDocument at_end(std::string document_id, int rank, const EvidenceRules& rules) const {
    return {std::move(document_id), rank, clicks.at(rules.newest_time, rules.page_decay), shown, last_clicks};
  }
};

/// A document of a page, by its number in a StringTable.
struct Showing {
  std::uint32_t document = 0;
  int rank = 0;
  ShowingSums sums;
};

/// The distinct pages (a query and its list of document and rank), each with the sums over all its appearances.
class DistinctPages {
 public:
  struct Entry {
    std::uint32_t query = 0;
    std::uint32_t num_showings = 0;
    std::uint64_t first_showing = 0;  ///< in showings()
    std::uint64_t first_opening = 0;  ///< the number of its first appearance
    std::uint32_t next_of_hash = 0;
  };

  /// Adds a page to the one that equals it, or keeps it as a new one.
  ///
  /// Requires: `showings` sorted by rank
  /// Cost:     O(showings)
  void merge(std::uint32_t query, std::uint64_t opening, const std::vector<Showing>& showings, const Decay& decay);

  /// Takes all clicks so far for clicks of this time.
  void date_all(double time) {
    for (Showing& showing : showings_) showing.sums.clicks.time = time;
  }

  std::vector<Entry>& entries() { return entries_; }
  std::size_t entries_so_far() const { return entries_.size(); }
  const std::deque<Showing>& showings() const { return showings_; }

 private:
  bool is_same(const Entry& entry, std::uint32_t query, const std::vector<Showing>& showings) const;

  std::vector<Entry> entries_;
  std::deque<Showing> showings_;
  std::unordered_map<std::uint64_t, std::uint32_t> by_hash_;  // the newest entry of each hash
};

/// What ClickAggregator writes down when its memory is full: sums so far, then every click and page as it comes, so
/// that adding them up in their order gives the bits that it would have had in memory.
///
/// Threads: one a thread
class SpilledClicks {
 public:
  explicit SpilledClicks(std::size_t max_bytes) : records_(max_bytes) {}

  /// is_dated: a time had been seen; if not, the clicks are as old as the first that will be
  void add_clicks(std::string_view query_id, std::string_view document_id, const ClickSums& sums, bool is_dated);
  void add_page(std::string_view query_id, std::uint64_t opening, const std::vector<Showing>& showings,
                const StringTable& documents, bool is_dated);

  /// Calls `each` for every query, in the order of their ids; nothing is left after it.
  void finish(const EvidenceRules& rules, const std::function<void(QueryEvidence&&)>& each);

 private:
  SortedRuns records_;
};

}  // namespace irgan
