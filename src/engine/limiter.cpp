#include "engine/limiter.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/log.h"
#include "base/siphash.h"

namespace darkroom::engine {

Limiter::Slot::Slot(Limiter* owner, std::string upstream, std::optional<std::size_t> key)
    : owner_(owner), upstream_(std::move(upstream)), key_(key) {}

Limiter::Slot::Slot(Slot&& other) noexcept
    : owner_(std::exchange(other.owner_, nullptr)), upstream_(std::move(other.upstream_)), key_(other.key_) {}

Limiter::Slot& Limiter::Slot::operator=(Slot&& other) noexcept {
  if (this != &other) {
    if (owner_ != nullptr) owner_->give_back(upstream_, 1, key_);
    owner_ = std::exchange(other.owner_, nullptr);
    upstream_ = std::move(other.upstream_);
    key_ = other.key_;
  }
  return *this;
}

Limiter::Slot::~Slot() {
  if (owner_ != nullptr) owner_->give_back(upstream_, 1, key_);
}

Limiter::Slots::Slots(Limiter* owner, std::string upstream, std::uint32_t count)
    : owner_(owner), upstream_(std::move(upstream)), count_(count) {}

Limiter::Slots::Slots(Slots&& other) noexcept
    : owner_(std::exchange(other.owner_, nullptr)),
      upstream_(std::move(other.upstream_)),
      count_(std::exchange(other.count_, 0)) {}

Limiter::Slots& Limiter::Slots::operator=(Slots&& other) noexcept {
  if (this != &other) {
    if (owner_ != nullptr && count_ > 0) owner_->give_back(upstream_, count_, {});
    owner_ = std::exchange(other.owner_, nullptr);
    upstream_ = std::move(other.upstream_);
    count_ = std::exchange(other.count_, 0);
  }
  return *this;
}

Limiter::Slots::~Slots() {
  if (owner_ != nullptr && count_ > 0) owner_->give_back(upstream_, count_, {});
}

Limiter::Slot Limiter::Slots::take(std::size_t key) {
  DR_CHECK(count_ > 0);
  --count_;
  ++owner_->state_of(upstream_).keys.at(key).out;
  return Slot(owner_, upstream_, key);
}

Limiter::Waiter::Waiter(Limiter* owner, std::string upstream, std::uint64_t number)
    : owner_(owner), upstream_(std::move(upstream)), number_(number) {}

Limiter::Waiter::Waiter(Waiter&& other) noexcept
    : owner_(std::exchange(other.owner_, nullptr)), upstream_(std::move(other.upstream_)), number_(other.number_) {}

Limiter::Waiter& Limiter::Waiter::operator=(Waiter&& other) noexcept {
  if (this != &other) {
    leave();
    owner_ = std::exchange(other.owner_, nullptr);
    upstream_ = std::move(other.upstream_);
    number_ = other.number_;
  }
  return *this;
}

void Limiter::Waiter::leave() {
  Limiter* owner = std::exchange(owner_, nullptr);
  if (owner == nullptr) return;
  owner->state_of(upstream_).waiters.erase(number_);
  if (owner->on_room_) owner->on_room_();
}

std::uint32_t Limiter::State::capacity() const {
  if (settings.key_concurrency == 0) return settings.concurrency;
  const std::uint64_t of_keys = std::uint64_t{settings.key_concurrency} * keys.size();
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(settings.concurrency, of_keys));
}

std::uint32_t Limiter::State::free_slots(std::size_t before) const {
  const std::uint64_t taken = out + before;
  return taken < capacity() ? capacity() - static_cast<std::uint32_t>(taken) : 0;
}

WallTime Limiter::State::next_pace() const {
  WallTime earliest = WallTime::max();
  for (const Key& key : keys) earliest = std::min(earliest, key.pace.next_at());
  return keys.empty() ? WallTime{} : earliest;
}

Gate Limiter::State::gate(WallTime now) const {
  if (settings.is_drained) return {Gate::State::drained, {}};
  if (is_open && now < open_until) return {Gate::State::resting, open_until};
  if (is_open && probing) return {Gate::State::resting, now + kProbeRetry};
  const auto first = std::ranges::min_element(keys, {}, &Key::resting_until);
  const WallTime rested_at = first == keys.end() ? WallTime::max() : first->resting_until;
  if (rested_at > now) return {Gate::State::resting, rested_at};
  return {};
}

Gate Limiter::State::repeat_gate(WallTime now) const {
  const Gate own = gate(now);
  if (own.state != Gate::State::open || settings.is_sandbox) return own;
  const std::optional<WallTime> full_until = repeats.full_until(now);
  return full_until ? Gate{Gate::State::resting, *full_until} : own;
}

