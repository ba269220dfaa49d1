#include "engine/prober.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace darkroom::engine {
namespace {

constexpr milliseconds kLook{500};  // how often it is asked what is due

bool is_troubled(const UpstreamStatus& status) {
  return status.breaker != BreakerState::closed || status.keys_resting > 0;
}

}  // namespace

Prober::Prober(Parts parts) : parts_(std::move(parts)) {
  for (const UpstreamStatus& known : parts_.limiter.list(parts_.clock.wall_now())) {
    const Upstream& upstream = *parts_.limiter.find(known.name);
    Record& record = records_[known.name];
    record.status.policy = upstream.probe.policy;
    record.status.is_possible = parts_.caller.can_ask_free(upstream, FreeAsk::probe);
    record.status.tells_balance = parts_.caller.can_ask_free(upstream, FreeAsk::balance);
    record.refused_keys.resize(upstream.api_keys.size());
  }
}

Async<void> Prober::ask_regularly() {
  if (std::ranges::none_of(records_, [](const auto& entry) { return entry.second.status.is_possible; })) co_return;
  while (!parts_.is_stopping) {
    ask_what_is_due();
    co_await parts_.pauses.wait(kLook);
  }
}

void Prober::ask_what_is_due() {
  const WallTime now = parts_.clock.wall_now();
  for (const UpstreamStatus& known : parts_.limiter.list(now)) {
    Record& record = records_.at(known.name);
    if (!record.status.is_possible) continue;
    const auto probe_at = next_probe(record.status.policy, is_troubled(known), record.status.last, record.jitter);
    if (probe_at && *probe_at <= now && !record.is_probing) parts_.scope.spawn(probe(known.name));
    const auto balance_at = next_balance(record.status, record.balance_asked_at, record.jitter);
    if (balance_at && *balance_at <= now && !record.is_reading_balance) parts_.scope.spawn(read_balance(known.name));
  }
}

void Prober::set_policy(const std::string& upstream, ProbePolicy policy) {
  const auto found = records_.find(upstream);
  if (found == records_.end() || !found->second.status.is_possible) return;
  found->second.status.policy = policy;
  log::info("upstream_probe_policy", {{"upstream", upstream}, {"probe", print(policy)}});
}

// Whether an operator may test it now; notes the test.
Status Prober::begin_test(const std::string& upstream) {
  const auto found = records_.find(upstream);
  if (found == records_.end()) return fail(Code::not_found, fmt::format("No upstream {}", upstream.substr(0, 64)));
  Record& record = found->second;
  if (!record.status.is_possible) return fail(Code::conflict, "This vendor has no free call to test it with");
  const WallTime now = parts_.clock.wall_now();
  if (record.tested_at && now < *record.tested_at + kTestPause) {
    Error refused = make_error(Code::rate_limited, "This upstream was tested just now");
    refused.retry_after_seconds = std::chrono::ceil<seconds>(*record.tested_at + kTestPause - now).count();
    return fail(std::move(refused));
  }
  record.tested_at = now;
  return {};
}

Async<Result<ProbeFinding>> Prober::test(std::string upstream) {
  if (Status begun = begin_test(upstream); !begun) co_return fail(std::move(begun.error()));
  co_await probe(upstream);
  const bool tells_balance = records_.at(upstream).status.tells_balance;
  if (tells_balance && !parts_.is_stopping) co_await read_balance(upstream);
  co_return *records_.at(upstream).status.last;
}

FreeOrder Prober::make_order(const std::string& upstream, FreeAsk ask) {
  FreeOrder order;
  order.ask = ask;
  order.upstream = parts_.limiter.find(upstream);
  Record& record = records_.at(upstream);
  const std::size_t keys = std::max<std::size_t>(order.upstream->api_keys.size(), 1);
  order.key = ask == FreeAsk::probe ? record.asked++ % keys : 0;
  return order;
}

Async<void> Prober::probe(std::string upstream) {
  const FreeOrder order = make_order(upstream, FreeAsk::probe);
  const WallTime asked_at = parts_.clock.wall_now();
  records_.at(upstream).is_probing = true;
  const FreeAnswer answer = co_await parts_.caller.ask_free(order);
  records_.at(upstream).is_probing = false;
  note_probe(order, answer, asked_at);
}

Async<void> Prober::read_balance(std::string upstream) {
  const FreeOrder order = make_order(upstream, FreeAsk::balance);
  const WallTime asked_at = parts_.clock.wall_now();
  records_.at(upstream).is_reading_balance = true;
  FreeAnswer answer = co_await parts_.caller.ask_free(order);
  records_.at(upstream).is_reading_balance = false;
  note_balance(order, std::move(answer), asked_at);
}

void Prober::note_probe(const FreeOrder& order, const FreeAnswer& answer, WallTime asked_at) {
  const std::string& name = order.upstream->name;
  Record& record = records_.at(name);
  const bool was_well = !record.status.last || record.status.last->is_well();
  record.status.last = ProbeFinding{asked_at, parts_.clock.wall_now() - asked_at, answer.condition, answer.detail};
  record.jitter = parts_.random.unit();
  const std::string_view condition = provider::print(answer.condition);
  if (was_well != record.status.last->is_well()) {
    log::info("upstream_probe", {{"upstream", name}, {"condition", condition}, {"detail", answer.detail}});
  }
  if (parts_.metrics != nullptr) {
    parts_.metrics
        ->counter("darkroom_upstream_probes_total", "Free calls that look whether it is well, by what they showed",
                  {{"upstream", name}, {"outcome", std::string(condition)}})
        .Increment();
  }
  end_rests(order, answer.condition);
}

// That a free call works proves nothing where real ones fail: only a change for the better does.
void Prober::end_rests(const FreeOrder& order, provider::Condition condition) {
  const std::string& name = order.upstream->name;
  Record& record = records_.at(name);
  if (condition == provider::Condition::unwell) record.was_unwell = true;
  const bool has_key = order.key < record.refused_keys.size();
  if (condition == provider::Condition::key_refused && has_key) record.refused_keys[order.key] = true;
  if (condition != provider::Condition::well) return;
  const WallTime now = parts_.clock.wall_now();
  if (std::exchange(record.was_unwell, false)) parts_.limiter.end_rest(name, now);
  if (has_key && record.refused_keys[order.key]) {
    record.refused_keys[order.key] = false;
    parts_.limiter.end_key_rest(name, order.key, now);
  }
  parts_.on_room();
}

void Prober::note_balance(const FreeOrder& order, FreeAnswer answer, WallTime asked_at) {
  Record& record = records_.at(order.upstream->name);
  record.balance_asked_at = asked_at;
  record.jitter = parts_.random.unit();
  record.status.balance_trouble = answer.balance ? "" : std::move(answer.detail);
  if (answer.balance) record.status.balance = BalanceReading{asked_at, std::move(*answer.balance)};
}

void Prober::describe(UpstreamStatus& status) const {
  const auto found = records_.find(status.name);
  if (found == records_.end()) return;
  status.probe = found->second.status;
  if (parts_.metrics == nullptr || !status.probe.balance) return;
  const BalanceReading& reading = *status.probe.balance;
  parts_.metrics
      ->gauge("darkroom_upstream_balance", "What is left of the account at the vendor, as it was last read",
              {{"upstream", status.name}, {"unit", reading.balance.unit}})
      .Set(reading.balance.amount.approximate());
  parts_.metrics
      ->gauge("darkroom_upstream_balance_timestamp_seconds", "When that was read", {{"upstream", status.name}})
      .Set(static_cast<double>(to_millis(reading.at)) / 1000);
}

}  // namespace darkroom::engine
