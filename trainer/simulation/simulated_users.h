/// Simulated users: how they look at a result page, what they click, and the log that they leave.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "irgan/query_file.h"
#include "irgan/simulation_options.h"

namespace irgan {

/// Returns how many sessions ask a query: log-normal around the mean, at least 1.
int draw_sessions(const UserModel& users, std::mt19937_64& random);

/// Throws: ConfigError if `date` is no day YYYY-MM-DD, or in the future: those who read the log would refuse it
void check_date(const std::string& date);

/// A document on a result page, and what is known of it.
struct ShownHit {
  std::string document_id;
  int label = 0;
  std::optional<double> log_probability;  ///< of a page drawn from the policy
  std::string team;                       ///< of an interleaved page
};
using ShownPage = std::vector<ShownHit>;

/// Returns the mean number of clicks that a page gets.
double expected_clicks(const UserModel& users, const ShownPage& page, int highest_label);

/// Lets users look at pages, and writes what they saw and clicked.
class SimulatedUsers {
 public:
  /// The column that a log has besides session, time, query_id, doc_id, rank, clicked.
  enum class Extra { none, log_probability, team };

  /// date:     the day of the sessions, YYYY-MM-DD, in UTC
  /// contexts: of the queries, columns of the log behind the others
  /// log:      where rows go; null: nowhere
  ///
  /// Throws: ConfigError if `date` is none, or the name of a context is no name of a log's context
  SimulatedUsers(const UserModel& users, std::string date, std::uint64_t seed, Extra extra,
                 std::vector<std::string> contexts, std::ostream* log);

  /// Called for a session's id: the page that it is shown, good until the next call.
  using PageFor = std::function<const ShownPage&(const std::string& session)>;
  /// Called with a page and whether each of its documents was clicked.
  using After = std::function<void(const ShownPage&, const std::vector<bool>&)>;

  /// Lets a number of sessions ask the query. How many they are, and when, hangs on nothing but the seed and the
  /// lengths of the pages shown before, so that two orders can be compared on the same users.
  void ask(const QueryRow& query, int highest_label, const PageFor& page_for, const After& after = {});

  std::size_t num_sessions() const { return num_sessions_; }
  std::size_t num_clicks() const { return num_clicks_; }

 private:
  void write(const std::string& start, const ShownPage& page, const std::vector<bool>& clicked,
             const SearchContext& context);

  const UserModel& users_;
  const std::string date_;
  double midnight_ = 0.0;  // at which it begins
  const Extra extra_;
  const std::vector<std::string> contexts_;
  std::ostream* const log_;
  std::mt19937_64 random_;
  std::size_t num_sessions_ = 0;
  std::size_t num_clicks_ = 0;
};

}  // namespace irgan
