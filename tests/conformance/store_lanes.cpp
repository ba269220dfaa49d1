// Callbacks of one account wait by where they lead: over every store, and what only a file can show.
#include <gmock/gmock.h>
#include <sqlite3.h>

#include "tests/conformance/store_backends.h"

namespace darkroom::test {
namespace {

using ::testing::SizeIs;
using webhook::DeliveryState;

constexpr const char* kSilent = "https://silent.example.org/hook";
constexpr const char* kHealthy = "https://healthy.example.org/hook";

class StoreLanes : public StoreConformance {
 protected:
  StoreLanes() : anna_(funded_account("anna", 100)), shared_(rows_.endpoint(anna_)) {
    ask<void>([&](auto done) { store_->create_webhook(shared_, std::move(done)); }).value();
  }
  TaskId ended_task(const std::string& callback) {
    store::NewTask made = rows_.task(anna_, 1);
    made.task.plan.callback_url = callback;
    create_task(made).value();
    update_task(rows_.end(claim(made.task.id).value(), 1)).value();
    return made.task.id;
  }
  store::DuePage due(store::DueFilter filter) {
    filter.now = rows_.next_time();
    return ask<store::DuePage>([&](auto done) { store_->list_due_deliveries(filter, std::move(done)); }).value();
  }
  webhook::Delivery find_callback(TaskId task) {
    const auto all = ask<std::vector<webhook::Delivery>>(
        [&](auto done) { store_->list_task_deliveries(anna_, task, std::move(done)); });
    return all->at(0);
  }
  std::uint32_t pending() {
    return ask<std::vector<webhook::Endpoint>>([&](auto done) { store_->list_webhooks(anna_, std::move(done)); })
        ->at(0)
        .pending;
  }
  webhook::Lane lane(const char* url) const { return {shared_.id, webhook::lane_of_callback(url)}; }

  const AccountId anna_;
  const webhook::Endpoint shared_;
};

TEST_P(StoreLanes, DueCallbacksComeAFewOfEachOrigin) {
  std::vector<TaskId> silent;
  for (int i = 0; i < 5; ++i) silent.push_back(ended_task(std::string(kSilent) + "?number=" + std::to_string(i)));
  const TaskId healthy = ended_task(kHealthy);
  reopen();
  const store::DuePage page = due({.of_each = 2});
  ASSERT_THAT(page.deliveries, SizeIs(3));
  EXPECT_FALSE(page.last);
  std::map<webhook::Lane, std::vector<TaskId>> found;
  for (const store::DueDelivery& one : page.deliveries) {
    found[{one.delivery.webhook, one.delivery.lane}].push_back(one.delivery.task);
    EXPECT_EQ(one.endpoint.id, shared_.id);
  }
  EXPECT_EQ(found[lane(kSilent)], (std::vector{silent[0], silent[1]})) << "the longest due first";
  EXPECT_EQ(found[lane(kHealthy)], std::vector{healthy});

  const auto [first, second] = std::minmax({lane(kSilent), lane(kHealthy)});
  const store::DuePage one = due({.lanes = 1, .of_each = 9});
  EXPECT_EQ(one.last, first);
  const store::DuePage rest = due({.after = first, .lanes = 1, .of_each = 9});
  EXPECT_FALSE(rest.last);
  EXPECT_THAT(one.deliveries, SizeIs(first == lane(kSilent) ? 5 : 1));
  EXPECT_THAT(rest.deliveries, SizeIs(second == lane(kSilent) ? 5 : 1));
}

TEST_P(StoreLanes, ALaneThatWaitsSaysUntilWhenAndHidesNoOther) {
  const webhook::Delivery silent = find_callback(ended_task(kSilent));
  const TaskId healthy = ended_task(kHealthy);
  const WallTime later = rows_.next_time() + seconds(5);
  const store::AttemptRecord made{
      silent.webhook, silent.task, 0, {rows_.next_time(), 12, 0, ""}, {DeliveryState::pending, later}};
  ask<webhook::Endpoint>([&](auto done) { store_->record_attempt(made, std::move(done)); }).value();
  const store::DuePage page = due({});
  ASSERT_THAT(page.deliveries, SizeIs(1));
  EXPECT_EQ(page.deliveries[0].delivery.task, healthy);
  EXPECT_EQ(page.next_due, later);
}

INSTANTIATE_TEST_SUITE_P(Every, StoreLanes, ::testing::ValuesIn(all_backends()),
                         [](const auto& info) { return info.param.name; });

class SqliteLanes : public StoreLanes {
 protected:
  // Runs SQL while no store has the file open.
  void change_file(const std::string& sql) {
    store_->close();
    store_.reset();
    sqlite3* database = nullptr;
    sqlite3_open(static_cast<SqliteBackend&>(*backend_).path().c_str(), &database);
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(database);
    sqlite3_close(database);
    store_ = backend_->open();
  }
  // As if so many tasks with the callback of the one there is had ended.
  void repeat_the_only_one(std::uint32_t times) {
    change_file(
        "WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < " +
        std::to_string(times) +
        ") INSERT INTO deliveries (webhook, task, account, callback_url, lane, type, body, created_at, state, due_at, "
        "tries, attempt_count, attempts) SELECT webhook, randomblob(16), account, callback_url, lane, type, body, "
        "created_at, state, due_at, tries, attempt_count, attempts FROM deliveries, numbers; "
        "UPDATE webhooks SET pending = pending + " +
        std::to_string(times));
  }
};

TEST_P(SqliteLanes, AFullLaneDropsWhatComesAndLeavesTheOthersTheirRoom) {
  ended_task(kSilent);
  repeat_the_only_one(webhook::kMostPending - 2);
  EXPECT_EQ(find_callback(ended_task(kSilent)).state, DeliveryState::pending) << "the last for which there is room";
  EXPECT_EQ(pending(), webhook::kMostPending);
  EXPECT_EQ(find_callback(ended_task(kSilent)).state, DeliveryState::dropped);
  EXPECT_EQ(find_callback(ended_task(kHealthy)).state, DeliveryState::pending);
  EXPECT_EQ(pending(), webhook::kMostPending + 1);
}

TEST_P(SqliteLanes, WhatWaitedBeforeThereWereLanesIsDelivered) {
  const TaskId early = ended_task(kSilent);
  change_file(
      "DROP TABLE seal; DROP INDEX deliveries_due; ALTER TABLE deliveries DROP COLUMN lane; CREATE INDEX "
      "deliveries_due ON deliveries "
      "(webhook, due_at, task) WHERE due_at NOT NULL; PRAGMA user_version = 10");
  const TaskId late = ended_task(kSilent);
  const store::DuePage page = due({.of_each = 1});
  ASSERT_THAT(page.deliveries, SizeIs(2));
  EXPECT_EQ(page.deliveries[0].delivery.task, early);
  EXPECT_EQ(page.deliveries[0].delivery.lane, 0);
  EXPECT_EQ(page.deliveries[1].delivery.task, late);
}

INSTANTIATE_TEST_SUITE_P(Sqlite, SqliteLanes,
                         ::testing::Values(BackendCase{"sqlite", [] { return std::make_unique<SqliteBackend>(); }}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace darkroom::test
