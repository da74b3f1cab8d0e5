#include "trainer/machine/read_ahead.h"

#include <utility>

namespace irgan {
namespace {

constexpr std::size_t kNumBlocks = 4;
constexpr std::size_t kBlockSize = 1 << 20;  // rare wake-ups, and all blocks fit into the last cache

}  // namespace

ReadAhead::ReadAhead(UnpackedFile* file) : file_(file), empty_(kNumBlocks), thread_([this] { run(); }) {}

ReadAhead::~ReadAhead() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    is_stopped_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

const std::vector<char>& ReadAhead::next() {
  std::unique_lock<std::mutex> lock(mutex_);
  if (taken_.capacity() > 0) empty_.push_back(std::move(taken_));
  taken_.clear();
  changed_.notify_all();
  changed_.wait(lock, [this] { return !full_.empty() || at_end_; });
  if (!full_.empty()) {
    taken_ = std::move(full_.front());
    full_.pop_front();
  } else if (problem_) {
    std::rethrow_exception(problem_);
  }
  return taken_;
}

void ReadAhead::run() {
  for (;;) {
    std::vector<char> block;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [this] { return !empty_.empty() || is_stopped_; });
      if (is_stopped_) return;
      block = std::move(empty_.back());
      empty_.pop_back();
    }
    std::exception_ptr problem;
    block.resize(kBlockSize);
    std::size_t size = 0;
    try {
      while (size < kBlockSize) {
        const std::size_t count = file_->read(block.data() + size, kBlockSize - size);
        if (count == 0) break;
        size += count;
      }
    } catch (...) {
      problem = std::current_exception();
    }
    const bool at_end = size < kBlockSize;
    block.resize(size);
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (size > 0) full_.push_back(std::move(block));
      problem_ = problem;
      at_end_ = at_end;
    }
    changed_.notify_all();
    if (at_end) return;
  }
}

}  // namespace irgan
