#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "tests/conformance/store_conformance.h"

#include "task/codec.h"

namespace darkroom::test {
namespace {

using ledger::Book;
using ledger::Kind;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<TaskId> ids_of(const auto& rows) {
  std::vector<TaskId> ids;
  for (const auto& row : rows) ids.push_back(row.id);
  return ids;
}

TEST_P(StoreConformance, ATaskComesWithItsHoldAndEvent) {
  const AccountId anna = funded_account("anna", 100);
  const store::NewTask made = rows_.task(anna, 10, 3);
  create_task(made).value();
  EXPECT_EQ(describe(find_task(made.task.id).value()), describe(made.task));
  EXPECT_EQ(balance(anna), (ledger::Balance{micro(100), micro(30), {}}));
  const std::vector<task::Event> events = list_events(made.task.id);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].type, "accepted");
  EXPECT_EQ(events[0].number, 0U);
  EXPECT_EQ(events[0].data, R"({"hold_microcredits":30})");
  EXPECT_EQ(events[0].at, made.task.created_at);
  EXPECT_EQ(audit().entries, 2U);
  EXPECT_FALSE(find_task(rows_.task(anna, 1).task.id));
  EXPECT_THAT(list_events(rows_.task(anna, 1).task.id), IsEmpty());
  EXPECT_THAT(audit().violations, IsEmpty());
}

TEST_P(StoreConformance, InsufficientCreditsLeaveNothingBehind) {
  const AccountId anna = funded_account("anna", 29);
  const store::NewTask made = rows_.task(anna, 10, 3);
  EXPECT_EQ(create_task(made).error().code, Code::insufficient_credits);
  EXPECT_FALSE(find_task(made.task.id));
  EXPECT_THAT(list_events(made.task.id), IsEmpty());
  EXPECT_EQ(balance(anna), (ledger::Balance{micro(29), {}, {}}));
  EXPECT_EQ(audit().entries, 1U);
  // Credits of the other book do not count.
  store::NewTask live = rows_.task(anna, 1, 1, Book::live);
  EXPECT_EQ(create_task(live).error().code, Code::insufficient_credits);
  EXPECT_TRUE(create_task(rows_.task(anna, 29)));
}

TEST_P(StoreConformance, ARepeatedTaskIsRefusedAndHeldOnce) {
  const AccountId anna = funded_account("anna", 30);
  const store::NewTask made = rows_.task(anna, 20);
  create_task(made).value();
  EXPECT_EQ(create_task(made).error().code, Code::already_exists);
  EXPECT_EQ(balance(anna).held, micro(20));
  EXPECT_EQ(list_events(made.task.id).size(), 1U);
}

TEST_P(StoreConformance, ATaskThatCostsNothingNeedsNoCredits) {
  const AccountId anna = funded_account("anna", 0);
  const store::NewTask made = rows_.task(anna, 0, 2);
  create_task(made).value();
  update_task(rows_.end(claim(made.task.id).value(), 2)).value();
  EXPECT_EQ(audit().entries, 0U);
  EXPECT_THAT(audit().violations, IsEmpty());
}

TEST_P(StoreConformance, ContradictoryNewTasksAreRefused) {
  const AccountId anna = funded_account("anna", 100);
  const std::vector<std::function<void(store::NewTask&)>> damages = {
      [](auto& made) { made.task.hold = micro(-1); },
      [](auto& made) { made.task.captured = micro(1); },
      [](auto& made) { made.task.event_count = 0; },
      [](auto& made) { made.task.leased = true; },
      [](auto& made) { made.task.state = task::State::completed; },
  };
  for (std::size_t i = 0; i < damages.size(); ++i) {
    store::NewTask made = rows_.task(anna, 10);
    damages[i](made);
    const Status refused = create_task(made);
    ASSERT_FALSE(refused) << i;
    EXPECT_EQ(refused.error().code, Code::internal) << i;
  }
  EXPECT_EQ(create_task(rows_.task(rows_.account("nobody").account.id, 0)).error().code, Code::not_found);
  EXPECT_EQ(audit().tasks, 0U);
  EXPECT_EQ(balance(anna).held, micro(0));
}

