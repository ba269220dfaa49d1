#include <gmock/gmock.h>

#include <thread>

#include "tests/conformance/store_conformance.h"

namespace darkroom::test {
namespace {

using ledger::Book;
using ::testing::IsEmpty;

TEST_P(StoreConformance, EnsureAccountMakesOneAndThenFindsIt) {
  const store::NewAccount wanted = rows_.account("anna", 500);
  EXPECT_EQ(ensure_account(wanted)->id, wanted.account.id);
  const store::NewAccount again = rows_.account("anna", 700);
  const account::Account found = ensure_account(again).value();
  EXPECT_EQ(found.id, wanted.account.id);
  EXPECT_EQ(found.created_at, wanted.account.created_at);
  // The grant is given once, in the test book.
  EXPECT_EQ(balance(found.id, Book::test), (ledger::Balance{micro(500), {}, {}}));
  EXPECT_EQ(balance(found.id, Book::live), ledger::Balance{});
  EXPECT_THAT(audit().violations, IsEmpty());
}

TEST_P(StoreConformance, EnsureAccountLeavesNothingBehindWhenItFails) {
  const store::NewAccount anna = rows_.account("anna", 500);
  ensure_account(anna).value();
  store::NewAccount bert = rows_.account("bert", 500);
  bert.grant_id = anna.grant_id;
  EXPECT_EQ(ensure_account(bert).error().code, Code::already_exists);
  bert = rows_.account("bert", 500);
  bert.account.id = anna.account.id;
  EXPECT_EQ(ensure_account(bert).error().code, Code::already_exists);
  const auto found =
      ask<std::optional<account::Account>>([&](auto done) { store_->find_account("bert", std::move(done)); });
  EXPECT_FALSE(found.value());
  EXPECT_EQ(audit().entries, 1U);
}

TEST_P(StoreConformance, FindAccount) {
  const store::NewAccount wanted = rows_.account("anna");
  ensure_account(wanted).value();
  const auto find = [&](std::string name) {
    return ask<std::optional<account::Account>>([&](auto done) { store_->find_account(name, std::move(done)); })
        .value();
  };
  EXPECT_EQ(find("anna")->id, wanted.account.id);
  EXPECT_EQ(find("anna")->name, "anna");
  EXPECT_FALSE(find("Anna"));
}

TEST_P(StoreConformance, KeysAreListedOldestFirstAndWhole) {
  const AccountId anna = funded_account("anna", 0);
  account::KeyRecord first = rows_.key(anna);
  account::KeyRecord second = rows_.key(anna, Book::live);
  second.models.clear();
  second.expires_at.reset();
  create_key(second).value();
  create_key(first).value();
  first.account_name = second.account_name = "anna";
  const std::vector<account::KeyRecord> keys = list_keys();
  ASSERT_EQ(keys.size(), 2U);
  EXPECT_EQ(describe(keys[0]), describe(first));
  EXPECT_EQ(describe(keys[1]), describe(second));
}

TEST_P(StoreConformance, CreateKeyRefusesTakenIdsAndHashesAndUnknownAccounts) {
  const AccountId anna = funded_account("anna", 0);
  const account::KeyRecord key = rows_.key(anna);
  create_key(key).value();
  account::KeyRecord same_id = rows_.key(anna);
  same_id.id = key.id;
  EXPECT_EQ(create_key(same_id).error().code, Code::already_exists);
  account::KeyRecord same_hash = rows_.key(anna);
  same_hash.hash = key.hash;
  EXPECT_EQ(create_key(same_hash).error().code, Code::already_exists);
  EXPECT_EQ(create_key(rows_.key(rows_.account("nobody").account.id)).error().code, Code::not_found);
  EXPECT_EQ(list_keys().size(), 1U);
}

TEST_P(StoreConformance, RevokeKeepsTheFirstTime) {
  const account::KeyRecord key = rows_.key(funded_account("anna", 0));
  create_key(key).value();
  const auto revoke = [&](KeyId id, WallTime at) {
    return ask<account::KeyRecord>([&](auto done) { store_->revoke_key(id, at, std::move(done)); });
  };
  const WallTime first = rows_.next_time();
  EXPECT_EQ(revoke(key.id, first)->revoked_at, first);
  const account::KeyRecord again = revoke(key.id, rows_.next_time()).value();
  EXPECT_EQ(again.revoked_at, first);
  EXPECT_EQ(again.account_name, "anna");
  EXPECT_EQ(list_keys().at(0).revoked_at, first);
  EXPECT_EQ(revoke(rows_.key(key.account).id, first).error().code, Code::not_found);
}

TEST_P(StoreConformance, TouchKeysKeepsTheLatestMinute) {
  const account::KeyRecord key = rows_.key(funded_account("anna", 0));
  create_key(key).value();
  const auto touch = [&](WallTime at) {
    ask<void>([&](auto done) { store_->touch_keys({{KeyId{}, at}, {key.id, at}}, std::move(done)); }).value();
    return list_keys().at(0).last_used_at.value();
  };
  const WallTime minute = from_millis(60'000 * 1000);
  EXPECT_EQ(touch(minute + seconds(30)), minute);
  EXPECT_EQ(touch(minute + seconds(90)), minute + seconds(60));
  EXPECT_EQ(touch(minute), minute + seconds(60));
}

TEST_P(StoreConformance, GrantsAddUpAndAreRefusedTwice) {
  const AccountId anna = funded_account("anna", 0);
  const ledger::Entry grant = rows_.grant(anna, 70, Book::live);
  EXPECT_EQ(post_grant(grant)->granted, micro(70));
  EXPECT_EQ(post_grant(grant).error().code, Code::already_exists);
  EXPECT_EQ(post_grant(rows_.grant(anna, 5, Book::live))->granted, micro(75));
  EXPECT_EQ(balance(anna, Book::live), (ledger::Balance{micro(75), {}, {}}));
  EXPECT_EQ(balance(anna, Book::test), ledger::Balance{});
  const ledger::Report report = audit();
  EXPECT_THAT(report.violations, IsEmpty());
  EXPECT_EQ(report.entries, 2U);
  EXPECT_EQ(report.granted.at(Book::live), micro(75));
}

TEST_P(StoreConformance, ImpossibleGrantsAreRefused) {
  const AccountId anna = funded_account("anna", 0);
  ledger::Entry hold = rows_.grant(anna, 10);
  hold.kind = ledger::Kind::hold;
  EXPECT_EQ(post_grant(hold).error().code, Code::internal);
  ledger::Entry nothing = rows_.grant(anna, 0);
  EXPECT_EQ(post_grant(nothing).error().code, Code::internal);
  EXPECT_EQ(post_grant(rows_.grant(rows_.account("nobody").account.id, 10)).error().code, Code::not_found);
  post_grant(rows_.grant(anna, MicroCredits::kMax)).value();
  EXPECT_EQ(post_grant(rows_.grant(anna, 1)).error().code, Code::internal);
  EXPECT_EQ(balance(anna).granted, micro(MicroCredits::kMax));
  EXPECT_EQ(audit().entries, 1U);
}

TEST_P(StoreConformance, RowsOutliveTheStore) {
  const AccountId anna = funded_account("anna", 100);
  create_key(rows_.key(anna)).value();
  const task::Task claimed = claimed_task(anna);
  const std::string keys = describe(list_keys().at(0));
  reopen();
  EXPECT_EQ(describe(list_keys().at(0)), keys);
  EXPECT_EQ(describe(find_task(claimed.id).value()), describe(claimed));
  EXPECT_EQ(balance(anna), (ledger::Balance{micro(100), micro(20), {}}));
  EXPECT_THAT(audit().violations, IsEmpty());
}

TEST_P(StoreConformance, IsWritableAndClosesTwice) {
  EXPECT_TRUE(ask<void>([&](auto done) { store_->check_writable(std::move(done)); }));
  store_->close();
  store_->close();
}

TEST_P(StoreConformance, CloseAnswersWhatWasQueued) {
  const AccountId anna = funded_account("anna", 1'000'000);
  std::vector<std::future<Status>> creates;
  for (int i = 0; i < 200; ++i) {
    creates.push_back(begin_ask<void>([&](auto done) {
      store_->create_task(std::make_shared<store::NewTask>(rows_.task(anna, 10)), std::move(done));
    }));
  }
  auto report = begin_ask<ledger::Report>([&](auto done) { store_->audit(std::move(done)); });
  store_->close();
  for (auto& create : creates) EXPECT_TRUE(wait_for_answer(create));
  EXPECT_EQ(wait_for_answer(report)->tasks, 200U);
}

TEST_P(StoreConformance, AnswersOnAnotherThread) {
  std::promise<std::thread::id> there;
  store_->check_writable([&](Status) { there.set_value(std::this_thread::get_id()); });
  auto answer = there.get_future();
  ASSERT_EQ(answer.wait_for(kLongestAnswer), std::future_status::ready);
  EXPECT_NE(answer.get(), std::this_thread::get_id());
}

}  // namespace
}  // namespace darkroom::test
