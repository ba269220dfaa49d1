#include "engine/limiter.h"

#include <algorithm>

#include "base/check.h"
#include "base/log.h"

namespace darkroom::engine {

Limiter::Slots::Slots(Limiter* owner, std::string upstream, std::uint32_t count)
    : owner_(owner), upstream_(std::move(upstream)), count_(count) {}

Limiter::Slots::Slots(Slots&& other) noexcept
    : owner_(std::exchange(other.owner_, nullptr)),
      upstream_(std::move(other.upstream_)),
      count_(std::exchange(other.count_, 0)) {}

Limiter::Slots& Limiter::Slots::operator=(Slots&& other) noexcept {
  if (this != &other) {
    if (owner_ != nullptr && count_ > 0) owner_->give_back(upstream_, count_);
    owner_ = std::exchange(other.owner_, nullptr);
    upstream_ = std::move(other.upstream_);
    count_ = std::exchange(other.count_, 0);
  }
  return *this;
}

Limiter::Slots::~Slots() {
  if (owner_ != nullptr && count_ > 0) owner_->give_back(upstream_, count_);
}

Limiter::Limiter(std::vector<Upstream> upstreams, Metrics* metrics, std::function<void()> on_room)
    : on_room_(std::move(on_room)) {
  for (Upstream& upstream : upstreams) {
    State state;
    state.resting_until.resize(upstream.api_keys.size());
    if (metrics != nullptr) {
      const Metrics::Labels labels = {{"upstream", upstream.name}};
      state.in_flight_gauge = &metrics->gauge("darkroom_upstream_calls_in_flight", "Calls in flight", labels);
      state.breaker_gauge = &metrics->gauge("darkroom_upstream_breaker_open", "1 while the breaker is open", labels);
      state.healthy_keys_gauge = &metrics->gauge("darkroom_upstream_keys_healthy", "Keys that do not rest", labels);
      state.healthy_keys_gauge->Set(static_cast<double>(upstream.api_keys.size()));
    }
    std::string name = upstream.name;
    state.settings = std::move(upstream);
    states_.emplace(std::move(name), std::move(state));
  }
}

Limiter::State& Limiter::state_of(const std::string& name) {
  const auto it = states_.find(name);
  DR_CHECK(it != states_.end());
  return it->second;
}

const Upstream* Limiter::find(const std::string& name) const {
  const auto it = states_.find(name);
  return it == states_.end() ? nullptr : &it->second.settings;
}

Limiter::Slots Limiter::reserve(const std::string& name, std::uint32_t wanted) {
  const auto it = states_.find(name);
  if (it == states_.end()) return {};
  State& state = it->second;
  const std::uint32_t granted = std::min(wanted, state.settings.concurrency - state.in_flight);
  state.in_flight += granted;
  if (state.in_flight_gauge != nullptr) state.in_flight_gauge->Set(state.in_flight);
  return Slots(this, name, granted);
}

void Limiter::give_back(const std::string& name, std::uint32_t count) {
  State& state = state_of(name);
  DR_CHECK(state.in_flight >= count);
  state.in_flight -= count;
  if (state.in_flight_gauge != nullptr) state.in_flight_gauge->Set(state.in_flight);
  if (on_room_) on_room_();
}

bool Limiter::has_room(const std::string& name) const {
  const auto it = states_.find(name);
  // A task of an unknown upstream must run to be able to fail.
  return it == states_.end() || it->second.in_flight < it->second.settings.concurrency;
}

bool Limiter::has_any_room() const {
  return std::ranges::any_of(
      states_, [](const auto& entry) { return entry.second.in_flight < entry.second.settings.concurrency; });
}

Limiter::Admission Limiter::admit(const std::string& name, WallTime now) {
  State& state = state_of(name);
  if (state.is_open) {
    if (now < state.open_until || state.probing) {
      return {std::nullopt, std::max(state.open_until, now + milliseconds(100))};
    }
    state.probing = true;
  }
  show_healthy_keys(state, now);
  const std::size_t keys = state.resting_until.size();
  WallTime earliest = WallTime::max();
  for (std::size_t i = 0; i < keys; ++i) {
    const std::size_t key = (state.next_key + i) % keys;
    if (state.resting_until[key] <= now) {
      state.next_key = key + 1;
      return {key, {}};
    }
    earliest = std::min(earliest, state.resting_until[key]);
  }
  state.probing = false;
  return {std::nullopt, earliest};
}

bool Limiter::has_other_key(const std::string& name, std::size_t key, WallTime now) const {
  const auto it = states_.find(name);
  if (it == states_.end()) return false;
  for (std::size_t i = 0; i < it->second.resting_until.size(); ++i) {
    if (i != key && it->second.resting_until[i] <= now) return true;
  }
  return false;
}

void Limiter::rest_key(const std::string& name, std::size_t key, WallTime until) {
  State& state = state_of(name);
  if (state.settings.is_sandbox) return;
  state.resting_until.at(key) = std::max(state.resting_until.at(key), until);
}

void Limiter::show_healthy_keys(State& state, WallTime now) {
  if (state.healthy_keys_gauge == nullptr) return;
  const auto healthy = std::ranges::count_if(state.resting_until, [&](WallTime until) { return until <= now; });
  state.healthy_keys_gauge->Set(static_cast<double>(healthy));
}

void Limiter::report(const std::string& name, Signal signal, WallTime now) {
  State& state = state_of(name);
  const bool was_probe = std::exchange(state.probing, false) && state.is_open;
  show_healthy_keys(state, now);
  if (signal == Signal::worked) {
    if (state.is_open) log::info("breaker_closed", {{"upstream", name}});
    state.failures = 0;
    state.is_open = false;
    state.rest = kBreakerFirstRest;
  } else if (signal == Signal::failed && state.settings.breaker_failures > 0 && !state.settings.is_sandbox) {
    ++state.failures;
    if (was_probe) state.rest = std::min(state.rest * 2, kBreakerLongestRest);
    if (was_probe || (!state.is_open && state.failures >= state.settings.breaker_failures)) {
      if (!state.is_open) log::warn("breaker_opened", {{"upstream", name}, {"failures", state.failures}});
      state.is_open = true;
      state.open_until = now + state.rest;
    }
  }
  if (state.breaker_gauge != nullptr) state.breaker_gauge->Set(state.is_open ? 1 : 0);
}

}  // namespace darkroom::engine
