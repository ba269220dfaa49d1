// SimLoop: a Loop on a fake clock. Time passes only when nothing is ready; every run is decided by its seed alone.
// Threads: one.
#pragma once

#include <deque>
#include <map>
#include <unordered_map>
#include <utility>

#include "base/clock.h"
#include "runtime/loop.h"

namespace darkroom::sim {

// Wall and steady time of a simulated machine. The wall clock can jump, the steady one cannot.
class SimClock final : public Clock {
 public:
  WallTime wall_now() const override {
    return from_millis(1'735'000'000'000) + std::chrono::duration_cast<milliseconds>(steady_.time_since_epoch()) +
           jump_;
  }
  SteadyTime steady_now() const override { return steady_; }
  void advance_to(SteadyTime time) { steady_ = std::max(steady_, time); }
  void jump(milliseconds by) { jump_ += by; }

 private:
  SteadyTime steady_{std::chrono::microseconds(1)};
  milliseconds jump_{0};
};

class SimLoop final : public Loop {
 public:
  explicit SimLoop(SimClock& clock) : clock_(clock) {}

  void post(Callback event) override { ready_.push_back(std::move(event)); }
  TimerId call_at(SteadyTime when, Callback event) override {
    const TimerId id = ++last_;
    timers_.emplace(std::pair(when, id), std::move(event));
    when_of_.emplace(id, when);
    return id;
  }
  void cancel_timer(TimerId timer) override {
    const auto it = when_of_.find(timer);
    if (it == when_of_.end()) return;
    timers_.erase(std::pair(it->second, timer));
    when_of_.erase(it);
  }
  SteadyTime now() const override { return clock_.steady_now(); }
  bool is_here() const override { return true; }

  // Something can run without letting time pass.
  bool is_busy() const { return !ready_.empty(); }
  // Runs one event; false if there is none at all.
  bool step() {
    if (ready_.empty() && !timers_.empty()) {
      auto node = timers_.extract(timers_.begin());
      clock_.advance_to(node.key().first);
      when_of_.erase(node.key().second);
      ready_.push_back(std::move(node.mapped()));
    }
    if (ready_.empty()) return false;
    Callback event = std::move(ready_.front());
    ready_.pop_front();
    event();
    return true;
  }
  // A crash of the process: nothing that was under way ever runs.
  void forget_everything() {
    ready_.clear();
    timers_.clear();
    when_of_.clear();
  }

 private:
  SimClock& clock_;
  std::deque<Callback> ready_;
  std::map<std::pair<SteadyTime, TimerId>, Callback> timers_;
  std::unordered_map<TimerId, SteadyTime> when_of_;
  TimerId last_ = 0;
};

}  // namespace darkroom::sim
