/// A progress bar on a terminal; silent where there is none.
#pragma once

#include <chrono>
#include <cmath>
#include <ostream>
#include <string>

namespace irgan {

/// How far a task has come; NaN: nobody knows.
struct ProgressState {
  double share_done = std::nan("");  ///< from 0 to 1
  double num_done = std::nan("");    ///< in the unit
  std::string unit;                  ///< e.g. "queries"
  double seconds = 0.0;              ///< since the start
};

/// Returns the line of the bar, at most `width` columns: the share, how many units a second, and how long the rest will
/// take. Speed and time are left out in the first two seconds, which say little of them.
std::string progress_line(const std::string& label, const ProgressState& state, std::size_t width);

class ProgressBar {
 public:
  /// Draws on `out`, which must outlive this, if that is a terminal of `width` columns. The task is `total` of `unit`,
  /// if those are given.
  ProgressBar(std::ostream& out, bool on_terminal, std::string label, std::size_t width = 80, std::string unit = "",
              double total = std::nan(""));
  /// Erases the bar.
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// Shows how much is done, from 0 to 1; redraws at most ten times a second.
  void update(double share_done);
  /// The same where units are counted: `share_done` is NaN if nobody knows how many there are.
  void update(double share_done, double num_done);
  /// Takes the bar off the terminal; the next update draws it anew.
  void erase();
  /// Prints a line above the bar, on a terminal or not.
  void say(const std::string& line);

 private:
  std::ostream& out_;
  const bool on_terminal_;
  const std::string label_;
  const std::size_t width_;
  const std::string unit_;
  const double total_;
  bool drawn_ = false;
  const std::chrono::steady_clock::time_point began_at_;
  std::chrono::steady_clock::time_point drawn_at_;
};

}  // namespace irgan
