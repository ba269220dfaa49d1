// WorkQueue<T>: items handed to the threads of a store, in order. Whoever takes gets all that has queued up, which is
// what makes group commit adapt itself: the longer a commit takes, the more the next one carries.
// Threads: any. Its length is bounded by the callers: each one waits for its answer before it asks again.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <iterator>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace darkroom::store {

template <class T>
class WorkQueue {
 public:
  // False, and the item is dropped, after close().
  bool push(T item) {
    {
      const std::lock_guard lock(mutex_);
      if (closed_) return false;
      items_.push_back(std::move(item));
    }
    changed_.notify_one();
    return true;
  }

  // Waits for items and moves up to `most` of them to `into`. False when closed and empty.
  bool take(std::vector<T>& into, std::size_t most) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || !items_.empty(); });
    return move_out(into, most);
  }

  // The same, giving up after `idle`: true with nothing in `into`.
  bool take_within(std::vector<T>& into, std::size_t most, std::chrono::milliseconds idle) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, idle, [this] { return closed_ || !items_.empty(); })) return true;
    return move_out(into, most);
  }

  // What is queued will still be given out; nothing more comes in.
  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    changed_.notify_all();
  }

 private:
  bool move_out(std::vector<T>& into, std::size_t most) {
    const auto count = static_cast<std::ptrdiff_t>(std::min(most, items_.size()));
    std::move(items_.begin(), items_.begin() + count, std::back_inserter(into));
    items_.erase(items_.begin(), items_.begin() + count);
    return count > 0;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<T> items_;
  bool closed_ = false;
};

}  // namespace darkroom::store
