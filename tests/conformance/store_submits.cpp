// Submits under an idempotency key.
#include <gmock/gmock.h>

#include <thread>

#include "tests/conformance/store_conformance.h"

namespace darkroom::test {
namespace {

using ledger::Book;
using ::testing::IsEmpty;

constexpr std::chrono::hours kKept{72};

account::Digest digest(std::uint8_t first) {
  account::Digest value{};
  value[0] = first;
  return value;
}

store::NewTask with_key(store::NewTask made, std::uint8_t key, std::uint8_t request = 1) {
  made.idempotency = {digest(key), digest(request), made.task.created_at + kKept};
  return made;
}

TEST_P(StoreConformance, AnIdempotencyKeyIsStoredWithItsTask) {
  const AccountId anna = funded_account("anna", 100);
  const store::NewTask made = with_key(rows_.task(anna, 10), 7, 9);
  EXPECT_FALSE(find_submit(made, rows_.next_time()));
  create_task(made).value();
  const store::EarlierSubmit found = find_submit(made, rows_.next_time()).value();
  EXPECT_EQ(found.task, made.task.id);
  EXPECT_EQ(found.request, digest(9));
  reopen();
  EXPECT_EQ(find_submit(made, rows_.next_time())->task, made.task.id);
}

TEST_P(StoreConformance, AUsedKeyMakesNoSecondTask) {
  const AccountId anna = funded_account("anna", 100);
  const store::NewTask first = with_key(rows_.task(anna, 60), 7);
  create_task(first).value();
  // Also when the credits would not do for another one.
  const store::NewTask second = with_key(rows_.task(anna, 60), 7, 2);
  EXPECT_EQ(create_task(second).error().code, Code::already_exists);
  EXPECT_FALSE(find_task(second.task.id));
  EXPECT_EQ(find_submit(second, rows_.next_time())->task, first.task.id);
  EXPECT_EQ(find_submit(second, rows_.next_time())->request, digest(1));
  EXPECT_EQ(balance(anna).held, micro(60));
  EXPECT_EQ(audit().tasks, 1U);
}

TEST_P(StoreConformance, ARefusedSubmitLeavesItsKeyFree) {
  const AccountId anna = funded_account("anna", 100);
  EXPECT_EQ(create_task(with_key(rows_.task(anna, 101), 7)).error().code, Code::insufficient_credits);
  store::NewTask contradictory = with_key(rows_.task(anna, 10), 7);
  contradictory.idempotency->expires_at = contradictory.task.created_at - milliseconds(1);
  EXPECT_EQ(create_task(contradictory).error().code, Code::internal);
  EXPECT_TRUE(create_task(with_key(rows_.task(anna, 10), 7)));
}

TEST_P(StoreConformance, KeysOfOtherAccountsAndBooksAreOthers) {
  const AccountId anna = funded_account("anna", 100);
  const AccountId bert = funded_account("bert", 100);
  post_grant(rows_.grant(anna, 100, Book::live)).value();
  EXPECT_TRUE(create_task(with_key(rows_.task(anna, 10), 7)));
  EXPECT_TRUE(create_task(with_key(rows_.task(bert, 10), 7)));
  EXPECT_TRUE(create_task(with_key(rows_.task(anna, 10, 1, Book::live), 7)));
  EXPECT_TRUE(create_task(with_key(rows_.task(anna, 10), 8)));
  EXPECT_EQ(audit().tasks, 4U);
}

TEST_P(StoreConformance, AKeyIsFreeAgainWhenItHasExpired) {
  const AccountId anna = funded_account("anna", 100);
  const store::NewTask first = with_key(rows_.task(anna, 10), 7);
  create_task(first).value();
  const WallTime end = first.idempotency->expires_at;
  EXPECT_TRUE(find_submit(first, end - milliseconds(1)));
  EXPECT_FALSE(find_submit(first, end));

  store::NewTask late = rows_.task(anna, 10);
  late.task.created_at = end;
  late = with_key(std::move(late), 7);
  create_task(late).value();
  EXPECT_EQ(find_submit(late, end)->task, late.task.id);
}

TEST_P(StoreConformance, OneThatExpiresAtOnceRefusesNothingAndTheLastIsFound) {
  const AccountId anna = funded_account("anna", 100);
  std::vector<store::NewTask> made;
  for (int i = 0; i < 3; ++i) {
    made.push_back(with_key(rows_.task(anna, 10), 7));
    if (i == 2) made.back().task.created_at = made[1].task.created_at;  // in the same millisecond
    made.back().idempotency->expires_at = made.back().task.created_at;
    create_task(made.back()).value();
  }
  const WallTime born = made.back().task.created_at;
  EXPECT_FALSE(find_submit(made[0], born));
  EXPECT_EQ(find_submit(made[0], born - milliseconds(1))->task, made.back().task.id);
  EXPECT_EQ(audit().tasks, 3U);
}

TEST_P(StoreConformance, ExpiredKeysAreForgottenUpToALimit) {
  const AccountId anna = funded_account("anna", 100);
  std::vector<store::NewTask> made;
  for (std::uint8_t key = 0; key < 5; ++key) {
    made.push_back(with_key(rows_.task(anna, 1), key));
    create_task(made.back()).value();
  }
  const WallTime end = made[3].idempotency->expires_at;
  EXPECT_EQ(forget_submits(end, 3), 3U);
  EXPECT_EQ(forget_submits(end, 3), 1U);
  EXPECT_EQ(forget_submits(end, 3), 0U);
  EXPECT_TRUE(find_submit(made[4], end));
  EXPECT_FALSE(find_submit(made[0], made[0].task.created_at));
  EXPECT_EQ(audit().tasks, 5U);
}

TEST_P(StoreConformance, RacingSubmitsUnderOneKeyMakeOneTask) {
  const AccountId anna = funded_account("anna", 1'000'000);
  std::vector<store::NewTask> made;
  for (int i = 0; i < 1000; ++i) made.push_back(with_key(rows_.task(anna, 10), 7));
  std::atomic<int> accepted = 0, repeated = 0;
  std::vector<std::thread> callers;
  for (std::size_t caller = 0; caller < 4; ++caller) {
    callers.emplace_back([&, caller] {
      std::vector<std::future<Status>> answers;
      for (std::size_t i = caller; i < made.size(); i += 4) {
        answers.push_back(begin_ask<void>(
            [&](auto done) { store_->create_task(std::make_shared<store::NewTask>(made[i]), std::move(done)); }));
      }
      for (auto& answer : answers) {
        const Status status = wait_for_answer(answer);
        if (status)
          ++accepted;
        else if (status.error().code == Code::already_exists)
          ++repeated;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(accepted, 1);
  EXPECT_EQ(repeated, 999);
  EXPECT_EQ(balance(anna).held, micro(10));
  const ledger::Report report = audit();
  EXPECT_EQ(report.tasks, 1U);
  EXPECT_THAT(report.violations, IsEmpty());
}

}  // namespace
}  // namespace darkroom::test
