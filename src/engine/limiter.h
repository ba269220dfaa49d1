// Limiter: what may go to an upstream right now: slots (calls out), keys with their rests and rates, the pace of polls
// and the circuit breaker. Threads: the engine's loop only. Owns: the upstreams' settings and state. Slots, Slot and
// Waiter objects give back what they hold when they end.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "engine/pace.h"
#include "engine/repeat_budget.h"
#include "engine/upstream.h"
#include "engine/upstream_status.h"
#include "engine/way.h"

namespace darkroom::engine {

inline constexpr milliseconds kBadKeyRest{300'000};      // a key that was refused
inline constexpr milliseconds kDefaultKeyRest{2'000};    // a key that is over its quota and was given no time
inline constexpr milliseconds kBreakerFirstRest{1'000};  // doubles with each failed probe
inline constexpr milliseconds kBreakerLongestRest{60'000};
inline constexpr milliseconds kProbeRetry{1'000};  // while one call tries an upstream that has rested
inline constexpr milliseconds kBusyRetry{100};     // when all keys that could go are full

class Limiter {
 public:
  enum class Signal : std::uint8_t { worked, failed, neutral };

  // One call's place at an upstream, under one of its keys.
  class Slot {
   public:
    Slot() = default;
    Slot(Limiter* owner, std::string upstream, std::optional<std::size_t> key);
    Slot(Slot&& other) noexcept;
    Slot& operator=(Slot&& other) noexcept;
    ~Slot();
    const std::string& upstream() const { return upstream_; }

   private:
    Limiter* owner_ = nullptr;
    std::string upstream_;
    std::optional<std::size_t> key_;
  };

  // Places that were taken for calls to come.
  class Slots {
   public:
    Slots() = default;
    Slots(Limiter* owner, std::string upstream, std::uint32_t count);
    Slots(Slots&& other) noexcept;
    Slots& operator=(Slots&& other) noexcept;
    ~Slots();
    std::uint32_t count() const { return count_; }
    const std::string& upstream() const { return upstream_; }
    // One of them, for a call under that key. There must be one.
    Slot take(std::size_t key);

   private:
    Limiter* owner_ = nullptr;
    std::string upstream_;
    std::uint32_t count_ = 0;
  };

  // A place in the line before an upstream that had no free slot. Nobody takes a slot that those in the line need,
  // and they take theirs in the order in which they came.
  class Waiter {
   public:
    Waiter() = default;
    Waiter(Limiter* owner, std::string upstream, std::uint64_t number);
    Waiter(Waiter&& other) noexcept;
    Waiter& operator=(Waiter&& other) noexcept;
    ~Waiter() { leave(); }
    void leave();
    bool is_at(const std::string& upstream) const { return owner_ != nullptr && upstream_ == upstream; }
    std::uint64_t number() const { return number_; }

   private:
    Limiter* owner_ = nullptr;
    std::string upstream_;
    std::uint64_t number_ = 0;
  };

  // May a call go now? Under that key; or nothing is wrong and its turn comes then; or neither: the gate is closed.
  struct Admission {
    std::optional<std::size_t> key = {};
    std::optional<WallTime> turn_at = {};
  };

  Limiter(std::vector<Upstream> upstreams, Metrics* metrics, std::function<void()> on_room);

  const Upstream* find(const std::string& name) const;
  // Takes up to `wanted` free slots that nobody before `waiter` waits for; nobody at all if it is none or in another
  // line; count() is 0 if there are none or the upstream is unknown.
  Slots reserve(const std::string& name, std::uint32_t wanted, const Waiter* waiter = nullptr);
  // Joins the line there. The upstream must be known.
  Waiter wait(const std::string& name);
  // A job that the vendor has already, whether there is room or not: known from before a restart.
  Slot occupy(const std::string& name, const std::string& key_tag);
  bool has_room(const std::string& name, WallTime now) const;
  bool has_any_room(WallTime now) const;
  // What it says to a call that would be sent now. A breaker that has rested lets one call at a time go.
  Gate gate(const std::string& name, WallTime now) const;
  // The same for a call that was sent before and failed: rests also while the upstream's budget of repeats is full.
  Gate repeat_gate(const std::string& name, WallTime now) const;
  // When the first upstream that rests opens, or is to be asked again.
  std::optional<WallTime> next_opening(WallTime now) const;
  // When an upstream that has free slots and lets nothing go for its pace lets the next one go.
  std::optional<WallTime> next_pace(WallTime now) const;
  // Picks the next healthy key in turn, unless the gate is closed. What became of the call must be reported.
  // `is_repeat`: the call was sent before.
  Admission admit(const std::string& name, WallTime now, bool is_repeat = false);
  // Takes a poll's turn, if there is one now.
  bool admit_poll(const std::string& name, WallTime now);
  // When the next poll may go at an upstream where none may go now.
  std::optional<WallTime> next_poll_pace(WallTime now) const;
  bool has_other_key(const std::string& name, std::size_t key, WallTime now) const;
  void rest_key(const std::string& name, std::size_t key, WallTime until);
  // What a call that admit() let go has shown; `neutral` also if it was not sent or was cut off, so that another may
  // try an upstream that has rested.
  void report(const std::string& name, Signal signal, WallTime now);

  // The upstream, or one of its keys, has been seen to be well again: what rests need not rest until its time.
  void end_rest(const std::string& name, WallTime now);
  void end_key_rest(const std::string& name, std::size_t key, WallTime now);

  // No new calls are let go there, or again. What is out runs on. Nothing happens if there is no such upstream.
  void set_drained(const std::string& name, bool is_drained);

  // Every upstream's breaker, keys and places, by name.
  std::vector<UpstreamStatus> list(WallTime now) const;

  // A name for a key that says nothing of it: what a job was submitted under, beyond a restart and a new order of keys.
  static std::string tag(const Secret& key);
  std::string tag(const std::string& name, std::size_t key) const;
  // The key of that tag, else the first.
  std::size_t find_key(const std::string& name, const std::string& tag) const;

 private:
  struct Key {
    WallTime resting_until{};
    std::uint32_t out = 0;
    Pace pace;
  };
  struct State {
    Upstream settings;
    std::vector<Key> keys;
    Pace poll_pace;
    RepeatBudget repeats;
    std::uint32_t out = 0;
    std::set<std::uint64_t> waiters;  // the line, by number
    std::size_t next_key = 0;
    std::uint32_t failures = 0;
    WallTime open_until{};
    milliseconds rest = kBreakerFirstRest;
    bool is_open = false;
    bool probing = false;
    Gauge* in_flight_gauge = nullptr;
    Gauge* breaker_gauge = nullptr;

    std::uint32_t capacity() const;
    // For somebody with so many before him in the line.
    std::uint32_t free_slots(std::size_t before) const;
    bool has_free_slot() const { return free_slots(waiters.size()) > 0; }
    WallTime next_pace() const;  // of the key that may go first
    Gate gate(WallTime now) const;
    Gate repeat_gate(WallTime now) const;
    void show_out();
  };
  void give_back(const std::string& name, std::uint32_t count, std::optional<std::size_t> key);
  State& state_of(const std::string& name);

  std::map<std::string, State> states_;
  std::uint64_t next_waiter_ = 0;
  std::function<void()> on_room_;
};

}  // namespace darkroom::engine