TEST_P(StoreConformance, AClaimRaisesTheFenceByOneAndIsExclusive) {
  const AccountId anna = funded_account("anna", 100);
  const store::NewTask made = rows_.task(anna, 10);
  create_task(made).value();
  const task::Task claimed = claim(made.task.id).value();
  EXPECT_EQ(claimed.fence, made.task.fence + 1);
  EXPECT_TRUE(claimed.leased);
  EXPECT_EQ(describe(find_task(made.task.id).value()), describe(claimed));
  EXPECT_FALSE(claim(made.task.id));
  update_task(rows_.step(claimed, false)).value();
  EXPECT_EQ(claim(made.task.id)->fence, made.task.fence + 2);
}

TEST_P(StoreConformance, ClaimsAnswerInTheOrderOfTheIds) {
  const AccountId anna = funded_account("anna", 100);
  const store::NewTask first = rows_.task(anna, 10);
  const store::NewTask second = rows_.task(anna, 10);
  create_task(first).value();
  create_task(second).value();
  const TaskId unknown = rows_.task(anna, 10).task.id;
  const auto claimed = ask<std::vector<std::optional<task::Task>>>([&](auto done) {
                         store_->claim_tasks({second.task.id, unknown, first.task.id, second.task.id}, std::move(done));
                       }).value();
  ASSERT_EQ(claimed.size(), 4U);
  EXPECT_EQ(claimed[0]->id, second.task.id);
  EXPECT_FALSE(claimed[1]);
  EXPECT_EQ(claimed[2]->id, first.task.id);
  EXPECT_FALSE(claimed[3]);
}

TEST_P(StoreConformance, AnUpdateReplacesTheTaskAndAppendsEvents) {
  const task::Task claimed = claimed_task(funded_account("anna", 100));
  const store::TaskUpdate step = rows_.step(claimed, true);
  update_task(step).value();
  EXPECT_EQ(describe(find_task(claimed.id).value()), describe(step.task));
  const std::vector<task::Event> events = list_events(claimed.id);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[1].number, 1U);
  EXPECT_EQ(events[1].type, "attempt");
  // The lease was kept, so the same fence may write again.
  EXPECT_TRUE(update_task(rows_.step(step.task, true)));
}

TEST_P(StoreConformance, AnUpdateNeverChangesWhatIsFrozen) {
  const task::Task claimed = claimed_task(funded_account("anna", 100));
  store::TaskUpdate step = rows_.step(claimed, true);
  step.task.plan.prompt = "something else";
  step.task.plan.unit_price = micro(1);
  step.task.hold = micro(1);
  step.task.created_at = rows_.next_time();
  update_task(step).value();
  const task::Task stored = find_task(claimed.id).value();
  EXPECT_EQ(task::print_plan(stored.plan), task::print_plan(claimed.plan));
  EXPECT_EQ(stored.hold, claimed.hold);
  EXPECT_EQ(stored.created_at, claimed.created_at);
}

TEST_P(StoreConformance, StaleWritersChangeNothing) {
  const AccountId anna = funded_account("anna", 100);
  const task::Task claimed = claimed_task(anna);
  const std::string before = describe(claimed);
  store::TaskUpdate stale = rows_.end(claimed, 2);
  stale.task.fence -= 1;
  EXPECT_EQ(update_task(stale).error().code, Code::stale_fence);
  stale.task.fence += 2;
  EXPECT_EQ(update_task(stale).error().code, Code::stale_fence);
  EXPECT_EQ(describe(find_task(claimed.id).value()), before);
  EXPECT_EQ(list_events(claimed.id).size(), 1U);
  EXPECT_EQ(balance(anna).held, micro(20));

  // Without a lease, and after it was void.
  EXPECT_EQ(void_leases(), 1U);
  EXPECT_EQ(update_task(rows_.step(claimed, true)).error().code, Code::stale_fence);
  claim(claimed.id).value();
  EXPECT_EQ(update_task(rows_.step(claimed, true)).error().code, Code::stale_fence);

  // A task that nobody has stored.
  task::Task unknown = claimed;
  unknown.id = rows_.task(anna, 1).task.id;
  EXPECT_EQ(update_task(rows_.step(unknown, true)).error().code, Code::stale_fence);
}

