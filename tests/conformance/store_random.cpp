// Random verbs, the same for every implementation: what they answer and what is stored must be equal to the letter.
// Verbs go out in bursts without waiting, so that failing ones share a transaction with others.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <deque>

#include "tests/conformance/store_backends.h"

namespace darkroom::test {
namespace {

constexpr int kBursts = 40;
constexpr std::size_t kLongestBurst = 24;

class RandomCaller {
 public:
  RandomCaller(store::Store& store, std::uint64_t seed) : store_(store), rows_(seed) {
    for (const char* name : {"anna", "bert", "carl"}) {
      const store::NewAccount wanted = rows_.account(name, 400);
      accounts_.push_back(wanted.account.id);
      ask<account::Account>([&](auto done) { store_.ensure_account(wanted, std::move(done)); }).value();
      for (const char* url : {"", "https://example.org/a", "https://example.org/b"}) {
        endpoints_.push_back(rows_.endpoint(wanted.account.id, url));
        ask<void>([&](auto done) { store_.create_webhook(endpoints_.back(), std::move(done)); }).value();
      }
    }
  }

  std::string run() {
    for (int i = 0; i < kBursts; ++i) {
      const std::size_t length = 1 + pick(kLongestBurst);
      for (std::size_t k = 0; k < length; ++k) start_one();
      for (auto& finish : waiting_) transcript_ += finish() + '\n';
      waiting_.clear();
      list_due();
    }
    describe_everything();
    return transcript_;
  }

 private:
  std::size_t pick(std::size_t bound) { return static_cast<std::size_t>(rows_.random().below(bound)); }
  // A copy of a task as somebody knew it, often long outdated.
  task::Task any_known() { return known_[pick(known_.size())]; }

  void start_status(std::string what, std::future<Status> answer) {
    waiting_.push_back([what = std::move(what), answer = std::move(answer)]() mutable {
      const Status status = wait_for_answer(answer);
      return what + ": " + std::string(status ? "ok" : info(status.error().code).name);
    });
  }

  void start_one() {
    const std::size_t choice = known_.empty() ? 0 : pick(15);
    if (choice == 12) return change_endpoint();
    if (choice == 13) return record();
    if (choice == 14) return resend();
    if (choice <= 3) return create();
    if (choice <= 6) return claim();
    if (choice == 10) return grant();
    if (choice == 11) {
      auto answer = begin_ask<std::uint64_t>([&](auto done) { store_.void_leases(std::move(done)); });
      waiting_.push_back(
          [answer = std::move(answer)]() mutable { return fmt::format("void {}", wait_for_answer(answer).value()); });
      return;
    }
    const task::Task task = any_known();
    store::TaskUpdate update = choice == 7 ? rows_.step(task, pick(2) == 0)
                                           : rows_.end(task, static_cast<std::uint32_t>(pick(task.plan.count + 1)));
    if (choice == 7 && pick(2) == 0) {
      for (std::uint32_t i = 0; i < 2; ++i) {
        update.entries.push_back({task.id.bytes, ledger::Kind::upstream_loss, static_cast<std::uint32_t>(pick(4)),
                                  task.account, task.book, micro(3), rows_.next_time()});
      }
    }
    start_status("update", begin_ask<void>([&](auto done) { store_.update_task(update, std::move(done)); }));
    if (pick(2) == 0) known_.push_back(update.task);
  }

  void create() {
    const AccountId account = accounts_[pick(accounts_.size())];
    store::NewTask made =
        rows_.task(account, static_cast<std::int64_t>(pick(30)), 1 + static_cast<std::uint32_t>(pick(3)));
    if (!known_.empty() && pick(8) == 0) made = made_[pick(made_.size())];
    if (pick(3) == 0) made.task.plan.callback_url = callbacks_[pick(callbacks_.size())];
    if (pick(3) == 0) {
      const auto key = static_cast<std::uint8_t>(pick(8));
      made.idempotency = {account::Digest{key}, account::Digest{1}, made.task.created_at + milliseconds(1 + pick(200))};
    }
    if (pick(3) == 0) made.key_month_limit = micro(static_cast<std::int64_t>(1 + pick(60)));
    if (pick(2) == 0) made.task.key = KeyId{made.task.id.bytes};
    if (pick(10) == 0) made.task.event_count = 2;
    known_.push_back(made.task);
    made_.push_back(made);
    start_status("create", begin_ask<void>([&](auto done) {
                   store_.create_task(std::make_shared<store::NewTask>(made), std::move(done));
                 }));
  }

  void claim() {
    std::vector<TaskId> ids;
    for (std::size_t i = 0; i <= pick(3); ++i) ids.push_back(any_known().id);
    auto answer =
        begin_ask<std::vector<std::optional<task::Task>>>([&](auto done) { store_.claim_tasks(ids, std::move(done)); });
    waiting_.push_back([this, answer = std::move(answer)]() mutable {
      std::string text = "claim:";
      const auto tasks = wait_for_answer(answer).value();
      for (const auto& task : tasks) {
        text += task ? "\n  " + describe(*task) : "\n  none";
        if (task) known_.push_back(*task);
      }
      return text;
    });
  }

