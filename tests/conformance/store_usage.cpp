// What is counted with the ledger: hours, months of keys, and the limits that read them.
#include <gmock/gmock.h>

#include <map>

#include "store/checks.h"
#include "tests/conformance/store_backends.h"

namespace darkroom::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr milliseconds kHour{3'600'000};

class StoreUsage : public StoreConformance {
 protected:
  // A task of the key, accepted at that time.
  store::NewTask task_at(AccountId account, KeyId key, WallTime at, std::int64_t unit_price, std::uint32_t count = 1) {
    store::NewTask made = rows_.task(account, unit_price, count);
    made.task.key = key;
    made.task.created_at = at;
    return made;
  }
  // Its end, with that many outputs delivered.
  void end(TaskId id, std::uint32_t delivered) { ASSERT_TRUE(update_task(rows_.end(claim(id).value(), delivered))); }
  std::vector<store::UsageRow> usage(const store::UsageFilter& filter) {
    return ask<std::vector<store::UsageRow>>([&](auto done) { store_->list_usage(filter, std::move(done)); }).value();
  }
  std::int64_t spent(AccountId account, KeyId key, WallTime at) {
    const store::KeyMonth month{account, ledger::Book::test, key, ledger::month_of(at)};
    return ask<MicroCredits>([&](auto done) { store_->get_key_month(month, std::move(done)); })->count();
  }
  KeyId any_key() { return KeyId::make(rows_.next_time(), rows_.random()); }
};

store::UsageFilter everything_of(AccountId account) {
  store::UsageFilter filter;
  filter.account = account;
  filter.book = ledger::Book::test;
  filter.until_hour = 1'000'000;
  filter.limit = store::kMaxPage;
  return filter;
}

