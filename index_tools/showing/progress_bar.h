/// A progress bar on the terminal; silent where stderr is none.
#pragma once

#include <chrono>
#include <string>

namespace irgan {

class ProgressBar {
 public:
  explicit ProgressBar(std::string label);
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

  const std::string label_;
  const bool on_terminal_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point drawn_at_;
};

}  // namespace irgan