  void grant() {
    ledger::Entry grant = rows_.grant(accounts_[pick(accounts_.size())], static_cast<std::int64_t>(pick(60)));
    if (pick(3) == 0) grant.ref = last_grant_;
    last_grant_ = grant.ref;
    auto answer = begin_ask<ledger::Balance>([&](auto done) { store_.post_grant(grant, std::move(done)); });
    waiting_.push_back([answer = std::move(answer)]() mutable {
      const Result<ledger::Balance> balance = wait_for_answer(answer);
      return "grant: " + (balance ? describe(*balance) : std::string(info(balance.error().code).name));
    });
  }

  void change_endpoint() {
    const webhook::Endpoint& endpoint = endpoints_[pick(endpoints_.size())];
    webhook::Change change{endpoint.account, endpoint.id};
    if (!endpoint.is_default()) change.enabled = pick(3) != 0;
    change.at = rows_.next_time();
    auto answer = begin_ask<webhook::Endpoint>([&](auto done) { store_.change_webhook(change, std::move(done)); });
    waiting_.push_back([answer = std::move(answer)]() mutable {
      const webhook::Endpoint changed = wait_for_answer(answer).value();
      return fmt::format("change: {} {}", webhook::print(changed.disabled_by), changed.pending);
    });
  }

  webhook::Lane any_lane() {
    const webhook::Endpoint& endpoint = endpoints_[pick(endpoints_.size())];
    const std::string& callback = callbacks_[pick(callbacks_.size())];
    return {endpoint.id, endpoint.is_default() ? webhook::lane_of_callback(callback) : 0};
  }

  // Between bursts, since a read may see what was written after it was asked for.
  void list_due() {
    store::DueFilter filter;
    filter.now = rows_.next_time();
    filter.lanes = 1 + pick(9);
    filter.of_each = 1 + pick(4);
    if (pick(2) == 0) filter.after = any_lane();
    const auto page =
        ask<store::DuePage>([&](auto done) { store_.list_due_deliveries(filter, std::move(done)); }).value();
    transcript_ += fmt::format("due: next {} last {}\n", page.next_due ? to_millis(*page.next_due) : 0,
                               page.last ? fmt::format("{} {}", page.last->webhook.hex(), page.last->number) : "");
    for (const store::DueDelivery& due : page.deliveries) {
      transcript_ += "  " + print_delivery(due.delivery) + '\n';
      due_.push_back(due.delivery);
    }
  }

  void record() {
    if (due_.empty()) return;
    const webhook::Delivery& delivery = due_[pick(due_.size())];
    constexpr int kStatuses[] = {200, 500, 500, 410, 0};
    webhook::Answer said;
    said.status = kStatuses[pick(std::size(kStatuses))];
    const WallTime now = rows_.next_time();
    webhook::Verdict verdict = webhook::judge(delivery, said, now, 0);
    if (verdict.due_at) verdict.due_at = now + milliseconds(pick(50));
    const store::AttemptRecord made{
        delivery.webhook, delivery.task, delivery.attempt_count, {now, 5, said.status, ""}, verdict};
    auto answer = begin_ask<webhook::Endpoint>([&](auto done) { store_.record_attempt(made, std::move(done)); });
    waiting_.push_back([answer = std::move(answer)]() mutable {
      const Result<webhook::Endpoint> after = wait_for_answer(answer);
      if (!after) return fmt::format("record: {}", info(after.error().code).name);
      return fmt::format("record: {} {} {}", after->pending, webhook::print(after->disabled_by),
                         after->failing_since.has_value());
    });
  }

  void resend() {
    if (due_.empty()) return;
    const webhook::Delivery& delivery = due_[pick(due_.size())];
    auto answer = begin_ask<webhook::Delivery>([&](auto done) {
      store_.resend_delivery(delivery.account, delivery.webhook, delivery.task, rows_.next_time(), std::move(done));
    });
    waiting_.push_back([answer = std::move(answer)]() mutable {
      const Result<webhook::Delivery> sent = wait_for_answer(answer);
      return "resend: " + (sent ? print_delivery(*sent) : std::string(info(sent.error().code).name));
    });
  }

  static std::string print_delivery(const webhook::Delivery& delivery) {
    return fmt::format("{} {} {} {} {} {} {} {}", delivery.webhook.hex(), delivery.task.hex(), delivery.callback_url,
                       webhook::print(delivery.state), delivery.due_at ? to_millis(*delivery.due_at) : 0,
                       delivery.tries, delivery.attempt_count, webhook::print_attempts(delivery.attempts));
  }

