// The vendors of a simulated world: "first" and "third" answer a submit with the picture, "second" works on jobs that
// are polled for, lists what it has, and may fail, refuse or lose answers as the dice say. They outlive every crash of
// darkroom. Threads: one. Pure but for the dice.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "base/random.h"
#include "engine/upstream_caller.h"

namespace darkroom::sim {

class Vendors {
 public:
  using CallName = std::pair<TaskId, std::uint32_t>;
  struct Job {
    CallName call;
    std::uint32_t attempt = 0;
    WallTime done_at{};
    enum class End : std::uint8_t { delivered, failed, refused } end = End::delivered;
  };

  // `trouble`: whether something goes wrong now, at the seed's rate.
  Vendors(SeededRandom& random, std::function<bool()> trouble) : random_(random), trouble_(std::move(trouble)) {}

  engine::CallOutcome answer(const engine::CallOrder& order, WallTime now);
  engine::CallOutcome save(const engine::CallOrder& order);

  // What each call has cost so far: works begun, and among them those whose failure was the vendor's own.
  std::uint32_t begun(CallName call) const { return count(begun_, call); }
  std::uint32_t failed(CallName call) const { return count(failed_, call); }
  // Answers lost so far: no more outcomes than these can be unknown.
  std::uint64_t lost_at_most() const { return lost_at_most_; }

 private:
  using Counts = std::map<CallName, std::uint32_t>;
  static std::uint32_t count(const Counts& counts, CallName call) {
    const auto it = counts.find(call);
    return it == counts.end() ? 0 : it->second;
  }
  engine::CallOutcome submit_picture(const engine::CallOrder& order);
  engine::CallOutcome submit_job(const engine::CallOrder& order, WallTime now);
  engine::CallOutcome poll(const engine::CallOrder& order, WallTime now);
  engine::CallOutcome look_up(const engine::CallOrder& order);
  std::string make_job(const engine::CallOrder& order, WallTime now);
  bool chance(double probability) { return random_.unit() < probability; }

  SeededRandom& random_;
  std::function<bool()> trouble_;
  std::map<std::string, Job> jobs_;
  Counts begun_;
  Counts failed_;
  std::uint64_t lost_at_most_ = 0;
};

}  // namespace darkroom::sim
