#include "index_tools/showing/progress_bar.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <utility>

namespace irgan {
namespace {

constexpr int kWidth = 40;

}  // namespace

ProgressBar::ProgressBar(std::ostream& out, bool on_terminal, std::string label)
    : out_(out), on_terminal_(on_terminal), label_(std::move(label)) {}

ProgressBar::~ProgressBar() { erase(); }

void ProgressBar::update(double share_done) {
  if (!on_terminal_) return;
  const auto now = std::chrono::steady_clock::now();
  if (drawn_ && now - drawn_at_ < std::chrono::milliseconds(100)) return;
  drawn_at_ = now;
  draw(std::clamp(share_done, 0.0, 1.0));
}

void ProgressBar::say(const std::string& line) {
  erase();
  out_ << line << '\n';
}

void ProgressBar::draw(double share_done) {
  const int filled = static_cast<int>(share_done * kWidth);
  out_ << '\r' << label_ << " [" << std::string(static_cast<std::size_t>(filled), '#')
       << std::string(static_cast<std::size_t>(kWidth - filled), '.') << "] " << static_cast<int>(share_done * 100)
       << " %\x1b[K" << std::flush;
  drawn_ = true;
}

void ProgressBar::erase() {
  if (drawn_) out_ << "\r\x1b[K" << std::flush;
  drawn_ = false;
}

}  // namespace irgan
