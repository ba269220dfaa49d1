#include <gmock/gmock.h>

#include "tests/conformance/store_backends.h"

namespace darkroom::test {
namespace {

struct FaultRow {
  Fault fault;
  bool answers;
  bool applies;
};

TEST(FaultyStore, EachFaultDoesWhatItSays) {
  for (const FaultRow& row :
       {FaultRow{Fault::none, true, true}, FaultRow{Fault::fail, true, false}, FaultRow{Fault::lose_answer, true, true},
        FaultRow{Fault::crash_before, false, false}, FaultRow{Fault::crash_after, false, true}}) {
    auto data = store::make_memory_data();
    StoreRows rows(1);
    const store::NewAccount anna = rows.account("anna", 100);
    const store::NewTask made = rows.task(anna.account.id, 10);
    auto store = make_faulty_store(store::make_memory_store(data), [&](std::string_view verb) {
      return verb == "create_task" ? row.fault : Fault::none;
    });
    ask<account::Account>([&](auto done) { store->ensure_account(anna, std::move(done)); }).value();
    std::optional<Status> answer;
    store->create_task(std::make_shared<store::NewTask>(made), [&](Status status) { answer = std::move(status); });
    const auto found =
        ask<std::optional<task::Task>>([&](auto done) { store->find_task(made.task.id, std::move(done)); });
    store->close();
    EXPECT_EQ(answer.has_value(), row.answers) << static_cast<int>(row.fault);
    if (answer && row.fault != Fault::none) {
      EXPECT_EQ(answer->error().code, Code::store_failed);
    }
    EXPECT_EQ(found.value().has_value(), row.applies) << static_cast<int>(row.fault);
  }
}

TEST(FaultyStore, EveryVerbIsAskedForByItsName) {
  std::vector<std::string_view> asked;
  auto store = make_faulty_store(store::make_memory_store(), [&](std::string_view verb) {
    asked.push_back(verb);
    return Fault::crash_before;
  });
  store->ensure_account({}, [](auto) {});
  store->find_account({}, [](auto) {});
  store->create_key({}, [](auto) {});
  store->revoke_key({}, {}, [](auto) {});
  store->touch_keys({}, [](auto) {});
  store->list_keys([](auto) {});
  store->post_grant({}, [](auto) {});
  store->get_balance({}, {}, [](auto) {});
  store->audit([](auto) {});
  store->create_task(std::make_shared<store::NewTask>(), [](auto) {});
  store->find_submit({}, {}, {}, {}, [](auto) {});
  store->forget_submits({}, 1, [](auto) {});
  store->find_task({}, [](auto) {});
  store->list_tasks({}, [](auto) {});
  store->claim_tasks({}, [](auto) {});
  store->list_unfinished({}, 1, [](auto) {});
  store->update_task({}, [](auto) {});
  store->list_events({}, [](auto) {});
  store->void_leases([](auto) {});
  store->list_expired_media({}, 1, [](auto) {});
  store->mark_media_removed({}, [](auto) {});
  store->create_webhook({}, [](auto) {});
  store->change_webhook({}, [](auto) {});
  store->remove_webhook({}, {}, [](auto) {});
  store->list_webhooks({}, [](auto) {});
  store->list_due_deliveries({}, [](auto) {});
  store->record_attempt({}, [](auto) {});
  store->list_deliveries({}, [](auto) {});
  store->resend_delivery({}, {}, {}, {}, [](auto) {});
  store->forget_deliveries({}, 1, [](auto) {});
  store->list_entries({}, [](auto) {});
  store->list_task_entries({}, [](auto) {});
  store->sum_grants({}, {}, [](auto) {});
  store->find_request({}, [](auto) {});
  store->list_task_deliveries({}, {}, [](auto) {});
  store->check_writable([](auto) {});
  EXPECT_THAT(asked, ::testing::ElementsAreArray(kStoreVerbs));
}

// The simulation's way: the store runs on the caller's loop, and a restart finds the same rows.
TEST(MemoryStore, RunsOnItsCallersExecutorAndForgetsWhatNeverRan) {
  auto data = store::make_memory_data();
  std::vector<std::move_only_function<void()>> loop;
  const store::Executor executor = [&](std::move_only_function<void()> work) { loop.push_back(std::move(work)); };
  StoreRows rows(1);
  bool answered = false;
  auto store = store::make_memory_store(data, executor);
  store->ensure_account(rows.account("anna", 100), [&](auto) { answered = true; });
  EXPECT_FALSE(answered);
  ASSERT_EQ(loop.size(), 1U);
  loop[0]();
  EXPECT_TRUE(answered);
  store->ensure_account(rows.account("bert", 100), [&](auto) { FAIL() << "crashed before"; });
  store.reset();
  loop.clear();
  store = store::make_memory_store(data, executor);
  std::vector<std::optional<account::Account>> found;
  for (const char* name : {"anna", "bert"}) {
    store->find_account(name, [&](auto account) { found.push_back(account.value()); });
  }
  for (auto& work : loop) work();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_TRUE(found[0]);
  EXPECT_FALSE(found[1]);
}

}  // namespace
}  // namespace darkroom::test
