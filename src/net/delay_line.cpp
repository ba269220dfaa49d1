#include "net/delay_line.h"

#include <pthread.h>

namespace darkroom::net {

DelayLine::DelayLine() : thread_([this] { work(); }) {}
DelayLine::~DelayLine() { stop(); }

void DelayLine::run_at(SteadyTime when, std::move_only_function<void()> event) {
  {
    const std::lock_guard lock(mutex_);
    if (!is_stopping_) {
      events_.emplace(when, std::move(event));
      changed_.notify_one();
      return;
    }
  }
  event();
}

void DelayLine::stop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void DelayLine::work() {
  pthread_setname_np(pthread_self(), "fetch-delays");
  std::unique_lock lock(mutex_);
  for (;;) {
    if (events_.empty()) {
      if (is_stopping_) return;
      changed_.wait(lock);
      continue;
    }
    const SteadyTime due = events_.begin()->first;
    if (!is_stopping_ && SystemClock().steady_now() < due) {
      changed_.wait_until(lock, due);
      continue;
    }
    auto node = events_.extract(events_.begin());
    lock.unlock();
    node.mapped()();
    lock.lock();
  }
}

}  // namespace darkroom::net
