#include "engine/notifier.h"

#include <algorithm>
#include <atomic>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/log.h"
#include "engine/pauses.h"
#include "webhook/signature.h"

namespace darkroom::engine {
namespace {

constexpr milliseconds kRecordRetry{200};
constexpr milliseconds kRecordRetryLongest{5'000};
constexpr std::size_t kForgetPage = 500;

std::string_view outcome_of(const webhook::Answer& answer) {
  if (answer.status == 0) return "unreachable";
  return webhook::is_success(answer.status) ? "delivered" : "refused";
}

}  // namespace

struct Notifier::State {
  using Key = std::pair<WebhookId, TaskId>;

  State(NotifierParts notifier_parts, NotifierOptions notifier_options)
      : parts(notifier_parts), options(notifier_options), nap(parts.loop), pauses(parts.loop) {
    if (parts.metrics == nullptr) return;
    in_flight_gauge = &parts.metrics->gauge("darkroom_webhook_deliveries_in_flight", "Webhook messages being sent");
  }

  Async<void> drain();
  // Begins to send what one page of the outbox shows as due. False: there are more pages.
  Async<bool> look();
  void take(store::DuePage page);
  bool has_room() const { return in_hand.size() < options.in_flight; }
  bool has_room_for(const webhook::Endpoint& endpoint) const;
  Async<void> deliver(store::DueDelivery due);
  Async<void> record(store::DueDelivery due, store::AttemptRecord record);
  void note_recorded(const webhook::Endpoint& before, const webhook::Endpoint& after);
  void count(std::string_view outcome);
  void take_place(const Key& key, bool failing);
  void leave_place(const Key& key, bool failing);
  Async<void> sweep_regularly();

  void poke();
  WallTime now() const { return parts.clock.wall_now(); }

  NotifierParts parts;
  NotifierOptions options;
  Gauge* in_flight_gauge = nullptr;

  std::set<Key> in_hand;
  std::unordered_map<WebhookId, std::size_t> of_endpoint;
  std::size_t failing_in_flight = 0;
  std::vector<Key> leaving;  // recorded while a page was on its way, which may still show them as due
  bool looking = false;

