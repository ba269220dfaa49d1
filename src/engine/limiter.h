// Limiter: what may go to an upstream right now: slots (calls in flight), keys with their rests, and the circuit
// breaker. Threads: the engine's loop only; snapshot() hands numbers to others. Owns: the upstreams' settings and
// state. A Slots object gives its slots back when it ends.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/secret.h"

namespace darkroom::engine {

// One upstream of the configuration.
struct Upstream {
  std::string name;
  std::string kind;      // the adapter
  std::string base_url;  // trusted: the operator's
  std::vector<Secret> api_keys;
  std::uint32_t concurrency = 64;
  milliseconds timeout{300'000};        // of one call
  std::uint32_t breaker_failures = 20;  // consecutive failures that open the breaker; 0: never
  // A stand-in of this process: one customer's asked-for failure must not rest it for the others, so neither its key
  // nor its breaker ever rests. It is told which call of which task it serves.
  bool is_sandbox = false;
};

inline constexpr milliseconds kBadKeyRest{300'000};      // a key that was refused
inline constexpr milliseconds kDefaultKeyRest{2'000};    // a key that is over its quota and was given no time
inline constexpr milliseconds kBreakerFirstRest{1'000};  // doubles with each failed probe
inline constexpr milliseconds kBreakerLongestRest{60'000};

class Limiter {
 public:
  enum class Signal : std::uint8_t { worked, failed, neutral };

  class Slots {
   public:
    Slots() = default;
    Slots(Limiter* owner, std::string upstream, std::uint32_t count);
    Slots(Slots&& other) noexcept;
    Slots& operator=(Slots&& other) noexcept;
    ~Slots();
    std::uint32_t count() const { return count_; }
    const std::string& upstream() const { return upstream_; }

   private:
    Limiter* owner_ = nullptr;
    std::string upstream_;
    std::uint32_t count_ = 0;
  };

  // May a call go now? Either a key, or when to ask again.
  struct Admission {
    std::optional<std::size_t> key;
    WallTime retry_at{};
  };

  Limiter(std::vector<Upstream> upstreams, Metrics* metrics, std::function<void()> on_room);

  const Upstream* find(const std::string& name) const;
  // Takes up to `wanted` free slots; count() is 0 if there are none or the upstream is unknown.
  Slots reserve(const std::string& name, std::uint32_t wanted);
  bool has_room(const std::string& name) const;
  bool has_any_room() const;
  // Picks the next healthy key in turn, unless the breaker is open. A half-open breaker admits one call at a time.
  Admission admit(const std::string& name, WallTime now);
  bool has_other_key(const std::string& name, std::size_t key, WallTime now) const;
  void rest_key(const std::string& name, std::size_t key, WallTime until);
  // What the call that admit() let go has shown.
  void report(const std::string& name, Signal signal, WallTime now);

 private:
  struct State {
    Upstream settings;
    std::uint32_t in_flight = 0;
    std::size_t next_key = 0;
    std::vector<WallTime> resting_until;
    std::uint32_t failures = 0;
    WallTime open_until{};
    milliseconds rest = kBreakerFirstRest;
    bool is_open = false;
    bool probing = false;
    Gauge* in_flight_gauge = nullptr;
    Gauge* breaker_gauge = nullptr;
    Gauge* healthy_keys_gauge = nullptr;
  };
  static void show_healthy_keys(State& state, WallTime now);
  void give_back(const std::string& name, std::uint32_t count);
  State& state_of(const std::string& name);

  std::map<std::string, State> states_;
  std::function<void()> on_room_;
};

}  // namespace darkroom::engine
