#include "engine/notifier.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <set>
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
constexpr std::size_t kFailingLanesKnown = 10'000;  // one that is forgotten gets a healthy lane's slots once more

std::string_view outcome_of(const webhook::Answer& answer) {
  if (answer.status == 0) return "unreachable";
  return webhook::is_success(answer.status) ? "delivered" : "refused";
}

std::size_t half(std::size_t slots) { return std::max<std::size_t>(slots / 2, 1); }

}  // namespace

struct Notifier::State {
  using Key = std::pair<WebhookId, TaskId>;

  // What is in flight of an endpoint, and how much of it in lanes that fail.
  struct Used {
    std::size_t count = 0;
    std::size_t failing = 0;
  };
  struct Place {
    Key key;
    webhook::Lane lane;
    bool failing = false;
  };

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
  bool has_room_for(const Place& place) const;
  Async<void> deliver(store::DueDelivery due, Place place);
  Async<void> record(store::DueDelivery due, store::AttemptRecord record);
  void note_answer(const webhook::Lane& lane, int status);
  void note_recorded(const store::DueDelivery& due, const webhook::Endpoint& after);
  void count(std::string_view outcome);
  void take_place(const Place& place);
  void leave_place(const Place& place);
  Async<void> sweep_regularly();

  void poke();
  WallTime now() const { return parts.clock.wall_now(); }

  NotifierParts parts;
  NotifierOptions options;
  Gauge* in_flight_gauge = nullptr;

  std::set<Key> in_hand;
  std::map<webhook::Lane, std::size_t> of_lane;
  std::map<WebhookId, Used> of_endpoint;
  std::size_t failing_in_flight = 0;
  std::set<webhook::Lane> failing_lanes;  // of callbacks; an endpoint knows by itself that it fails
  std::vector<Key> leaving;               // recorded while a page was on its way, which may still show them as due
  bool looking = false;

  std::optional<webhook::Lane> cursor;  // the next page begins behind it
  std::optional<WallTime> next_due;     // of what the pages so far have shown
  bool poked = false;                   // since the last look
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
  filter.of_each = options.of_each_lane;
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
    Place place{Key(due.delivery.webhook, due.delivery.task), {due.delivery.webhook, due.delivery.lane}};
    place.failing = due.endpoint.failing_since || failing_lanes.contains(place.lane);
    if (stopping || in_hand.contains(place.key) || !has_room_for(place)) continue;
    take_place(place);
    scope.spawn(deliver(std::move(due), place));
  }
}

bool Notifier::State::has_room_for(const Place& place) const {
  const auto lane = of_lane.find(place.lane);
  const std::size_t in_lane = lane == of_lane.end() ? 0 : lane->second;
  const auto endpoint = of_endpoint.find(place.lane.webhook);
  const Used of_its_endpoint = endpoint == of_endpoint.end() ? Used{} : endpoint->second;
  if (!has_room() || of_its_endpoint.count >= options.of_each_endpoint) return false;
  if (!place.failing) return in_lane < options.of_each_lane;
  return in_lane == 0 && of_its_endpoint.failing < half(options.of_each_endpoint) &&
         failing_in_flight < half(options.in_flight);
}

void Notifier::State::take_place(const Place& place) {
  in_hand.insert(place.key);
  ++of_lane[place.lane];
  Used& used = of_endpoint[place.lane.webhook];
  ++used.count;
  used.failing += place.failing ? 1 : 0;
  failing_in_flight += place.failing ? 1 : 0;
  if (in_flight_gauge != nullptr) in_flight_gauge->Increment();
}

void Notifier::State::leave_place(const Place& place) {
  if (looking) {
    leaving.push_back(place.key);
  } else {
    in_hand.erase(place.key);
  }
  const auto lane = of_lane.find(place.lane);
  if (--lane->second == 0) of_lane.erase(lane);
  const auto used = of_endpoint.find(place.lane.webhook);
  used->second.failing -= place.failing ? 1 : 0;
  failing_in_flight -= place.failing ? 1 : 0;
  if (--used->second.count == 0) of_endpoint.erase(used);
  if (in_flight_gauge != nullptr) in_flight_gauge->Decrement();
  poke();
}

Async<void> Notifier::State::deliver(store::DueDelivery due, Place place) {
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
    made.attempt.body = answer->body;
    made.verdict = webhook::judge(due.delivery, *answer, now(), parts.random.unit());
    log::info("webhook", {{"endpoint", due.endpoint.id.text()},
                          {"task", due.delivery.task.text()},
                          {"attempt", due.delivery.tries + 1},
                          {"status", answer->status},
                          {"outcome", webhook::print(made.verdict.state)},
                          {"ms", made.attempt.took_ms}});
    count(outcome_of(*answer));
    note_answer(place.lane, answer->status);
    co_await record(std::move(due), std::move(made));
  }
  leave_place(place);
}

// An endpoint's own lane has its failing_since in the store instead; that of callbacks need not outlive a restart.
void Notifier::State::note_answer(const webhook::Lane& lane, int status) {
  if (lane.number == 0) return;
  if (webhook::is_success(status)) {
    failing_lanes.erase(lane);
    return;
  }
  if (failing_lanes.size() == kFailingLanesKnown) failing_lanes.erase(failing_lanes.begin());
  failing_lanes.insert(lane);
}

// Until the store has it or it no longer matters: what is not recorded is sent again.
Async<void> Notifier::State::record(store::DueDelivery due, store::AttemptRecord record) {
  milliseconds delay = kRecordRetry;
  for (;;) {
    store::AttemptRecord attempt = record;
    using Recorded = Result<webhook::Endpoint>;
    Recorded recorded = co_await await_on<Recorded>(
        parts.loop, [&](auto done) { parts.store.record_attempt(std::move(attempt), std::move(done)); });
    if (recorded) co_return note_recorded(due, *recorded);
    if (recorded.error().code == Code::stale_fence) co_return;
    log::warn("webhook_not_recorded", {{"task", record.task.text()}, {"error", recorded.error().message}});
    if (stopping) co_return;
    co_await pauses.wait(delay);
    delay = std::min(delay * 2, kRecordRetryLongest);
  }
}

void Notifier::State::note_recorded(const store::DueDelivery& due, const webhook::Endpoint& after) {
  if (after.pending == 0) failing_lanes.erase({due.delivery.webhook, due.delivery.lane});
  if (!after.disabled_at || due.endpoint.disabled_at) return;
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
