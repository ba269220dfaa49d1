// What looks back: pages of a ledger, the money of a task, the task of a request, what was delivered of a task.
#include <gmock/gmock.h>

#include "tests/conformance/store_backends.h"

namespace darkroom::test {
namespace {

using ledger::Book;
using ledger::Entry;
using ledger::Kind;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class StoreHistory : public StoreConformance {
 protected:
  std::vector<Entry> entries(const store::EntryFilter& filter) {
    return ask<std::vector<Entry>>([&](auto done) { store_->list_entries(filter, std::move(done)); }).value();
  }
  std::vector<Entry> entries_of(TaskId id) {
    return ask<std::vector<Entry>>([&](auto done) { store_->list_task_entries(id, std::move(done)); }).value();
  }
  std::int64_t granted(AccountId account, Book book = Book::test) {
    return ask<MicroCredits>([&](auto done) { store_->sum_grants(account, book, std::move(done)); })->count();
  }
  std::optional<task::Task> find_request(const std::string& id) {
    return ask<std::optional<task::Task>>([&](auto done) { store_->find_request(id, std::move(done)); }).value();
  }
  std::vector<webhook::Delivery> deliveries(AccountId account, TaskId id) {
    return ask<std::vector<webhook::Delivery>>(
               [&](auto done) { store_->list_task_deliveries(account, id, std::move(done)); })
        .value();
  }
  // A task of `count` outputs at 10 that has ended, with so many of them delivered.
  TaskId ended_task(AccountId account, std::uint32_t count, std::uint32_t delivered) {
    const store::NewTask made = rows_.task(account, 10, count);
    create_task(made).value();
    update_task(rows_.end(claim(made.task.id).value(), delivered)).value();
    return made.task.id;
  }
};

std::vector<std::pair<Kind, std::int64_t>> amounts(const std::vector<Entry>& entries) {
  std::vector<std::pair<Kind, std::int64_t>> found;
  for (const Entry& entry : entries) found.emplace_back(entry.kind, entry.amount.count());
  return found;
}

store::EntryFilter test_book(AccountId account) {
  store::EntryFilter filter;
  filter.account = account;
  filter.book = Book::test;
  return filter;
}

TEST_P(StoreHistory, ALedgerIsNewestFirstAndOfOneAccountAndBook) {
  const AccountId anna = funded_account("anna", 100);
  const AccountId ben = funded_account("ben", 100);
  const TaskId first = ended_task(anna, 3, 2);
  ended_task(ben, 1, 1);
  post_grant(rows_.grant(anna, 7)).value();
  post_grant(rows_.grant(anna, 9, Book::live)).value();
  const store::NewTask running = rows_.task(anna, 5);
  create_task(running).value();
  EXPECT_THAT(amounts(entries(test_book(anna))),
              ElementsAre(std::pair(Kind::hold, 5), std::pair(Kind::grant, 7), std::pair(Kind::release, 10),
                          std::pair(Kind::capture, 20), std::pair(Kind::hold, 30), std::pair(Kind::grant, 100)));
  store::EntryFilter live = test_book(anna);
  live.book = Book::live;
  EXPECT_THAT(amounts(entries(live)), ElementsAre(std::pair(Kind::grant, 9)));
  EXPECT_THAT(amounts(entries_of(first)),
              ElementsAre(std::pair(Kind::hold, 30), std::pair(Kind::capture, 20), std::pair(Kind::release, 10)));
  EXPECT_THAT(entries_of(rows_.task(anna, 1).task.id), IsEmpty());
}

TEST_P(StoreHistory, PagesOfALedgerLeaveNothingOutAndRepeatNothing) {
  const AccountId anna = funded_account("anna", 1'000);
  for (std::uint32_t i = 0; i < 6; ++i) {
    ended_task(anna, 2, i % 3);
    if (i % 2 == 0) post_grant(rows_.grant(anna, 1)).value();
  }
  store::EntryFilter filter = test_book(anna);
  const auto whole = amounts(entries(filter));
  for (const std::size_t limit : {1U, 2U, 3U, 5U}) {
    filter.limit = limit;
    filter.before.reset();
    std::vector<std::pair<Kind, std::int64_t>> read;
    for (;;) {
      const std::vector<Entry> page = entries(filter);
      ASSERT_LE(page.size(), limit);
      for (const auto& one : amounts(page)) read.push_back(one);
      if (page.size() < limit) break;
      filter.before = store::EntryPlace{page.back().ref, page.back().kind};
    }
    EXPECT_EQ(read, whole) << limit;
  }
}

TEST_P(StoreHistory, GrantsAddUpBesideWhatTasksDo) {
  const AccountId anna = funded_account("anna", 100);
  ended_task(anna, 3, 2);
  post_grant(rows_.grant(anna, 5)).value();
  post_grant(rows_.grant(anna, 9, Book::live)).value();
  EXPECT_EQ(granted(anna), 105);
  EXPECT_EQ(granted(anna, Book::live), 9);
  EXPECT_EQ(granted(funded_account("ben", 0)), 0);
}

TEST_P(StoreHistory, ARequestLeadsToItsTask) {
  const AccountId anna = funded_account("anna", 100);
  std::vector<store::NewTask> made;
  std::vector<std::string> requests;
  for (int i = 0; i < 3; ++i) {
    requests.emplace_back(std::string_view(make_request_id(rows_.next_time(), rows_.random())));
    made.push_back(rows_.task(anna, 1));
    made.back().task.plan.request_id = requests.back();
    create_task(made.back()).value();
  }
  for (std::size_t i = 0; i < made.size(); ++i) {
    const std::optional<task::Task> found = find_request(requests[i]);
    ASSERT_TRUE(found);
    EXPECT_EQ(describe(*found), describe(made[i].task));
  }
  EXPECT_FALSE(find_request(std::string(std::string_view(make_request_id(rows_.next_time(), rows_.random())))));
  EXPECT_FALSE(find_request("req_"));
  EXPECT_FALSE(find_request(requests[0] + "'"));
}

TEST_P(StoreHistory, ARequestIsLookedForInItsOwnTimeOnly) {
  const AccountId anna = funded_account("anna", 100);
  const std::string request(std::string_view(make_request_id(rows_.next_time(), rows_.random())));
  store::NewTask late = rows_.task(anna, 1);
  late.task.id = TaskId::make(*parse_request_time(request) + store::kRequestWindow, rows_.random());
  late.task.plan.request_id = request;
  create_task(late).value();
  EXPECT_FALSE(find_request(request));
}

TEST_P(StoreHistory, ATaskKnowsWhatWasSentOfIt) {
  const AccountId anna = funded_account("anna", 100);
  const AccountId ben = funded_account("ben", 100);
  const webhook::Endpoint first = rows_.endpoint(anna, "https://a.example/hook");
  const webhook::Endpoint second = rows_.endpoint(anna, "https://b.example/hook");
  for (const webhook::Endpoint& endpoint : {first, second}) {
    ask<void>([&](auto done) { store_->create_webhook(endpoint, std::move(done)); }).value();
  }
  const TaskId one = ended_task(anna, 1, 1);
  ended_task(anna, 1, 1);
  const std::vector<webhook::Delivery> found = deliveries(anna, one);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].webhook, first.id);
  EXPECT_EQ(found[1].webhook, second.id);
  EXPECT_EQ(found[0].task, one);
  EXPECT_THAT(deliveries(ben, one), IsEmpty());
  ask<void>([&](auto done) { store_->remove_webhook(anna, first.id, std::move(done)); }).value();
  EXPECT_EQ(deliveries(anna, one).size(), 1U);
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Every, StoreHistory, ::testing::ValuesIn(all_backends()),
                         [](const auto& info) { return info.param.name; });

}  // namespace darkroom::test
