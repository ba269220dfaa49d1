#include "tests/sim/world.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "store/checks.h"

namespace darkroom::sim {
namespace {

constexpr milliseconds kWorkTime{90'000};             // customers come for that long
constexpr milliseconds kPatience{4LL * 3600 * 1000};  // after it, everything must have ended
constexpr std::uint64_t kMostSteps = 400'000;
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
  for (const char* name : {"first", "second", "third"}) {
    engine::Upstream upstream;
    upstream.name = name;
    upstream.kind = "fake";
    upstream.api_keys.assign(1 + random_.below(3), Secret("key"));
    upstream.concurrency = static_cast<std::uint32_t>(1 + random_.below(6));
    upstream.timeout = milliseconds(60'000);
    upstream.breaker_failures = static_cast<std::uint32_t>(random_.below(6));
    if (chance(0.2)) upstream.key_concurrency = static_cast<std::uint32_t>(1 + random_.below(3));
    if (chance(0.2)) upstream.requests_per_minute = static_cast<std::uint32_t>(20 + random_.below(100));
    upstream.polls_per_second = static_cast<std::uint32_t>(random_.below(5));
    options.upstreams.push_back(std::move(upstream));
  }
  options.concurrent_tasks = static_cast<std::uint32_t>(1 + random_.below(4));
  options.cancel_running = cancel_rule_;
  options.queue_capacity = 4 + random_.below(64);
  if (chance(0.2)) options.rescan = milliseconds(100 + random_.below(5'000));
  engine::EngineParts parts{loop_, clock_, random_, *store_, *this, *this, {}, {}, {}, nullptr};
  parts.make_message = make_message;
  parts.concurrent_tasks_of = [this](KeyId key) { return concurrent_tasks_of(key); };
  parts.on_committed = [this](const task::Task& task) {
    if (task::is_ended(task.state) && !chance(0.2)) notifier_->wake();  // a hint may be lost
  };
  engine::NotifierOptions notifier_options;
  notifier_options.in_flight = 1 + random_.below(8);
  notifier_options.of_each_endpoint = 1 + random_.below(3);
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
  if (chance(0.2)) plan.callback_url = "https://callback.example.org/";
  if (chance(0.3)) plan.reference_sources.push_back({"image", "image_urls[0]", "https://example.com/a.png"});
  return plan;
}

void World::submit() {
  const WallTime now = clock_.wall_now();
  const Key& key = keys_[random_.below(keys_.size())];
  task::Birth birth =
      task::make_task(TaskId::make(now, random_), key.account, key.id, ledger::Book::live, make_plan(), now);
  const store::QueuedTask hint = store::queued(birth.task);
  store::NewTask wanted{std::move(birth.task), std::move(birth.event), std::move(birth.hold), {}, key.month_limit};
  store_->create_task(std::move(wanted), [this, hint](Result<void> created) {
    if (!created) return;
    watched_[hint.id].acknowledged = true;
    if (!chance(0.2)) engine_->wake(hint);  // a hint may be lost
  });
}

Async<Result<std::vector<task::Reference>>> World::fetch(TaskId task, std::vector<task::ReferenceSource> sources) {
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
  engine::CallOutcome outcome = vendors_.answer(order, clock_.wall_now());
  const bool is_submit = order.ask == engine::Ask::submit;
  co_await sleep(milliseconds(random_.below(is_submit && chance(0.05) ? 120'000 : 20'000)));
  co_return outcome;
}

Async<engine::CallOutcome> World::save(engine::CallOrder order, std::shared_ptr<engine::FinishedJob>) {
  const auto stored = data_->find_task(order.task);
  if (!stored || stored->state != task::State::saving) broken("outputs are fetched before that is durable");
  engine::CallOutcome outcome = vendors_.save(order);
  co_await sleep(milliseconds(random_.below(20'000)));
  co_return outcome;
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

// ---- the rules

void World::check() {
  const ledger::Report books = data_->audit();
  if (!books.violations.empty()) broken("ledger: " + books.violations.front());
  check_months();
  store::TaskFilter all;
  all.limit = store::kMaxPage;
  const std::vector<task::Task> tasks = data_->list_tasks(all);
  for (const task::Task& task : tasks) check_task(task);
  for (const auto& [id, watch] : watched_) {
    if (watch.acknowledged && watch.events == 0) broken("INV-13: an acknowledged task is not in the store");
  }
}

void World::check_months() {
  const std::int64_t month = ledger::month_of(clock_.wall_now());
  for (const Key& key : keys_) {
    if (!key.month_limit) continue;
    const MicroCredits spent = data_->get_key_month({key.account, ledger::Book::live, key.id, month});
    if (spent > *key.month_limit) broken("a key has spent more than it may in a month");
  }
}

void World::check_task(const task::Task& task) {
  Watch& watch = watched_[task.id];
  mix(static_cast<std::uint64_t>(task.state) + task.event_count * 8);
  if (task.fence < watch.fence || task.fence > watch.fence + 1)
    broken("INV-20: a take-over must raise the fence by one");
  if (task::is_ended(watch.state) && (task.state != watch.state || task.event_count != watch.events)) {
    broken("INV-22: an ended task has changed");
  }
  if (task::is_ended(task.state) && task.leased) broken("INV-20: an ended task is leased");
  if (task::is_ended(task.state) && !task::is_ended(watch.state)) {
    given_up_ += static_cast<std::uint64_t>(std::ranges::count_if(task.progress.calls, [](const task::Call& call) {
      return call.state != task::CallState::delivered && call.state != task::CallState::failed;
    }));
    if (task.state == task::State::cancelled && cancel_rule_ == task::CancelRule::free && task.captured.count() != 0) {
      broken("a cancelled task was charged");
    }
  }
  if (task.event_count != watch.events && data_->list_events(task.id).size() != task.event_count) {
    broken("the event log and its count differ");
  }
  for (const task::Call& call : task.progress.calls) {
    if (call.attempts > 5) broken("INV-29: more than five attempts");
  }
  watch.state = task.state;
  watch.fence = task.fence;
  watch.events = task.event_count;
}

void World::check_end() {
  std::uint64_t unknowns = 0;
  for (const auto& [id, watch] : watched_) {
    const auto task = data_->find_task(id);
    if (!task) continue;
    if (!task::is_ended(task->state)) {
      std::string history;
      for (const task::Event& event : data_->list_events(id)) history += " " + event.type;
      for (const task::Call& call : task->progress.calls) {
        history += fmt::format("; call {} route {} polls {} due in {} ms", static_cast<int>(call.state), call.route,
                               call.polls, (call.due_at - clock_.wall_now()).count());
      }
      broken(fmt::format("INV-23: {} never ended (state {}, leased {}, fence {}, due in {} s):{}", id.text(),
                         task::print(task->state), task->leased, task->fence,
                         (task->due_at - clock_.wall_now()).count() / 1000, history));
    }
    if (task::is_ended(task->state)) check_deliveries(*task);
    for (std::uint32_t i = 0; i < task->progress.calls.size(); ++i) {
      const task::Call& call = task->progress.calls[i];
      unknowns += call.unknowns;
      const std::uint32_t failed = vendors_.failed({id, i});
      const std::uint32_t begun = vendors_.begun({id, i});
      if (begun > 1 + failed + call.unknowns) broken("INV-27: an upstream job was repeated without cause");
      if (!task->plan.routes.front().repeat_unknown && begun > 1 + failed) {
        broken("INV-27: a job was repeated on a route that forbids it");
      }
    }
  }
  if (unknowns > lost_at_most_ + given_up_ + vendors_.lost_at_most())
    broken("INV-31: more unknown outcomes than answers lost");
  report_.unknowns = unknowns;
  report_.tasks = watched_.size();
  for (const AccountId account : accounts_) {
    if (data_->get_balance(account, ledger::Book::live).held.count() != 0) broken("INV-8: a hold was never resolved");
  }
}

RunReport World::run() {
  set_up_accounts();
  boot();
  const SteadyTime work_ends = loop_.now() + kWorkTime;
  const double submit_rate = 0.01 + random_.unit() * 0.08;
  const double cancel_rate = chance(0.5) ? random_.unit() * 0.01 : 0;
  const double crash_rate = chance(0.5) ? random_.unit() * 0.03 : 0;
  const auto all_ended = [&] {
    return std::ranges::all_of(
        watched_, [&](const auto& entry) { return task::is_ended(entry.second.state) || entry.second.events == 0; });
  };
  while (report_.violation.empty() && report_.steps < kMostSteps) {
    const bool working = loop_.now() < work_ends;
    if (!working) faults_ = false;
    if (!working && store_items_.empty() && all_ended() && is_all_delivered()) break;
    if (loop_.now() > work_ends + kPatience) break;
    if (working && chance(submit_rate)) submit();
    if (working && chance(cancel_rate)) cancel_something();
    if (working && chance(crash_rate)) crash();
    if (working && chance(0.0005)) clock_.jump(milliseconds(random_.below(7'200'000)) - milliseconds(3'600'000));
    ++report_.steps;
    if (!loop_.step()) loop_.call_at(loop_.now() + milliseconds(1), [] {});
  }
  check();
  check_end();
  return report_;
}

RunReport run_seed(std::uint64_t seed) { return World(seed).run(); }

}  // namespace darkroom::sim
