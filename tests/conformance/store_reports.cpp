// What the sums of usage and the groups of failures are told apart by.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "store/checks.h"
#include "tests/conformance/store_backends.h"

namespace darkroom::test {
namespace {

using store::UsageBy;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::int64_t kDay = 20'000;
constexpr std::int64_t kHour = kDay * 24;

class StoreReports : public StoreConformance {
 protected:
  TaskId create(AccountId account, KeyId key, std::int64_t hour, const char* model) {
    store::NewTask made = rows_.task(account, 10);
    made.task.key = key;
    made.task.plan.model = model;
    made.task.created_at = ledger::hour_begins(hour);
    create_task(made).value();
    return made.task.id;
  }
  // Ends it at that hour, all of its calls at one route and after that many attempts.
  void end(TaskId id, std::uint32_t route, bool delivered, std::int64_t hour, Code failure = Code::provider_failed) {
    store::TaskUpdate update = rows_.end(claim(id).value(), delivered ? 1 : 0);
    update.task.ended_at = ledger::hour_begins(hour);
    if (!delivered) update.task.failure = failure;
    for (task::Call& call : update.task.progress.calls) {
      call.route = route;
      call.attempts = 2;
    }
    update_task(update).value();
  }
  std::vector<store::UsageRow> usage(const store::UsageFilter& filter) {
    return ask<std::vector<store::UsageRow>>([&](auto done) { store_->list_usage(filter, std::move(done)); }).value();
  }
  std::vector<store::FailureRow> failures(const store::FailureFilter& filter) {
    return ask<std::vector<store::FailureRow>>([&](auto done) { store_->list_failures(filter, std::move(done)); })
        .value();
  }
  // "<hours after kHour> <group>: <tasks>", for each row.
  std::vector<std::string> tasks_by(UsageBy by, std::optional<AccountId> account, std::int64_t span) {
    store::UsageFilter filter = everything(by, account);
    filter.span_hours = span;
    std::vector<std::string> lines;
    for (const store::UsageRow& row : usage(filter)) {
      lines.push_back(fmt::format("{} {}: {}", row.hour - kHour, name_of(row.group), row.usage.tasks));
    }
    return lines;
  }
  static store::UsageFilter everything(UsageBy by, std::optional<AccountId> account) {
    store::UsageFilter filter;
    filter.account = account;
    filter.book = ledger::Book::test;
    filter.until_hour = 2 * kHour;
    filter.by = by;
    filter.limit = store::kMaxPage;
    return filter;
  }
  std::string name_of(const std::string& group) {
    for (const auto& [name, text] : names_) {
      if (text == group) return name;
    }
    return group;
  }
  KeyId make_key(const char* name) {
    const KeyId key = KeyId::make(rows_.next_time(), rows_.random());
    names_.emplace_back(name, key.text());
    return key;
  }
  AccountId make_account(const char* name) {
    const AccountId account = funded_account(name, 1'000);
    names_.emplace_back(name, account.text());
    return account;
  }

 private:
  std::vector<std::pair<std::string, std::string>> names_;
};

TEST_P(StoreReports, TellsRowsApartByOneThing) {
  const AccountId anna = make_account("anna");
  const AccountId bert = make_account("bert");
  const KeyId door = make_key("door");
  const KeyId till = make_key("till");
  end(create(anna, door, kHour, "a"), 0, true, kHour);
  end(create(anna, till, kHour, "b"), 1, true, kHour + 30);
  end(create(anna, till, kHour + 1, "b"), 0, false, kHour + 1);
  create(anna, door, kHour + 24, "a");
  end(create(bert, make_key("beam"), kHour, "a"), 1, true, kHour);

  EXPECT_THAT(tasks_by(UsageBy::nothing, anna, 1), ElementsAre("24 : 1", "1 : 1", "0 : 2"));
  EXPECT_THAT(tasks_by(UsageBy::nothing, anna, 24), ElementsAre("24 : 1", "0 : 3"));
  EXPECT_THAT(tasks_by(UsageBy::model, anna, 24), ElementsAre("24 a: 1", "0 a: 1", "0 b: 2"));
  EXPECT_THAT(tasks_by(UsageBy::key, anna, 24), ElementsAre("24 door: 1", "0 door: 1", "0 till: 2"));
  EXPECT_THAT(tasks_by(UsageBy::key, anna, 1), ElementsAre("24 door: 1", "1 till: 1", "0 door: 1", "0 till: 1"));
  EXPECT_THAT(tasks_by(UsageBy::upstream, anna, 24), ElementsAre("24 : 1", "0 first: 2", "0 second: 1"));
  EXPECT_THAT(tasks_by(UsageBy::upstream, {}, 24), ElementsAre("24 : 1", "0 first: 2", "0 second: 2"));
  EXPECT_THAT(tasks_by(UsageBy::nothing, {}, 24), ElementsAre("24 : 1", "0 : 4"));
  EXPECT_THAT(tasks_by(UsageBy::account, {}, 24), ElementsAre("24 anna: 1", "0 anna: 3", "0 bert: 1"));
  EXPECT_THAT(tasks_by(UsageBy::account, {}, 1), ElementsAre("24 anna: 1", "1 anna: 1", "0 anna: 2", "0 bert: 1"));
  EXPECT_THAT(tasks_by(UsageBy::account, bert, 24), ElementsAre("0 bert: 1"));
  EXPECT_THAT(tasks_by(UsageBy::upstream, {}, 48 * kHour),
              ElementsAre(fmt::format("{} : 1", -kHour), fmt::format("{} first: 2", -kHour),
                          fmt::format("{} second: 2", -kHour)));
  EXPECT_THAT(audit().violations, IsEmpty());
}

TEST_P(StoreReports, EveryGroupingHasPages) {
  const AccountId anna = make_account("anna");
  const AccountId bert = make_account("bert");
  const KeyId door = make_key("door");
  const KeyId till = make_key("till");
  for (int i = 0; i < 3; ++i) {
    end(create(anna, door, kHour + 24 * i, "a"), 0, true, kHour + 24 * i);
    create(anna, till, kHour + 24 * i, "b");
    create(bert, till, kHour + 24 * i, "b");
  }
  for (const UsageBy by : {UsageBy::nothing, UsageBy::model, UsageBy::key, UsageBy::upstream, UsageBy::account}) {
    for (const std::int64_t span : {1, 24}) {
      for (const auto& account : {std::optional<AccountId>(), std::optional(anna)}) {
        store::UsageFilter filter = everything(by, account);
        filter.span_hours = span;
        const std::vector<store::UsageRow> whole = usage(filter);
        filter.limit = 1;
        std::vector<store::UsageRow> paged;
        for (auto page = usage(filter); !page.empty(); page = usage(filter)) {
          paged.push_back(page.at(0));
          filter.after = {page[0].hour, page[0].group};
        }
        EXPECT_EQ(paged, whole) << static_cast<int>(by) << " " << span;
        EXPECT_EQ(whole.size() % 3, 0U);
      }
    }
  }
}

TEST_P(StoreReports, ATaskEndsAtTheUpstreamThatDelivered) {
  const AccountId anna = make_account("anna");
  store::NewTask made = rows_.task(anna, 10, 3);
  made.task.created_at = ledger::hour_begins(kHour);
  create_task(made).value();
  store::TaskUpdate update = rows_.end(claim(made.task.id).value(), 2);
  std::vector<task::Call>& calls = update.task.progress.calls;
  std::swap(calls[0], calls[2]);  // the first has failed
  calls[0].route = 1;
  calls[1].attempts = 1;
  calls[2].attempts = 2;
  calls[2].unknowns = 1;
  update_task(update).value();
  const ledger::Usage ended{.tasks = 1,
                            .completed = 1,
                            .outputs = 2,
                            .attempts = 3,
                            .held = 30,
                            .captured = 20,
                            .refunded = 10,
                            .cost = 3 * 39'000};
  EXPECT_THAT(usage(everything(UsageBy::upstream, anna)), ElementsAre(store::UsageRow{kHour, "first", ended}));

  // Ended before anything was sent: it stays with no upstream.
  made = rows_.task(anna, 10);
  made.task.created_at = ledger::hour_begins(kHour);
  create_task(made).value();
  update = rows_.end(claim(made.task.id).value(), 0);
  update.task.state = task::State::cancelled;
  for (task::Call& call : update.task.progress.calls) call.state = task::CallState::waiting;
  update_task(update).value();
  EXPECT_THAT(usage(everything(UsageBy::upstream, anna)),
              ElementsAre(store::UsageRow{kHour, "", {.tasks = 1, .cancelled = 1, .held = 10, .refunded = 10}},
                          store::UsageRow{kHour, "first", ended}));
  EXPECT_THAT(failures({.book = ledger::Book::test, .until_day = 2 * kDay}), IsEmpty());
}

TEST_P(StoreReports, FailuresAreGroupedByDayReasonModelAndUpstream) {
  const AccountId anna = make_account("anna");
  const AccountId bert = make_account("bert");
  const KeyId door = make_key("door");
  const auto fail_task = [&](AccountId account, const char* model, std::uint32_t route, std::int64_t hour, Code code) {
    const TaskId id = create(account, door, kHour, model);
    end(id, route, false, hour, code);
    return id;
  };
  const auto at = [](std::int64_t hour) { return ledger::hour_begins(hour); };
  fail_task(anna, "a", 0, kHour + 5, Code::content_policy);
  const TaskId second = fail_task(bert, "a", 0, kHour + 3, Code::content_policy);
  const TaskId third = fail_task(anna, "a", 1, kHour + 3, Code::content_policy);
  const TaskId fourth = fail_task(anna, "b", 0, kHour + 30, Code::provider_failed);
  const TaskId fifth = fail_task(anna, "b", 0, kHour + 26, Code::provider_failed);
  end(create(anna, door, kHour, "a"), 0, true, kHour);
  EXPECT_LT(fourth, fifth);

  const store::FailureRow later{
      kDay + 1, Code::provider_failed, "b", "first", {2, at(kHour + 26), at(kHour + 30), fifth}};
  const store::FailureRow both{kDay, Code::content_policy, "a", "first", {2, at(kHour + 3), at(kHour + 5), second}};
  const store::FailureRow other{kDay, Code::content_policy, "a", "second", {1, at(kHour + 3), at(kHour + 3), third}};
  store::FailureFilter filter{.book = ledger::Book::test, .until_day = 2 * kDay};
  EXPECT_THAT(failures(filter), ElementsAre(later, both, other));
  filter.account = bert;
  const store::FailureRow berts{kDay, Code::content_policy, "a", "first", {1, at(kHour + 3), at(kHour + 3), second}};
  EXPECT_THAT(failures(filter), ElementsAre(berts));
  filter.account.reset();
  filter.from_day = kDay + 1;
  EXPECT_THAT(failures(filter), ElementsAre(later));
  filter.from_day = 0;
  filter.until_day = kDay + 1;
  filter.limit = 1;
  EXPECT_THAT(failures(filter), ElementsAre(both));
  filter.book = ledger::Book::live;
  EXPECT_THAT(failures(filter), IsEmpty());
  reopen();
  EXPECT_THAT(failures({.book = ledger::Book::test, .until_day = 2 * kDay}), ElementsAre(later, both, other));
  EXPECT_THAT(audit().violations, IsEmpty());
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Every, StoreReports, ::testing::ValuesIn(all_backends()),
                         [](const auto& info) { return info.param.name; });

}  // namespace darkroom::test
