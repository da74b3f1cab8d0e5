/// The time that reranking one search may still take.
#pragma once

#include <chrono>
#include <string>

#include "irgan/errors.h"

namespace irgan {

/// The time is over.
class TimeOver : public Error {
 public:
  using Error::Error;
};

class TimeLimit {
 public:
  using Clock = std::chrono::steady_clock;

  /// 0: no limit.
  explicit TimeLimit(std::chrono::microseconds limit) : limit_(limit), begin_(Clock::now()) {}

  /// Throws: TimeOver
  void check() const {
    if (limit_.count() > 0 && Clock::now() - begin_ > limit_) {
      throw TimeOver("reranking took longer than its limit of " + std::to_string(limit_.count()) + " microseconds");
    }
  }

  /// Takes what the first pass needed out of the account.
  void leave_out(Clock::duration duration) { begin_ += duration; }

 private:
  const std::chrono::microseconds limit_;
  Clock::time_point begin_;
};

}  // namespace irgan
