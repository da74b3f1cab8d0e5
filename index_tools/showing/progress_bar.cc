#include "index_tools/showing/progress_bar.h"

#include <algorithm>
#include <utility>

#include "index_tools/showing/figures.h"

namespace irgan {
namespace {

constexpr std::size_t kWidestBar = 40;    // of the bar between its brackets
constexpr std::size_t kNarrowestBar = 5;  // a narrower one is left out
constexpr double kSecondsUnsure = 2.0;    // in which speed and time left are not shown

std::string time_left(double seconds) {
  const long whole = std::lround(seconds);
  if (whole >= 3600) return std::to_string(whole / 3600) + " h " + std::to_string(whole % 3600 / 60) + " min";
  if (whole >= 60) return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
  return std::to_string(whole) + " s";
}

}  // namespace

std::string progress_line(const std::string& label, const ProgressState& state, std::size_t width) {
  std::string tail;
  const double share = std::clamp(state.share_done, 0.0, 1.0);  // NaN stays
  if (!std::isnan(share)) tail += ' ' + std::to_string(static_cast<int>(share * 100)) + " %";
  if (std::isnan(share) && !std::isnan(state.num_done)) tail += formatted(" %.0f ", state.num_done) + state.unit;
  if (state.seconds >= kSecondsUnsure) {
    const double rate = state.num_done / state.seconds;
    if (rate > 0.0) tail += formatted(rate < 10.0 ? "  %.1f " : "  %.0f ", rate) + state.unit + "/s";
    if (share > 0.0) tail += "  " + time_left(state.seconds * (1.0 - share) / share) + " left";
  }
  const std::size_t others = label.size() + tail.size() + 4;  // " [", "]" and the cursor
  const std::size_t room = width > others ? std::min(kWidestBar, width - others) : 0;
  if (std::isnan(share) || room < kNarrowestBar) return (label + tail).substr(0, width - 1);
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(room));
  return label + " [" + std::string(filled, '#') + std::string(room - filled, '.') + ']' + tail;
}

ProgressBar::ProgressBar(std::ostream& out, bool on_terminal, std::string label, std::size_t width, std::string unit,
                         double total)
    : out_(out),
      on_terminal_(on_terminal),
      label_(std::move(label)),
      width_(width),
      unit_(std::move(unit)),
      total_(total),
      began_at_(std::chrono::steady_clock::now()) {}

ProgressBar::~ProgressBar() { erase(); }

void ProgressBar::update(double share_done) { update(share_done, share_done * total_); }

void ProgressBar::update(double share_done, double num_done) {
  if (!on_terminal_) return;
  const auto now = std::chrono::steady_clock::now();
  if (drawn_ && now - drawn_at_ < std::chrono::milliseconds(100)) return;
  drawn_at_ = now;
  const double seconds = std::chrono::duration<double>(now - began_at_).count();
  out_ << '\r' << progress_line(label_, {share_done, num_done, unit_, seconds}, width_) << "\x1b[K" << std::flush;
  drawn_ = true;
}

void ProgressBar::say(const std::string& line) {
  erase();
  out_ << line << '\n';
}

void ProgressBar::erase() {
  if (drawn_) out_ << "\r\x1b[K" << std::flush;
  drawn_ = false;
}

}  // namespace irgan
