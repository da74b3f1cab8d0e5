/// Which of two interleaved rankings the clicks of a log prefer.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "irgan/click_row.h"
#include "irgan/errors.h"

namespace irgan {

/// How many searches (or sessions) each of two rankings won: one wins where more clicks are on its hits than on the
/// other's.
struct InterleavingOutcome {
  std::uint64_t num_shown = 0;  ///< that showed a hit of a team
  std::array<std::uint64_t, 2> wins{};
  std::uint64_t num_ties = 0;  ///< as many clicks on both, at least one

  std::uint64_t num_decided() const { return wins[0] + wins[1]; }

  /// Counts one more, with so many clicks on the hits of each ranking.
  void add(double clicks_of_first, double clicks_of_second);
};

/// Collects the rows of a log whose pages were interleaved. Rows without a team, as those of explored or plain pages,
/// are passed over.
///
/// A search is what one session asked by one query: its rows may stand anywhere in the log. Queries are told apart by
/// their id, or by their words where a row has no id.
///
/// Threads: one a thread
/// Cost:    memory by searches and sessions (hashes of 64 bits), not by rows
class IRGAN_API InterleavedClicks {
 public:
  void add(const ClickRow& row);

  /// The names of the teams in the order of the alphabet; a third is the last that is taken note of, and its rows are
  /// not counted.
  std::vector<std::string> teams() const;

  /// Rows with a team but without a session, which are not counted: who clicked what together cannot be told.
  std::uint64_t num_without_session() const { return num_without_session_; }

  /// Requires: two teams, which are the outcome's in the order of teams()
  InterleavingOutcome by_search() const { return outcome_of(searches_); }
  InterleavingOutcome by_session() const { return outcome_of(sessions_); }

 private:
  using Clicks = std::array<double, 2>;  // by the place of the team in names_
  using Units = std::unordered_map<std::uint64_t, Clicks>;

  InterleavingOutcome outcome_of(const Units& units) const;

  std::vector<std::string> names_;  // in the order of their coming
  Units searches_;
  Units sessions_;
  std::uint64_t num_without_session_ = 0;
};

}  // namespace irgan