TEST_P(StoreConformance, AnEndSettlesTheHoldAndIsForEver) {
  const AccountId anna = funded_account("anna", 100);
  const task::Task claimed = claimed_task(anna);
  store::TaskUpdate end = rows_.end(claimed, 1);
  end.task.leased = true;  // a task that ends loses its lease
  update_task(end).value();
  const task::Task ended = find_task(claimed.id).value();
  EXPECT_FALSE(ended.leased);
  EXPECT_EQ(ended.state, task::State::completed);
  EXPECT_EQ(ended.captured, micro(10));
  EXPECT_EQ(balance(anna), (ledger::Balance{micro(100), {}, micro(10)}));
  EXPECT_THAT(audit().violations, IsEmpty());

  EXPECT_FALSE(claim(claimed.id));
  EXPECT_EQ(update_task(end).error().code, Code::stale_fence);
  EXPECT_EQ(update_task(rows_.step(claimed, true)).error().code, Code::stale_fence);
  EXPECT_EQ(void_leases(), 0U);
  EXPECT_EQ(describe(find_task(claimed.id).value()), describe(ended));
  EXPECT_THAT(list_unfinished(std::nullopt, 10), IsEmpty());
}

TEST_P(StoreConformance, AFailureReleasesAll) {
  const AccountId anna = funded_account("anna", 100);
  const task::Task claimed = claimed_task(anna);
  update_task(rows_.end(claimed, 0)).value();
  EXPECT_EQ(balance(anna), (ledger::Balance{micro(100), {}, {}}));
  EXPECT_EQ(find_task(claimed.id)->failure, Code::provider_failed);
  EXPECT_THAT(audit().violations, IsEmpty());
}

TEST_P(StoreConformance, UpdatesThatBreakTheBooksAreRefused) {
  const AccountId anna = funded_account("anna", 100);
  const task::Task claimed = claimed_task(anna);
  struct Row {
    std::string what;
    std::function<void(store::TaskUpdate&)> damage;
  };
  const std::vector<Row> rows = {
      {"captures more than the hold", [](auto& end) { end.entries.front().amount = micro(21); }},
      {"captures other than it says", [](auto& end) { end.task.captured = micro(9); }},
      {"releases too little", [](auto& end) { end.entries.back().amount = micro(9); }},
      {"resolves nothing", [](auto& end) { end.entries.clear(); }},
      {"has another task's entry", [](auto& end) { end.entries.back().ref[0] ^= 1; }},
      {"posts to another account", [](auto& end) { end.entries.back().account.bytes[0] ^= 1; }},
      {"posts to the other book", [](auto& end) { end.entries.back().book = Book::live; }},
      {"holds again", [](auto& end) { end.entries.back().kind = Kind::hold; }},
      {"has no time of its end", [](auto& end) { end.task.ended_at.reset(); }},
      {"resolves while it runs",
       [](auto& end) {
         end.task.state = task::State::running;
         end.task.ended_at.reset();
       }},
      {"skips an event",
       [](auto& end) {
         end.events.front().number += 1;
         end.task.event_count += 1;
       }},
      {"has another task's event", [](auto& end) { end.events.front().task.bytes[0] ^= 1; }},
      {"miscounts its events", [](auto& end) { end.task.event_count += 1; }},
  };
  for (const Row& row : rows) {
    store::TaskUpdate end = rows_.end(claimed, 1);
    row.damage(end);
    const Status refused = update_task(end);
    ASSERT_FALSE(refused) << row.what;
    EXPECT_EQ(refused.error().code, Code::internal) << row.what;
  }
  EXPECT_EQ(describe(find_task(claimed.id).value()), describe(claimed));
  EXPECT_EQ(balance(anna).held, micro(20));
  EXPECT_THAT(audit().violations, IsEmpty());
}

TEST_P(StoreConformance, AnEntryIsRefusedTwiceAndTakesTheUpdateWithIt) {
  const AccountId anna = funded_account("anna", 100);
  const task::Task claimed = claimed_task(anna);
  const auto lossy = [&](const task::Task& task, std::vector<std::uint32_t> numbers) {
    store::TaskUpdate step = rows_.step(task, true);
    for (const std::uint32_t number : numbers) {
      step.entries.push_back(
          {task.id.bytes, Kind::upstream_loss, number, anna, Book::test, micro(7), rows_.next_time()});
    }
    return step;
  };
  const store::TaskUpdate first = lossy(claimed, {1});
  update_task(first).value();
  for (const std::vector<std::uint32_t>& numbers : std::vector<std::vector<std::uint32_t>>{{1}, {2, 1}, {2, 2}}) {
    EXPECT_EQ(update_task(lossy(first.task, numbers)).error().code, Code::already_exists);
    EXPECT_EQ(describe(find_task(claimed.id).value()), describe(first.task));
  }
  EXPECT_TRUE(update_task(lossy(first.task, {2})));
  const ledger::Report report = audit();
  EXPECT_THAT(report.violations, IsEmpty());
  EXPECT_EQ(report.upstream_loss.at(Book::test), micro(14));
  EXPECT_EQ(balance(anna), (ledger::Balance{micro(100), micro(20), {}}));
}

