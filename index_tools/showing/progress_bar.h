/// A progress bar on a terminal; silent where there is none.
#pragma once

#include <chrono>
#include <ostream>
#include <string>

namespace irgan {

class ProgressBar {
 public:
  /// Draws on `out`, which must outlive this, if that is a terminal.
  ProgressBar(std::ostream& out, bool on_terminal, std::string label);
  /// Erases the bar.
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// Shows how much is done, from 0 to 1; redraws at most ten times a second.
  void update(double share_done);
  /// Takes the bar off the terminal; the next update draws it anew.
  void erase();
  /// Prints a line above the bar, on a terminal or not.
  void say(const std::string& line);

 private:
  void draw(double share_done);

  std::ostream& out_;
  const bool on_terminal_;
  const std::string label_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point drawn_at_;
};

}  // namespace irgan