  std::optional<WebhookId> cursor;   // the next page begins behind it
  std::optional<WallTime> next_due;  // of what the pages so far have shown
  bool poked = false;                // since the last look
  std::atomic<bool> hinted = false;
  Pauses nap;  // of drain()
  Pauses pauses;
  bool stopping = false;
  AsyncScope scope;
  AsyncScope closing;
};

Async<void> Notifier::State::drain() {
  while (!stopping) {
    poked = false;
    milliseconds wait = options.rescan;
    if (has_room()) {
      const bool all_seen = co_await look();
      if (next_due) wait = std::clamp(*next_due - now(), milliseconds(0), wait);
      if (!all_seen) wait = milliseconds(0);
    }
    // The gap keeps the hints of a busy server from becoming a look each.
    co_await pauses.wait(options.gap);
    if (!poked) co_await nap.wait(wait);
  }
}

Async<bool> Notifier::State::look() {
  store::DueFilter filter;
  filter.now = now();
  filter.after = cursor;
  filter.of_each = options.of_each_endpoint;
  looking = true;
  using Page = Result<store::DuePage>;
  Page page =
      co_await await_on<Page>(parts.loop, [&](auto done) { parts.store.list_due_deliveries(filter, std::move(done)); });
  looking = false;
  if (page) {
    take(std::move(*page));
  } else {
    log::warn("outbox_unreadable", {{"error", page.error().message}});
  }
  for (const Key& key : std::exchange(leaving, {})) in_hand.erase(key);
  co_return !cursor;
}

void Notifier::State::take(store::DuePage page) {
  if (!cursor) next_due.reset();
  if (page.next_due) next_due = std::min(next_due.value_or(*page.next_due), *page.next_due);
  cursor = page.last;
  for (store::DueDelivery& due : page.deliveries) {
    const Key key(due.delivery.webhook, due.delivery.task);
    if (stopping || in_hand.contains(key) || !has_room_for(due.endpoint)) continue;
    take_place(key, due.endpoint.failing_since.has_value());
    scope.spawn(deliver(std::move(due)));
  }
}

bool Notifier::State::has_room_for(const webhook::Endpoint& endpoint) const {
  if (!has_room()) return false;
  const auto used = of_endpoint.find(endpoint.id);
  const std::size_t count = used == of_endpoint.end() ? 0 : used->second;
  if (!endpoint.failing_since) return count < options.of_each_endpoint;
  return count == 0 && failing_in_flight < std::max<std::size_t>(options.in_flight / 2, 1);
}

void Notifier::State::take_place(const Key& key, bool failing) {
  in_hand.insert(key);
  ++of_endpoint[key.first];
  if (failing) ++failing_in_flight;
  if (in_flight_gauge != nullptr) in_flight_gauge->Increment();
}

void Notifier::State::leave_place(const Key& key, bool failing) {
  if (looking) {
    leaving.push_back(key);
  } else {
    in_hand.erase(key);
  }
  const auto used = of_endpoint.find(key.first);
  if (--used->second == 0) of_endpoint.erase(used);
  if (failing) --failing_in_flight;
  if (in_flight_gauge != nullptr) in_flight_gauge->Decrement();
  poke();
}

Async<void> Notifier::State::deliver(store::DueDelivery due) {
  const Key key(due.delivery.webhook, due.delivery.task);
  const bool failing = due.endpoint.failing_since.has_value();
  WebhookOrder order;
  order.url = due.delivery.callback_url.empty() ? due.endpoint.url : due.delivery.callback_url;
  order.message_id = webhook::print_message_id(due.delivery.task);
  order.at = now();
  order.body = due.delivery.message.body;
  order.signatures = webhook::sign_all(due.endpoint, order.message_id, order.at, order.body);
  store::AttemptRecord made;
  made.webhook = due.delivery.webhook;
  made.task = due.delivery.task;
  made.number = due.delivery.attempt_count;
  made.attempt.at = order.at;
  const SteadyTime began = parts.loop.now();
  const std::optional<webhook::Answer> answer = co_await parts.sender.send(std::move(order));
  if (answer) {
    made.attempt.took_ms = std::chrono::duration_cast<milliseconds>(parts.loop.now() - began).count();
    made.attempt.status = answer->status;
    made.attempt.problem = answer->problem;
    made.verdict = webhook::judge(due.delivery, *answer, now(), parts.random.unit());
    log::info("webhook", {{"endpoint", due.endpoint.id.text()},
                          {"task", due.delivery.task.text()},
                          {"attempt", due.delivery.tries + 1},
                          {"status", answer->status},
                          {"outcome", webhook::print(made.verdict.state)},
                          {"ms", made.attempt.took_ms}});
    count(outcome_of(*answer));
    co_await record(std::move(due), std::move(made));
  }
  leave_place(key, failing);
}

// Until the store has it or it no longer matters: what is not recorded is sent again.
Async<void> Notifier::State::record(store::DueDelivery due, store::AttemptRecord record) {
  milliseconds delay = kRecordRetry;
  for (;;) {
    store::AttemptRecord attempt = record;
    using Recorded = Result<webhook::Endpoint>;
    Recorded recorded = co_await await_on<Recorded>(
        parts.loop, [&](auto done) { parts.store.record_attempt(std::move(attempt), std::move(done)); });
    if (recorded) co_return note_recorded(due.endpoint, *recorded);
    if (recorded.error().code == Code::stale_fence) co_return;
    log::warn("webhook_not_recorded", {{"task", record.task.text()}, {"error", recorded.error().message}});
    if (stopping) co_return;
    co_await pauses.wait(delay);
    delay = std::min(delay * 2, kRecordRetryLongest);
  }
}

void Notifier::State::note_recorded(const webhook::Endpoint& before, const webhook::Endpoint& after) {
  if (!after.disabled_at || before.disabled_at) return;
  log::warn("webhook_disabled", {{"endpoint", after.id.text()}, {"why", webhook::print(after.disabled_by)}});
  if (parts.metrics == nullptr) return;
  parts.metrics
      ->counter("darkroom_webhook_endpoints_disabled_total", "Endpoints disabled by their answers",
                {{"why", std::string(webhook::print(after.disabled_by))}})
      .Increment();
}

void Notifier::State::count(std::string_view outcome) {
  if (parts.metrics == nullptr) return;
  parts.metrics
      ->counter("darkroom_webhook_attempts_total", "Tries to deliver a webhook message by how they ended",
                {{"outcome", std::string(outcome)}})
      .Increment();
}

Async<void> Notifier::State::sweep_regularly() {
  while (!stopping) {
    co_await pauses.wait(options.sweep);
    if (stopping) co_return;
    using Forgotten = Result<std::uint64_t>;
    Forgotten forgotten = 0;
    do {
      const WallTime before = now() - webhook::kLogKept;
      forgotten = co_await await_on<Forgotten>(
          parts.loop, [&](auto done) { parts.store.forget_deliveries(before, kForgetPage, std::move(done)); });
    } while (forgotten && *forgotten > 0 && !stopping);
  }
}

void Notifier::State::poke() {
  poked = true;
  nap.wake_all();
}

Notifier::Notifier(NotifierParts parts, NotifierOptions options) : state_(std::make_unique<State>(parts, options)) {}

Notifier::~Notifier() = default;

void Notifier::start() {
  state_->parts.loop.post([state = state_.get()] {
    state->scope.spawn(state->drain());
    state->scope.spawn(state->sweep_regularly());
  });
}

void Notifier::wake() {
  if (state_->hinted.exchange(true)) return;
  state_->parts.loop.post([state = state_.get()] {
    state->hinted = false;
    state->poke();
  });
}

namespace {

Async<void> join_then(AsyncScope& scope, Callback stopped) {
  co_await scope.join();
  stopped();
}

}  // namespace

void Notifier::stop(SteadyTime deadline, Callback stopped) {
  state_->parts.loop.post([state = state_.get(), deadline, stopped = std::move(stopped)]() mutable {
    state->stopping = true;
    state->nap.close();
    state->pauses.close();
    state->parts.loop.call_at(deadline, [state] { state->parts.sender.cancel_all(); });
    state->closing.spawn(join_then(state->scope, std::move(stopped)));
  });
}

void Notifier::abandon() {
  state_->scope.abandon();
  state_->closing.abandon();
}

}  // namespace darkroom::engine