TEST_P(StoreConformance, ListTasksNewestFirstWithEveryFilter) {
  const AccountId anna = funded_account("anna", 1000);
  const AccountId bert = funded_account("bert", 1000);
  std::vector<TaskId> ids;
  for (int i = 0; i < 6; ++i) {
    const store::NewTask made = rows_.task(i % 2 == 0 ? anna : bert, 10);
    create_task(made).value();
    ids.push_back(made.task.id);
  }
  update_task(rows_.end(claim(ids[0]).value(), 1)).value();
  update_task(rows_.end(claim(ids[3]).value(), 0)).value();
  const auto list = [&](std::optional<AccountId> account, std::optional<task::State> state,
                        std::optional<TaskId> before,
                        std::size_t limit) { return ids_of(list_tasks({account, state, before, limit})); };
  EXPECT_THAT(list({}, {}, {}, 20), ElementsAre(ids[5], ids[4], ids[3], ids[2], ids[1], ids[0]));
  EXPECT_THAT(list({}, {}, {}, 2), ElementsAre(ids[5], ids[4]));
  EXPECT_THAT(list({}, {}, ids[4], 2), ElementsAre(ids[3], ids[2]));
  EXPECT_THAT(list(anna, {}, {}, 20), ElementsAre(ids[4], ids[2], ids[0]));
  EXPECT_THAT(list(anna, {}, ids[3], 1), ElementsAre(ids[2]));
  EXPECT_THAT(list({}, task::State::queued, ids[5], 20), ElementsAre(ids[4], ids[2], ids[1]));
  EXPECT_THAT(list({}, task::State::failed, {}, 20), ElementsAre(ids[3]));
  EXPECT_THAT(list(anna, task::State::completed, {}, 20), ElementsAre(ids[0]));
  EXPECT_THAT(list(bert, task::State::completed, {}, 20), IsEmpty());
  EXPECT_THAT(list({}, {}, {}, 0), IsEmpty());
}

TEST_P(StoreConformance, ListTasksGivesAtMostAPage) {
  const AccountId anna = funded_account("anna", 1'000'000);
  for (std::size_t i = 0; i < store::kMaxPage + 1; ++i) {
    store_->create_task(std::make_shared<store::NewTask>(rows_.task(anna, 1)),
                        [](Status status) { DR_CHECK(status.has_value()); });
  }
  EXPECT_EQ(list_tasks({anna, {}, {}, 5000}).size(), store::kMaxPage);
}

TEST_P(StoreConformance, ListUnfinishedOldestFirstInPages) {
  const AccountId anna = funded_account("anna", 1000);
  std::vector<TaskId> ids;
  for (int i = 0; i < 5; ++i) {
    const store::NewTask made = rows_.task(anna, 10, 2);
    create_task(made).value();
    ids.push_back(made.task.id);
  }
  update_task(rows_.end(claim(ids[1]).value(), 1)).value();
  const task::Task waiting = claim(ids[2]).value();
  const store::TaskUpdate step = rows_.step(waiting, false);
  update_task(step).value();
  claim(ids[3]).value();
  EXPECT_THAT(ids_of(list_unfinished(std::nullopt, 2)), ElementsAre(ids[0], ids[2]));
  EXPECT_THAT(ids_of(list_unfinished(ids[2], 100)), ElementsAre(ids[3], ids[4]));
  EXPECT_THAT(ids_of(list_unfinished(ids[1], 1)), ElementsAre(ids[2]));
  const std::vector<store::QueuedTask> queue = list_unfinished(ids[0], 2);
  EXPECT_EQ(queue[0].account, anna);
  EXPECT_EQ(queue[0].model, "nano-banana");
  EXPECT_EQ(queue[0].upstream, "first");
  EXPECT_EQ(queue[0].calls, 2U);
  EXPECT_EQ(queue[0].created_at, waiting.created_at);
  EXPECT_EQ(queue[0].due_at, step.task.due_at);
  EXPECT_FALSE(queue[0].leased);
  EXPECT_TRUE(queue[1].leased);
}

