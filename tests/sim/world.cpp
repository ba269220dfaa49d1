#include "tests/sim/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/log.h"
#include "engine/verdicts.h"
#include "store/checks.h"

namespace darkroom::sim {
namespace {

constexpr milliseconds kWorkTime{90'000};             // customers come for that long
constexpr milliseconds kPatience{4LL * 3600 * 1000};  // after it, everything must have ended
constexpr std::uint64_t kMostSteps = 400'000;
constexpr std::array kUpstreams = {"first", "second", "third"};
const MicroCredits kUnitPrice = MicroCredits::from_count(14'375'000);
const MicroCredits kCallCost = MicroCredits::from_count(35'880'000);

}  // namespace

World::World(std::uint64_t seed) : random_(seed) {
  fault_rate_ = random_.unit() * 0.08;
  trouble_rate_ = random_.unit();
  cancel_rule_ = static_cast<task::CancelRule>(random_.below(3));
}

World::~World() {
  faults_ = false;
  if (notifier_) notifier_->abandon();
  if (engine_) engine_->abandon();
}

void World::broken(std::string rule) {
  if (report_.violation.empty()) report_.violation = std::move(rule);
}

void World::mix(std::uint64_t value) { report_.trace = (report_.trace ^ value) * 0x100000001b3ULL; }

Async<void> World::sleep(milliseconds time) {
  struct Timer {
    SimLoop& loop;
    milliseconds time;
    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> handle) {
      loop.call_at(loop.now() + time, [handle] { handle.resume(); });
    }
    void await_resume() const {}
  };
  Timer timer{loop_, time};
  co_await timer;
}

// ---- the machine: process, store thread, crashes

void World::set_up_accounts() {
  const std::uint64_t accounts = 1 + random_.below(4);
  for (std::uint64_t i = 0; i < accounts; ++i) {
    store::NewAccount wanted;
    wanted.account = {AccountId::make(clock_.wall_now(), random_), fmt::format("account{}", i), clock_.wall_now()};
    accounts_.push_back(data_->ensure_account(wanted)->id);
    ledger::Entry grant;
    grant.ref = GrantId::make(clock_.wall_now(), random_).bytes;
    grant.kind = ledger::Kind::grant;
    grant.account = accounts_.back();
    grant.amount = *kUnitPrice.times(static_cast<std::int64_t>(1 + random_.below(60)));
    grant.at = clock_.wall_now();
    if (!data_->post_grant(grant)) broken("a grant was refused");
    make_key(accounts_.back());
    make_key(accounts_.back());
    make_endpoint(accounts_.back(), "");
    if (chance(0.25)) make_endpoint(accounts_.back(), fmt::format("https://receiver{}.example.org/", i));
  }
}

void World::make_key(AccountId account) {
  Key key{account, KeyId::make(clock_.wall_now(), random_), {}, {}};
  if (chance(0.3)) key.concurrent_tasks = static_cast<std::int64_t>(1 + random_.below(2));
  if (chance(0.3)) key.month_limit = kUnitPrice.times(static_cast<std::int64_t>(1 + random_.below(20)));
  keys_.push_back(key);
}

std::optional<std::int64_t> World::concurrent_tasks_of(KeyId id) const {
  return std::ranges::find(keys_, id, &Key::id)->concurrent_tasks;
}

void World::boot() {
  auto executor = [this](std::move_only_function<void()> item) {
    store_items_.push_back(std::move(item));
    loop_.call_at(loop_.now() + std::chrono::microseconds(random_.below(5'000)), [this] { run_store_item(); });
  };
  store_ = test::make_faulty_store(store::make_memory_store(data_, std::move(executor)),
                                   [this](std::string_view verb) { return decide_fault(verb); });
  engine::EngineOptions options;
  for (const char* name : kUpstreams) {
    engine::Upstream upstream;
    upstream.name = name;
    upstream.kind = "fake";
    upstream.api_keys.assign(1 + random_.below(3), Secret("key"));
    upstream.concurrency = static_cast<std::uint32_t>(1 + random_.below(6));
    upstream.timeout = milliseconds(60'000);
    upstream.breaker_failures = static_cast<std::uint32_t>(random_.below(6));
    upstream.free_repeats = static_cast<std::uint32_t>(random_.below(12));
    if (chance(0.2)) upstream.key_concurrency = static_cast<std::uint32_t>(1 + random_.below(3));
    if (chance(0.2)) upstream.requests_per_minute = static_cast<std::uint32_t>(20 + random_.below(100));
    upstream.polls_per_second = static_cast<std::uint32_t>(random_.below(5));
    upstream.is_drained = drained_.contains(name);  // its operator has not forgotten it
    options.upstreams.push_back(std::move(upstream));
  }
  options.concurrent_tasks = static_cast<std::uint32_t>(1 + random_.below(4));
  options.cancel_running = cancel_rule_;
  options.queue_capacity = 4 + random_.below(64);
  if (chance(0.2)) options.rescan = milliseconds(100 + random_.below(5'000));
  engine::EngineParts parts{loop_, clock_, random_, *store_, *this, *this};
  parts.has_room = [this](auto done) {
    loop_.post([this, done = std::move(done)]() mutable { done(!disk_is_full_); });
  };
  parts.make_message = make_message;
  parts.concurrent_tasks_of = [this](KeyId key) { return concurrent_tasks_of(key); };
  parts.on_committed = [this](const task::Task& task) {
    if (task::is_ended(task.state) && !chance(0.2)) notifier_->wake();  // a hint may be lost
  };
  engine::NotifierOptions notifier_options;
  notifier_options.in_flight = 1 + random_.below(8);
  notifier_options.of_each_lane = 1 + random_.below(3);
  notifier_options.of_each_endpoint = 1 + random_.below(6);
  notifier_options.gap = milliseconds(2'000);
  notifier_ = std::make_unique<engine::Notifier>(engine::NotifierParts{loop_, clock_, random_, *store_, *this},
                                                 notifier_options);
  notifier_->start();
  engine_ = std::make_unique<engine::Engine>(std::move(parts), std::move(options));
  engine_->start([](Status) {});
}

void World::run_store_item() {
  if (store_items_.empty()) return;
  auto item = std::move(store_items_.front());
  store_items_.pop_front();
  item();
  if (wrote_) check();
  wrote_ = wrote_ && !store_items_.empty();
}

void World::crash() {
  ++report_.crashes;
  // What the disk had been told so far may or may not have reached it, in order.
  for (std::uint64_t i = random_.below(store_items_.size() + 1); i > 0; --i) run_store_item();
  lost_at_most_ += intents_in_flight();
  notifier_->abandon();
  engine_->abandon();
  loop_.forget_everything();
  store_items_.clear();
  sent_.clear();
  notifier_.reset();
  engine_.reset();
  store_.reset();
  boot();
}

std::uint64_t World::intents_in_flight() const {
  store::TaskFilter all;
  all.limit = store::kMaxPage;
  std::uint64_t count = 0;
  for (const task::Task& task : data_->list_tasks(all)) {
    if (task::is_ended(task.state)) continue;
    count += static_cast<std::uint64_t>(
        std::ranges::count(task.progress.calls, task::CallState::in_flight, &task::Call::state));
  }
  return count;
}

test::Fault World::decide_fault(std::string_view verb) {
  if (!verb.starts_with("find_") && !verb.starts_with("list_")) wrote_ = true;
  if (!faults_ || !chance(fault_rate_)) return test::Fault::none;
  mix(verb.size());
  return chance(0.5) ? test::Fault::fail : test::Fault::lose_answer;
}

// ---- customers

task::Plan World::make_plan() {
  task::Plan plan;
  plan.model = "model";
  plan.kind = "image";
  plan.prompt = "a fox";
  plan.count = static_cast<std::uint32_t>(1 + random_.below(4));
  plan.unit_price = kUnitPrice;
  const bool repeat = chance(0.7);
  const bool is_job = chance(0.4);
  plan.routes.push_back({is_job ? "second" : "first", "wire", repeat, kCallCost});
  if (chance(0.5)) plan.routes.push_back({is_job ? "first" : "second", "wire", repeat, kCallCost});
  if (chance(0.25)) plan.routes.push_back({"third", "wire", repeat, kCallCost});
  if (chance(0.05)) plan.cancel_at = clock_.wall_now() + milliseconds(random_.below(120'000));
  if (chance(0.2)) plan.callback_url = fmt::format("https://callback{}.example.org/", random_.below(3));
  if (chance(0.3)) plan.reference_sources.push_back({"image", "image_urls[0]", "https://example.com/a.png"});
  return plan;
}

void World::submit() {
  const WallTime now = clock_.wall_now();
  const Key& key = keys_[random_.below(keys_.size())];
  task::Task task =
      task::make_task(TaskId::make(now, random_), key.account, key.id, ledger::Book::live, make_plan(), now);
  const store::QueuedTask hint = store::queued(task);
  const auto wanted = std::make_shared<store::NewTask>(std::move(task), std::nullopt, key.month_limit);
  store_->create_task(wanted, [this, hint](Result<void> created) {
    if (!created) return;
    watched_[hint.id].acknowledged = true;
    if (!chance(0.2)) engine_->wake(hint);  // a hint may be lost
  });
}

Async<Result<std::vector<task::Reference>>> World::fetch(TaskId task, AccountId account,
                                                         std::vector<task::ReferenceSource> sources) {
  const auto stored = data_->find_task(task);
  if (!stored || stored->account != account) broken("references are fetched for an account that is not the task's");
  const auto time = milliseconds(random_.below(3'000));
  co_await sleep(time);
  std::vector<task::Reference> references;
  if (faults_ && chance(0.1)) co_return fail(Code::bad_media, "no picture");
  for (std::size_t i = 0; i < sources.size(); ++i) {
    references.push_back(
        {sources[i].role, sources[i].url, fmt::format("references/{}/{}", task.hex(), i), "image/png", 100});
  }
  co_return references;
}

// ---- vendors

Async<engine::CallOutcome> World::perform(engine::CallOrder order) {
  check_order(order);
  check_repeats(order);
  engine::CallOutcome outcome = vendors_.answer(order, clock_.wall_now());
  const bool is_submit = order.ask == engine::Ask::submit;
  co_await sleep(milliseconds(random_.below(is_submit && chance(0.05) ? 120'000 : 20'000)));
  if (disk_is_full_ && std::holds_alternative<std::vector<task::Output>>(outcome.result)) {
    ++lost_at_most_;
    co_return engine::judge_failure(net::Failure{make_error(Code::io_failed, "the disk is full"), true}, true);
  }
  co_return outcome;
}

Async<engine::CallOutcome> World::save(engine::CallOrder order, std::shared_ptr<engine::FinishedJob>) {
  const auto stored = data_->find_task(order.task);
  if (!stored || stored->state != task::State::saving) broken("outputs are fetched before that is durable");
  engine::CallOutcome outcome = vendors_.save(order);
  co_await sleep(milliseconds(random_.below(20'000)));
  if (disk_is_full_ && std::holds_alternative<std::vector<task::Output>>(outcome.result)) {
    ++lost_at_most_;
    outcome = engine::CallOutcome{engine::AskAgain{{}, "the disk is full"}};
    outcome.disk_failed = true;
  }
  co_return outcome;
}

// INV-30. Calls are counted when they are admitted and sent once that is durable: windows of the two times differ by
// less than kSkew.
void World::check_repeats(const engine::CallOrder& order) {
  constexpr seconds kSkew{5};
  if (order.ask != engine::Ask::submit) return;
  Sent& sent = sent_[order.upstream->name];
  const WallTime now = clock_.wall_now();
  (order.attempt > 1 ? sent.repeats : sent.firsts).push_back(now);
  const auto since = [](const std::deque<WallTime>& times, WallTime begin) {
    return static_cast<std::size_t>(std::ranges::count_if(times, [begin](WallTime at) { return at > begin; }));
  };
  const std::size_t repeats = since(sent.repeats, now - seconds(60) + kSkew);
  const std::size_t firsts = since(sent.firsts, now - seconds(60) - kSkew);
  if (order.attempt > 1 && repeats > std::max<std::size_t>(order.upstream->free_repeats, firsts / 10)) {
    broken(fmt::format("INV-30: {} calls were repeated within a minute, {} were new", repeats, firsts));
  }
}

// What must be durable before the question leaves.
void World::check_order(const engine::CallOrder& order) {
  if (order.ask == engine::Ask::stop) return;
  const auto stored = data_->find_task(order.task);
  if (!stored || !stored->leased) return broken("INV-20: a vendor is asked without a lease");
  const task::Call& call = stored->progress.calls[order.call];
  switch (order.ask) {
    case engine::Ask::submit:
      if (call.state != task::CallState::in_flight || call.attempts != order.attempt) {
        broken("INV-28: a byte left before the intent was durable");
      }
      if (is_begun_while_drained(order)) broken("a call was begun at a drained upstream");
      break;
    case engine::Ask::poll:
      if (call.state != task::CallState::accepted || call.upstream_id != order.upstream_id) {
        broken("INV-28: a poll before the job's id was durable");
      }
      break;
    case engine::Ask::look_up:
    case engine::Ask::stop: break;
  }
}

bool World::is_begun_while_drained(const engine::CallOrder& order) const {
  const auto drained = drained_.find(order.upstream->name);
  if (drained == drained_.end()) return false;
  const std::vector<task::Event> events = data_->list_events(order.task);
  return std::ranges::any_of(
      events, [&](const task::Event& event) { return event.type == "started" && event.at > drained->second; });
}

// ---- operators

void World::steer(const std::string& upstream, bool is_drained) {
  latest_ = std::max(latest_, clock_.wall_now());
  if (is_drained) {
    drained_.emplace(upstream, latest_);
  } else {
    drained_.erase(upstream);
  }
  engine_->set_drained(upstream, is_drained);
}

void World::steer_something() {
  const std::string upstream = kUpstreams.at(random_.below(kUpstreams.size()));
  steer(upstream, !drained_.contains(upstream));
}

// ---- customers who change their minds

void World::cancel_something() {
  if (watched_.empty()) return;
  auto place = watched_.begin();
  std::advance(place, static_cast<std::ptrdiff_t>(random_.below(watched_.size())));
  if (!place->second.acknowledged) return;
  engine_->cancel(place->first, [this, id = place->first](Result<task::Task> cancelled) {
    const auto stored = data_->find_task(id);
    if (cancelled && (!stored || stored->state != task::State::cancelled)) broken("a cancelled task is not cancelled");
    const bool is_refused = !cancelled && cancelled.error().code == Code::conflict;
    if (is_refused && cancel_rule_ != task::CancelRule::refuse && !task::is_ended(stored->state)) {
      broken("a task that has not ended cannot be cancelled");
    }
  });
}

RunReport World::run() {
  set_up_accounts();
  boot();
  const SteadyTime work_ends = loop_.now() + kWorkTime;
  const double submit_rate = 0.01 + random_.unit() * 0.08;
  const double cancel_rate = chance(0.5) ? random_.unit() * 0.01 : 0;
  const double steer_rate = chance(0.3) ? random_.unit() * 0.01 : 0;
  const double disk_rate = chance(0.2) ? random_.unit() * 0.005 : 0;
  const double crash_rate = chance(0.5) ? random_.unit() * 0.03 : 0;
  const auto all_ended = [&] {
    return std::ranges::all_of(
        watched_, [&](const auto& entry) { return task::is_ended(entry.second.state) || entry.second.events == 0; });
  };
  while (report_.violation.empty() && report_.steps < kMostSteps) {
    const bool working = loop_.now() < work_ends;
    if (!working) faults_ = false;
    while (!working && !drained_.empty()) steer(std::string(drained_.begin()->first), false);
    if (working && chance(steer_rate)) steer_something();
    disk_is_full_ = working && disk_is_full_ != chance(disk_rate);
    if (!working && store_items_.empty() && all_ended() && is_all_delivered()) break;
    if (loop_.now() > work_ends + kPatience) break;
    if (working && chance(submit_rate)) submit();
    if (working && chance(cancel_rate)) cancel_something();
    if (working && chance(crash_rate)) crash();
    if (working && chance(0.0005)) {
      latest_ = std::max(latest_, clock_.wall_now());
      for (auto& [upstream, since] : drained_) since = std::max(since, latest_);
      clock_.jump(milliseconds(random_.below(7'200'000)) - milliseconds(3'600'000));
    }
    ++report_.steps;
    if (!loop_.step()) loop_.call_at(loop_.now() + milliseconds(1), [] {});
  }
  check();
  check_end();
  return report_;
}

RunReport run_seed(std::uint64_t seed) { return World(seed).run(); }

}  // namespace darkroom::sim