void Limiter::State::show_out() {
  if (in_flight_gauge != nullptr) in_flight_gauge->Set(out);
}

Limiter::Limiter(std::vector<Upstream> upstreams, Metrics* metrics, std::function<void()> on_room)
    : on_room_(std::move(on_room)) {
  for (Upstream& upstream : upstreams) {
    State state;
    const std::uint32_t per_minute = upstream.requests_per_minute;
    const std::uint32_t polls = upstream.polls_per_second;
    state.keys.resize(upstream.api_keys.size());
    for (Key& key : state.keys) key.pace = Pace(milliseconds(per_minute == 0 ? 0 : std::max(1U, 60'000 / per_minute)));
    state.repeats = RepeatBudget(upstream.free_repeats);
    state.poll_pace = Pace(milliseconds(polls == 0 ? 0 : std::max(1U, 1'000 / polls)));
    if (metrics != nullptr) {
      const Metrics::Labels labels = {{"upstream", upstream.name}};
      state.in_flight_gauge = &metrics->gauge("darkroom_upstream_calls_in_flight",
                                              "Calls that are unanswered or that the vendor works on", labels);
      state.breaker_gauge = &metrics->gauge("darkroom_upstream_breaker_open", "1 while the breaker is open", labels);
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

Limiter::Slots Limiter::reserve(const std::string& name, std::uint32_t wanted, const Waiter* waiter) {
  const auto it = states_.find(name);
  if (it == states_.end()) return {};
  State& state = it->second;
  const auto end =
      waiter != nullptr && waiter->is_at(name) ? state.waiters.find(waiter->number()) : state.waiters.end();
  const auto before = static_cast<std::size_t>(std::distance(state.waiters.begin(), end));
  const std::uint32_t granted = std::min(wanted, state.free_slots(before));
  state.out += granted;
  state.show_out();
  return Slots(this, name, granted);
}

Limiter::Waiter Limiter::wait(const std::string& name) {
  const std::uint64_t number = next_waiter_++;
  state_of(name).waiters.insert(number);
  return Waiter(this, name, number);
}

Limiter::Slot Limiter::occupy(const std::string& name, const std::string& key_tag) {
  const auto it = states_.find(name);
  if (it == states_.end()) return {};
  State& state = it->second;
  ++state.out;
  state.show_out();
  if (state.keys.empty()) return Slot(this, name, {});
  const std::size_t key = find_key(name, key_tag);
  ++state.keys[key].out;
  return Slot(this, name, key);
}

void Limiter::give_back(const std::string& name, std::uint32_t count, std::optional<std::size_t> key) {
  State& state = state_of(name);
  DR_CHECK(state.out >= count);
  state.out -= count;
  if (key) --state.keys.at(*key).out;
  state.show_out();
  if (on_room_) on_room_();
}

bool Limiter::has_room(const std::string& name, WallTime now) const {
  const auto it = states_.find(name);
  // A task of an unknown upstream must run to be able to fail.
  return it == states_.end() || (it->second.has_free_slot() && it->second.next_pace() <= now);
}

bool Limiter::has_any_room(WallTime now) const {
  return std::ranges::any_of(
      states_, [now](const auto& entry) { return entry.second.has_free_slot() && entry.second.next_pace() <= now; });
}

std::optional<WallTime> Limiter::next_pace(WallTime now) const {
  std::optional<WallTime> earliest;
  for (const auto& [name, state] : states_) {
    const WallTime next = state.next_pace();
    if (state.has_free_slot() && next > now) earliest = std::min(earliest.value_or(next), next);
  }
  return earliest;
}

Gate Limiter::gate(const std::string& name, WallTime now) const {
  const auto it = states_.find(name);
  return it == states_.end() ? Gate{Gate::State::unknown, {}} : it->second.gate(now);
}

Gate Limiter::repeat_gate(const std::string& name, WallTime now) const {
  const auto it = states_.find(name);
  return it == states_.end() ? Gate{Gate::State::unknown, {}} : it->second.repeat_gate(now);
}

std::optional<WallTime> Limiter::next_opening(WallTime now) const {
  std::optional<WallTime> earliest;
  for (const auto& [name, state] : states_) {
    const Gate gate = state.gate(now);
    if (gate.state == Gate::State::resting) earliest = std::min(earliest.value_or(gate.opens_at), gate.opens_at);
  }
  return earliest;
}

Limiter::Admission Limiter::admit(const std::string& name, WallTime now, bool is_repeat) {
  State& state = state_of(name);
  const Gate gate = is_repeat ? state.repeat_gate(now) : state.gate(now);
  if (gate.state != Gate::State::open) return {};
  const std::size_t keys = state.keys.size();
  Admission refused;
  for (std::size_t i = 0; i < keys; ++i) {
    const std::size_t index = (state.next_key + i) % keys;
    Key& key = state.keys[index];
    if (key.resting_until > now) {
      refused.turn_at = std::min(refused.turn_at.value_or(key.resting_until), key.resting_until);
      continue;
    }
    const bool is_full = state.settings.key_concurrency > 0 && key.out >= state.settings.key_concurrency;
    const WallTime turn = std::max(key.pace.next_at(), is_full ? now + kBusyRetry : now);
    if (turn <= now) {
      state.next_key = index + 1;
      key.pace.take(now);
      state.repeats.count(is_repeat, now);
      state.probing = state.is_open;
      return {.key = index};
    }
    refused.turn_at = std::min(refused.turn_at.value_or(turn), turn);
  }
  return refused;
}

bool Limiter::admit_poll(const std::string& name, WallTime now) {
  const auto it = states_.find(name);
  if (it == states_.end()) return true;  // the run will see that its upstream is gone
  Pace& pace = it->second.poll_pace;
  if (pace.next_at() > now) return false;
  pace.take(now);
  return true;
}

std::optional<WallTime> Limiter::next_poll_pace(WallTime now) const {
  std::optional<WallTime> earliest;
  for (const auto& [name, state] : states_) {
    const WallTime next = state.poll_pace.next_at();
    if (next > now) earliest = std::min(earliest.value_or(next), next);
  }
  return earliest;
}

bool Limiter::has_other_key(const std::string& name, std::size_t key, WallTime now) const {
  const auto it = states_.find(name);
  if (it == states_.end()) return false;
  for (std::size_t i = 0; i < it->second.keys.size(); ++i) {
    if (i != key && it->second.keys[i].resting_until <= now) return true;
  }
  return false;
}

void Limiter::rest_key(const std::string& name, std::size_t key, WallTime until) {
  State& state = state_of(name);
  if (state.settings.is_sandbox) return;
  WallTime& rest = state.keys.at(key).resting_until;
  rest = std::max(rest, until);
}

void Limiter::report(const std::string& name, Signal signal, WallTime now) {
  State& state = state_of(name);
  const bool was_probe = std::exchange(state.probing, false) && state.is_open;
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

void Limiter::end_rest(const std::string& name, WallTime now) {
  State& state = state_of(name);
  state.open_until = std::min(state.open_until, now);
}

void Limiter::end_key_rest(const std::string& name, std::size_t key, WallTime now) {
  WallTime& rest = state_of(name).keys.at(key).resting_until;
  rest = std::min(rest, now);
}

void Limiter::set_drained(const std::string& name, bool is_drained) {
  const auto it = states_.find(name);
  if (it == states_.end()) return;
  it->second.settings.is_drained = is_drained;
  log::info(is_drained ? "upstream_drained" : "upstream_resumed", {{"upstream", name}});
}

std::vector<UpstreamStatus> Limiter::list(WallTime now) const {
  std::vector<UpstreamStatus> all;
  for (const auto& [name, state] : states_) {
    UpstreamStatus status;
    status.name = name;
    status.kind = state.settings.kind;
    status.is_sandbox = state.settings.is_sandbox;
    status.is_drained = state.settings.is_drained;
    if (state.is_open) status.breaker = now < state.open_until ? BreakerState::open : BreakerState::half_open;
    status.keys = static_cast<std::uint32_t>(state.keys.size());
    status.keys_resting = static_cast<std::uint32_t>(
        std::ranges::count_if(state.keys, [now](const Key& key) { return key.resting_until > now; }));
    status.in_flight = state.out;
    status.capacity = state.capacity();
    all.push_back(std::move(status));
  }
  return all;
}

std::string Limiter::tag(const Secret& key) {
  constexpr SipKey kTagKey = {0x6b65792074616720ULL, 0x6f66206461726b72ULL};  // any: a tag only has to be stable
  return fmt::format("{:016x}", siphash(kTagKey, key.reveal())[0]);
}

std::string Limiter::tag(const std::string& name, std::size_t key) const {
  const Upstream* upstream = find(name);
  return upstream == nullptr || key >= upstream->api_keys.size() ? std::string() : tag(upstream->api_keys[key]);
}

std::size_t Limiter::find_key(const std::string& name, const std::string& wanted) const {
  const Upstream* upstream = find(name);
  DR_CHECK(upstream != nullptr);
  const auto& keys = upstream->api_keys;
  const auto found = std::ranges::find_if(keys, [&](const Secret& key) { return tag(key) == wanted; });
  return found == keys.end() ? 0 : static_cast<std::size_t>(found - keys.begin());
}

}  // namespace darkroom::engine