  void describe_webhooks() {
    const auto forgotten =
        ask<std::uint64_t>([&](auto done) { store_.forget_deliveries(rows_.next_time(), 20, std::move(done)); });
    transcript_ += fmt::format("{} deliveries forgotten\n", forgotten.value());
    for (const webhook::Endpoint& endpoint : endpoints_) {
      const auto deliveries = ask<std::vector<webhook::Delivery>>([&](auto done) {
        store_.list_deliveries({endpoint.account, endpoint.id, {}, store::kMaxPage}, std::move(done));
      });
      for (const webhook::Delivery& delivery : deliveries.value()) transcript_ += print_delivery(delivery) + '\n';
    }
    for (const AccountId account : accounts_) {
      const auto endpoints =
          ask<std::vector<webhook::Endpoint>>([&](auto done) { store_.list_webhooks(account, std::move(done)); });
      for (const webhook::Endpoint& endpoint : endpoints.value()) {
        transcript_ += fmt::format("{} pending {}\n", endpoint.id.hex(), endpoint.pending);
      }
    }
  }

  void describe_usage(AccountId account) {
    store::UsageFilter all;
    all.account = account;
    all.book = ledger::Book::test;
    all.until_hour = 1'000'000;
    for (const store::UsageBy by : {store::UsageBy::model, store::UsageBy::upstream}) {
      all.by = by;
      const auto rows =
          ask<std::vector<store::UsageRow>>([&](auto done) { store_.list_usage(all, std::move(done)); }).value();
      for (const auto& [hour, group, usage] : rows) {
        transcript_ += fmt::format("usage {} {} {} {} {} {} {} {} {} {} {}\n", hour, group, usage.tasks,
                                   usage.completed, usage.failed, usage.outputs, usage.attempts, usage.held,
                                   usage.captured, usage.refunded, usage.cost);
      }
    }
    const store::FailureFilter failed{.account = account, .book = ledger::Book::test, .until_day = 100'000};
    const auto failures =
        ask<std::vector<store::FailureRow>>([&](auto done) { store_.list_failures(failed, std::move(done)); }).value();
    for (const auto& [day, code, model, upstream, group] : failures) {
      transcript_ += fmt::format("failures {} {} {} {} {} {} {} {}\n", day, info(code).name, model, upstream,
                                 group.count, to_millis(group.first_at), to_millis(group.last_at), group.sample.text());
    }
  }

  void describe_everything() {
    describe_webhooks();
    for (const AccountId account : accounts_) {
      transcript_ += describe(ask<ledger::Balance>([&](auto done) {
                                store_.get_balance(account, ledger::Book::test, std::move(done));
                              }).value()) +
                     '\n';
    }
    for (const AccountId account : accounts_) describe_usage(account);
    const auto tasks = ask<std::vector<task::Task>>([&](auto done) {
                         store_.list_tasks({{}, {}, {}, store::kMaxPage}, std::move(done));
                       }).value();
    for (const task::Task& task : tasks) {
      transcript_ += describe(task) + '\n';
      const auto events =
          ask<std::vector<task::Event>>([&](auto done) { store_.list_events(task.id, std::move(done)); });
      for (const task::Event& event : events.value()) {
        transcript_ += fmt::format("  {} {} {} {}\n", event.number, to_millis(event.at), event.type, event.data);
      }
    }
    const auto unfinished = ask<std::vector<store::QueuedTask>>(
        [&](auto done) { store_.list_unfinished(std::nullopt, 10'000, std::move(done)); });
    transcript_ += fmt::format("{} unfinished\n", unfinished->size());
    const ledger::Report report = ask<ledger::Report>([&](auto done) { store_.audit(std::move(done)); }).value();
    transcript_ +=
        fmt::format("audit: {} entries, {} accounts, {} tasks\n", report.entries, report.accounts, report.tasks);
    for (const std::string& violation : report.violations) ADD_FAILURE() << violation;
  }

  store::Store& store_;
  StoreRows rows_;
  std::vector<AccountId> accounts_;
  std::vector<task::Task> known_;
  std::vector<store::NewTask> made_;
  std::vector<webhook::Endpoint> endpoints_;
  const std::vector<std::string> callbacks_ = {"https://example.org/callback", "https://example.org/other",
                                               "https://example.com/", "https://example.net/"};
  std::vector<webhook::Delivery> due_;  // as somebody knew them, often long outdated
  IdBytes last_grant_{};
  std::deque<std::move_only_function<std::string()>> waiting_;
  std::string transcript_;
};

std::string transcript_of(Backend& backend, std::uint64_t seed) {
  const std::unique_ptr<store::Store> store = backend.open();
  std::string transcript = RandomCaller(*store, seed).run();
  store->close();
  return transcript;
}

TEST(StoreRandom, SqliteAnswersAsMemoryDoes) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    MemoryBackend memory;
    SqliteBackend sqlite;
    const std::string expected = transcript_of(memory, seed);
    const std::string found = transcript_of(sqlite, seed);
    ASSERT_EQ(expected == found, true) << "seed " << seed << "\n--- memory\n" << expected << "\n--- sqlite\n" << found;
    EXPECT_THAT(expected, ::testing::HasSubstr("ok"));
  }
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Every, StoreConformance, ::testing::ValuesIn(all_backends()),
                         [](const auto& info) { return info.param.name; });

}  // namespace darkroom::test
