/// A queue of blocks between two threads, which makes the faster one wait.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <mutex>
#include <utility>
#include <vector>

namespace irgan {

/// One thread puts blocks in, another takes them out in the same order. Blocks that were taken go back to be filled
/// anew, so that their memory is used again.
///
/// Threads: one that puts, one that takes; either may close
template <typename Block>
class BlockQueue {
 public:
  /// max_waiting: blocks that lie between the two threads
  explicit BlockQueue(std::size_t max_waiting) : max_waiting_(max_waiting) {}

  /// Waits for room, moves `block` in and leaves a used or a new one in its place; false if the queue is closed.
  ///
  /// Throws: the problem that the queue was closed with
  bool put(Block& block) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return waiting_.size() < max_waiting_ || is_closed_; });
    if (is_closed_) return throw_problem();
    waiting_.push_back(std::move(block));
    block = Block();
    if (!used_.empty()) {
      block = std::move(used_.back());
      used_.pop_back();
    }
    lock.unlock();
    changed_.notify_all();
    return true;
  }

  /// Waits for a block and moves it to `block`, whose old one may be filled anew; false if the queue is closed and
  /// empty. Where it does not return true, `block` is as new.
  ///
  /// Throws: the problem that the queue was closed with, behind the last block
  bool take(Block& block) {
    std::unique_lock<std::mutex> lock(mutex_);
    if (has_taken_) used_.push_back(std::move(block));
    block = Block();
    changed_.wait(lock, [this] { return !waiting_.empty() || is_closed_; });
    has_taken_ = !waiting_.empty();
    if (!has_taken_) return throw_problem();
    block = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    changed_.notify_all();
    return true;
  }

  /// Lets no further block in, and wakes who waits. A problem stays.
  void close(std::exception_ptr problem = nullptr) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      is_closed_ = true;
      if (problem) problem_ = std::move(problem);
    }
    changed_.notify_all();
  }

  /// Throws: the problem that the queue was closed with
  ///
  /// Requires: the other thread has ended
  void check() const { throw_problem(); }

 private:
  bool throw_problem() const {
    if (problem_) std::rethrow_exception(problem_);
    return false;
  }

  std::size_t max_waiting_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Block> waiting_;
  std::vector<Block> used_;
  std::exception_ptr problem_;
  bool is_closed_ = false;
  bool has_taken_ = false;  // a block that the taker holds
};

}  // namespace irgan
