// Mailbox<T>: results of parallel work, taken one by one by a single coroutine.
// Threads: one loop. The box must outlive its senders (a shared_ptr in practice).
#pragma once

#include <coroutine>
#include <deque>
#include <utility>

#include "base/check.h"
#include "runtime/loop.h"

namespace darkroom::engine {

template <class T>
class Mailbox {
 public:
  explicit Mailbox(Loop& loop) : loop_(loop) {}

  void put(T value) {
    values_.push_back(std::move(value));
    if (!waiting_) return;
    loop_.post([handle = std::exchange(waiting_, {})] { handle.resume(); });
  }

  // `T value = co_await box.next();`
  auto next() {
    struct Awaiter {
      Mailbox& box;
      bool await_ready() const noexcept { return !box.values_.empty(); }
      void await_suspend(std::coroutine_handle<> handle) {
        DR_CHECK(!box.waiting_);
        box.waiting_ = handle;
      }
      T await_resume() {
        T value = std::move(box.values_.front());
        box.values_.pop_front();
        return value;
      }
    };
    return Awaiter{*this};
  }

 private:
  Loop& loop_;
  std::deque<T> values_;
  std::coroutine_handle<> waiting_;
};

}  // namespace darkroom::engine