TEST_P(StoreConformance, VoidLeasesCountsThem) {
  const AccountId anna = funded_account("anna", 1000);
  const task::Task first = claimed_task(anna);
  claimed_task(anna);
  create_task(rows_.task(anna, 10)).value();
  EXPECT_EQ(void_leases(), 2U);
  EXPECT_EQ(void_leases(), 0U);
  EXPECT_EQ(claim(first.id)->fence, first.fence + 1);
}

TEST_P(StoreConformance, ExpiredMediaOldestEndFirstUntilRemoved) {
  const AccountId anna = funded_account("anna", 1000);
  const task::Task first = claimed_task(anna);
  const task::Task second = claimed_task(anna);
  const task::Task third = claimed_task(anna);
  const task::Task running = claimed_task(anna);
  // The second ends before the first; the failed one has files too, such as its references.
  update_task(rows_.end(second, 0)).value();
  const store::TaskUpdate end = rows_.end(first, 2);
  update_task(end).value();
  update_task(rows_.end(third, 2)).value();
  const WallTime later = rows_.next_time();
  EXPECT_THAT(list_expired_media(later, 10), ElementsAre(second.id, first.id, third.id));
  EXPECT_THAT(list_expired_media(later, 1), ElementsAre(second.id));
  EXPECT_THAT(list_expired_media(*end.task.ended_at, 10), ElementsAre(second.id));
  mark_media_removed({second.id, running.id, rows_.task(anna, 1).task.id});
  EXPECT_THAT(list_expired_media(later, 10), ElementsAre(first.id, third.id));
  mark_media_removed({second.id, first.id});
  EXPECT_THAT(list_expired_media(later, 10), ElementsAre(third.id));
  update_task(rows_.end(running, 1)).value();
  EXPECT_THAT(list_expired_media(rows_.next_time(), 10), ElementsAre(third.id, running.id));
}

TEST_P(StoreConformance, VerbsOfOneCallerTakeEffectInOrder) {
  const AccountId anna = funded_account("anna", 1'000'000);
  for (int i = 0; i < 50; ++i) {
    const store::NewTask made = rows_.task(anna, 1);
    auto created = begin_ask<void>(
        [&](auto done) { store_->create_task(std::make_shared<store::NewTask>(made), std::move(done)); });
    auto found =
        begin_ask<std::optional<task::Task>>([&](auto done) { store_->find_task(made.task.id, std::move(done)); });
    auto claimed = begin_ask<std::vector<std::optional<task::Task>>>(
        [&](auto done) { store_->claim_tasks({made.task.id}, std::move(done)); });
    auto listed = begin_ask<std::vector<store::QueuedTask>>(
        [&](auto done) { store_->list_unfinished(std::nullopt, 1000, std::move(done)); });
    EXPECT_TRUE(wait_for_answer(created));
    EXPECT_TRUE(wait_for_answer(found).value().has_value());
    EXPECT_TRUE(wait_for_answer(claimed).value().at(0).has_value());
    EXPECT_TRUE(wait_for_answer(listed).value().back().leased);
  }
}

TEST_P(StoreConformance, RacingSubmitsNeverOverspend) {
  const AccountId anna = funded_account("anna", 1000);
  std::vector<store::NewTask> made;
  for (int i = 0; i < 1000; ++i) made.push_back(rows_.task(anna, 10));
  std::atomic<int> accepted = 0, refused = 0;
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
        else if (status.error().code == Code::insufficient_credits)
          ++refused;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(accepted, 100);
  EXPECT_EQ(refused, 900);
  EXPECT_EQ(balance(anna), (ledger::Balance{micro(1000), micro(1000), {}}));
  const ledger::Report report = audit();
  EXPECT_EQ(report.tasks, 100U);
  EXPECT_THAT(report.violations, IsEmpty());
}

TEST_P(StoreConformance, RacingEndsSettleOnce) {
  const AccountId anna = funded_account("anna", 100);
  const task::Task claimed = claimed_task(anna);
  std::vector<std::future<Status>> answers;
  for (std::uint32_t i = 0; i < 100; ++i) {
    answers.push_back(
        begin_ask<void>([&](auto done) { store_->update_task(rows_.end(claimed, i % 3), std::move(done)); }));
  }
  int ended = 0;
  for (auto& answer : answers) ended += wait_for_answer(answer) ? 1 : 0;
  EXPECT_EQ(ended, 1);
  EXPECT_THAT(audit().violations, IsEmpty());
  EXPECT_EQ(list_events(claimed.id).size(), 2U);
}

}  // namespace
}  // namespace darkroom::test
