/// Counts what live searches come to, for Prometheus.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "irgan/errors.h"

namespace irgan {

struct SearchFigures;

/// Writes a text file in Prometheus' form, as node_exporter's textfile collector reads it.
///
/// The counts of all processes that name the same file are one: they stand in PATH.counters beside it, which each
/// process has in its memory. So they go on where a process ends, and programs that live for one search are counted,
/// too. Removing PATH.counters begins anew. It must not be cut short while a process has it.
///
/// Threads: safe to share, also across a fork; no lock is taken in a search
/// Cost:    some additions a search; once in `every`, by one search of all processes, a small file is written
class IRGAN_API Metrics {
 public:
  /// on_problem: is told once a message that the file cannot be written; searches go on, and it is tried again
  /// every:      time between two writes, at least
  ///
  /// Throws: Error if PATH.counters cannot be made, or is some other file
  explicit Metrics(const std::string& path, ProblemListener on_problem = {},
                   std::chrono::seconds every = std::chrono::seconds(10));
  ~Metrics();

  /// Adds a search, and writes the file if it is time. Never fails.
  void add(const SearchFigures& search) noexcept;

  /// Counts a search that was written to the module's log, or was not.
  void count_logged(bool is_written) noexcept;

  /// Returns the file's text as the counts are now.
  std::string text() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace irgan