TEST_P(StoreUsage, FollowsATaskFromItsHoldToItsEnd) {
  const AccountId anna = funded_account("anna", 1'000);
  const KeyId key = any_key();
  const WallTime at = rows_.next_time();
  const store::NewTask made = task_at(anna, key, at, 10, 3);
  create_task(made).value();
  const std::int64_t hour = ledger::hour_of(at);
  EXPECT_THAT(usage(everything_of(anna)), ElementsAre(store::UsageRow{hour, "nano-banana", {.tasks = 1, .held = 30}}));
  EXPECT_EQ(spent(anna, key, at), 30);
  end(made.task.id, 2);
  const ledger::Usage ended{
      .tasks = 1, .completed = 1, .outputs = 2, .held = 30, .captured = 20, .refunded = 10, .cost = 78'000};
  EXPECT_THAT(usage(everything_of(anna)), ElementsAre(store::UsageRow{hour, "nano-banana", ended}));
  EXPECT_EQ(spent(anna, key, at), 20);
  EXPECT_THAT(audit().violations, IsEmpty());
  reopen();
  EXPECT_THAT(usage(everything_of(anna)), ElementsAre(store::UsageRow{hour, "nano-banana", ended}));
}

TEST_P(StoreUsage, AnEndIsBookedWhereItsTaskBegan) {
  const AccountId anna = funded_account("anna", 1'000);
  const KeyId key = any_key();
  const WallTime november = from_millis(1'796'083'200'000 - 1);  // the last millisecond of November 2026
  const store::NewTask made = task_at(anna, key, november, 10);
  create_task(made).value();
  store::TaskUpdate update = rows_.end(claim(made.task.id).value(), 0);
  update.task.ended_at = november + kHour;
  update_task(update).value();
  EXPECT_EQ(spent(anna, key, november), 0);
  EXPECT_EQ(spent(anna, key, november + milliseconds(1)), 0);
  EXPECT_THAT(usage(everything_of(anna)),
              ElementsAre(store::UsageRow{
                  ledger::hour_of(november), "nano-banana", {.tasks = 1, .failed = 1, .held = 10, .refunded = 10}}));
}

TEST_P(StoreUsage, WhatIsRefusedIsNotCounted) {
  const AccountId anna = funded_account("anna", 15);
  const KeyId key = any_key();
  const store::NewTask made = task_at(anna, key, rows_.next_time(), 10);
  create_task(made).value();
  EXPECT_EQ(create_task(made).error().code, Code::already_exists);
  EXPECT_EQ(create_task(task_at(anna, key, made.task.created_at, 10)).error().code, Code::insufficient_credits);
  store::TaskUpdate stale = rows_.end(made.task, 1);
  EXPECT_EQ(update_task(stale).error().code, Code::stale_fence);
  EXPECT_EQ(spent(anna, key, made.task.created_at), 10);
  EXPECT_THAT(audit().violations, IsEmpty());
}

TEST_P(StoreUsage, ReportsByHourAndDayAndKeyInPages) {
  const AccountId anna = funded_account("anna", 1'000);
  const AccountId bert = funded_account("bert", 1'000);
  const KeyId first = any_key();
  const KeyId second = any_key();
  const std::int64_t day = 20'000 * 24;
  const auto create = [&](AccountId account, KeyId key, std::int64_t hour, const char* model) {
    store::NewTask made = task_at(account, key, ledger::hour_begins(hour), 10);
    made.task.plan.model = model;
    create_task(made).value();
  };
  create(anna, first, day - 1, "a");
  create(anna, first, day, "a");
  create(anna, second, day, "a");
  create(anna, second, day + 23, "b");
  create(anna, first, day + 23, "a");
  create(bert, any_key(), day, "a");
  const auto row = [](std::int64_t hour, const char* model, std::int64_t tasks) {
    return store::UsageRow{hour, model, {.tasks = tasks, .held = 10 * tasks}};
  };
  store::UsageFilter filter = everything_of(anna);
  EXPECT_THAT(usage(filter),
              ElementsAre(row(day + 23, "a", 1), row(day + 23, "b", 1), row(day, "a", 2), row(day - 1, "a", 1)));
  filter.span_hours = 24;
  EXPECT_THAT(usage(filter), ElementsAre(row(day, "a", 3), row(day, "b", 1), row(day - 24, "a", 1)));
  filter.limit = 1;
  std::vector<store::UsageRow> paged;
  for (auto page = usage(filter); !page.empty(); page = usage(filter)) {
    ASSERT_EQ(page.size(), 1U);
    paged.push_back(page[0]);
    filter.after = {page[0].hour, page[0].group};
  }
  EXPECT_THAT(paged, ElementsAre(row(day, "a", 3), row(day, "b", 1), row(day - 24, "a", 1)));
  filter = everything_of(anna);
  filter.key = second;
  EXPECT_THAT(usage(filter), ElementsAre(row(day + 23, "b", 1), row(day, "a", 1)));
  filter.key.reset();
  filter.from_hour = day;
  filter.until_hour = day + 23;
  EXPECT_THAT(usage(filter), ElementsAre(row(day, "a", 2)));
  filter.book = ledger::Book::live;
  EXPECT_THAT(usage(filter), IsEmpty());
}

TEST_P(StoreUsage, AMonthsLimitIsCountedInTheSubmitsOwnTransaction) {
  const AccountId anna = funded_account("anna", 100'000);
  const KeyId key = any_key();
  const WallTime at = rows_.next_time();
  std::vector<store::NewTask> wanted;
  std::vector<std::future<Status>> answers;
  for (int i = 0; i < 100; ++i) {
    wanted.push_back(task_at(anna, key, at, 7));
    wanted.back().key_month_limit = micro(100);
  }
  for (const store::NewTask& each : wanted) {
    answers.push_back(begin_ask<void>(
        [&](auto done) { store_->create_task(std::make_shared<store::NewTask>(each), std::move(done)); }));
  }
  std::vector<TaskId> accepted;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const Status status = wait_for_answer(answers[i]);
    if (status) accepted.push_back(wanted[i].task.id);
    if (!status) EXPECT_EQ(status.error().code, Code::key_limit_reached);
  }
  EXPECT_EQ(accepted.size(), 14U);  // 14 x 7 = 98
  EXPECT_EQ(spent(anna, key, at), 98);
  EXPECT_EQ(balance(anna).held, micro(98));

  // A hold that is released gives its place back, what is captured does not.
  end(accepted[0], 0);
  end(accepted[1], 1);
  store::NewTask more = task_at(anna, key, at, 9);
  more.key_month_limit = micro(100);
  EXPECT_TRUE(create_task(more));
  EXPECT_EQ(spent(anna, key, at), 100);
  store::NewTask beyond = task_at(anna, key, at, 1);
  beyond.key_month_limit = micro(100);
  EXPECT_EQ(create_task(beyond).error().code, Code::key_limit_reached);
  // Another key of the account has its own month, and so has the next month.
  store::NewTask other = task_at(anna, any_key(), at, 1);
  other.key_month_limit = micro(100);
  EXPECT_TRUE(create_task(other));
  store::NewTask later = task_at(anna, key, at + std::chrono::days(31), 100);
  later.key_month_limit = micro(100);
  EXPECT_TRUE(create_task(later));
  store::NewTask unlimited = task_at(anna, key, at, 1);
  EXPECT_TRUE(create_task(unlimited));
  EXPECT_THAT(audit().violations, IsEmpty());
}

TEST_P(StoreUsage, ARepeatedSubmitIsToldSoAlsoAtTheLimit) {
  const AccountId anna = funded_account("anna", 1'000);
  store::NewTask made = task_at(anna, any_key(), rows_.next_time(), 10);
  made.key_month_limit = micro(10);
  made.idempotency = {account::Digest{1}, account::Digest{2}, made.task.created_at + kHour};
  create_task(made).value();
  EXPECT_EQ(create_task(made).error().code, Code::already_exists);
}

TEST_P(StoreUsage, LimitsAreChangedMemberByMember) {
  account::KeyRecord key = rows_.key(funded_account("anna", 0));
  key.limits.concurrent_tasks = 3;
  key.limits.allow_from = {"10.0.0.0/8"};
  create_key(key).value();
  EXPECT_EQ(list_keys().at(0).limits, key.limits);
  const auto change = [&](KeyId id, const account::LimitsChange& wanted) {
    return ask<account::KeyRecord>([&](auto done) { store_->change_key(id, {.limits = wanted}, std::move(done)); });
  };
  account::LimitsChange wanted;
  wanted.requests_per_minute = 60;
  wanted.concurrent_tasks.emplace(std::nullopt);
  const account::KeyRecord after = change(key.id, wanted).value();
  EXPECT_EQ(after.limits.requests_per_minute, 60);
  EXPECT_FALSE(after.limits.concurrent_tasks);
  EXPECT_THAT(after.limits.allow_from, ElementsAre("10.0.0.0/8"));
  EXPECT_EQ(after.account_name, "anna");
  reopen();
  EXPECT_EQ(list_keys().at(0).limits, after.limits);
  EXPECT_EQ(change(any_key(), wanted).error().code, Code::not_found);
}

// For random histories: the rows say what the ledger says, hour by hour and key by key.
TEST_P(StoreUsage, TheSumsAreThoseOfTheLedger) {
  const AccountId anna = funded_account("anna", 5'000);
  const std::vector<KeyId> keys = {any_key(), any_key(), any_key()};
  Random& random = rows_.random();
  std::vector<task::Task> open;
  for (int i = 0; i < 300; ++i) {
    if (open.empty() || random.below(2) == 0) {
      const WallTime at = from_millis(1'796'000'000'000) + kHour * random.below(60);  // around a turn of the month
      store::NewTask made = task_at(anna, keys[random.below(keys.size())], at,
                                    static_cast<std::int64_t>(random.below(40)), 1 + random.below(4));
      made.task.plan.model = random.below(2) == 0 ? "a" : "b";
      if (random.below(4) == 0) made.key_month_limit = micro(400);
      if (create_task(made)) open.push_back(made.task);
      continue;
    }
    const std::size_t index = random.below(open.size());
    end(open[index].id, static_cast<std::uint32_t>(random.below(open[index].plan.count + 1)));
    open.erase(open.begin() + static_cast<std::ptrdiff_t>(index));
    if (random.below(50) == 0) reopen();
  }
  EXPECT_THAT(audit().violations, IsEmpty());

  store::TaskFilter all;
  all.limit = store::kMaxPage;
  std::map<std::pair<std::int64_t, std::string>, ledger::Usage> hours;
  std::map<std::pair<KeyId, std::int64_t>, std::int64_t> months;
  ledger::Usage sum;
  for (const task::Task& task : list_tasks(all)) {
    ledger::Usage usage = store::usage_of_birth(task).second;
    if (task.ended_at) {
      for (const auto& [row, change] : store::usage_of_end(task, task)) usage += change;
    }
    hours[{ledger::hour_of(task.created_at), task.plan.model}] += usage;
    months[{task.key, ledger::month_of(task.created_at)}] += usage.held - usage.refunded;
    sum += usage;
  }
  const std::vector<store::UsageRow> rows = usage(everything_of(anna));
  EXPECT_GT(rows.size(), 50U);
  EXPECT_EQ(rows.size(), hours.size());
  for (const store::UsageRow& row : rows) EXPECT_EQ(row.usage, (hours[{row.hour, row.group}]));
  EXPECT_EQ(months.size(), 6U);
  for (const auto& [place, expected] : months) {
    EXPECT_EQ(spent(anna, place.first, ledger::month_begins(place.second)), expected);
  }
  const ledger::Balance balance = this->balance(anna);
  EXPECT_EQ(balance.held.count(), sum.unsettled());
  EXPECT_EQ(balance.captured.count(), sum.captured);
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Every, StoreUsage, ::testing::ValuesIn(all_backends()),
                         [](const auto& info) { return info.param.name; });

}  // namespace darkroom::test
