#include "usecase/task_feed.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <vector>

#include "runtime/async_scope.h"
#include "runtime/loops.h"
#include "tests/sim/sim_loop.h"

namespace darkroom::usecase {
namespace {

TaskId id_of(std::uint8_t number) {
  TaskId id;
  id.bytes[15] = number;
  return id;
}

struct World {
  sim::SimClock clock;
  sim::SimLoop loop{clock};
  AsyncScope scope;
  std::string woken;  // who, in that order

  // Waits once, under a letter.
  static Async<void> wait_once(World* world, TaskFeed* feed, TaskId task, TaskFeed::Until until, char letter) {
    std::optional<TaskFeed::Ticket> ticket = feed->enter(world->loop, task, until);
    if (!ticket) {
      world->woken += '!';
      co_return;
    }
    TaskFeed::Ticket::Wait next = ticket->next(world->loop.now() + seconds(60));
    co_await next;
    world->woken += letter;
  }
  void wait(TaskFeed& feed, std::uint8_t task, TaskFeed::Until until, char letter) {
    scope.spawn(wait_once(this, &feed, id_of(task), until, letter));
  }
  // Without letting time pass.
  void run() {
    while (loop.is_busy()) loop.step();
  }
};

TEST(TaskFeed, WakesThoseWhoWaitForThatStepOfThatTask) {
  World world;
  TaskFeed feed;
  world.wait(feed, 1, TaskFeed::Until::end, 'a');
  world.wait(feed, 1, TaskFeed::Until::step, 'b');
  world.wait(feed, 2, TaskFeed::Until::end, 'c');
  world.run();
  EXPECT_EQ(world.woken, "");
  EXPECT_EQ(feed.waiting(), 3U);
  feed.publish(id_of(1), false);
  world.run();
  EXPECT_EQ(world.woken, "b");
  feed.publish(id_of(1), true);
  world.run();
  EXPECT_EQ(world.woken, "ba");
  feed.publish(id_of(3), true);
  world.run();
  EXPECT_EQ(feed.waiting(), 1U);
  feed.publish(id_of(2), true);
  world.run();
  EXPECT_EQ(world.woken, "bac");
  EXPECT_EQ(feed.waiting(), 0U);
}

TEST(TaskFeed, GivesUpAtTheDeadline) {
  World world;
  TaskFeed feed;
  const SteadyTime began = world.loop.now();
  world.wait(feed, 1, TaskFeed::Until::end, 'a');
  while (world.woken.empty()) ASSERT_TRUE(world.loop.step());
  EXPECT_EQ(world.loop.now() - began, seconds(60));
  feed.publish(id_of(1), true);  // nobody is left to wake
  world.run();
  EXPECT_EQ(world.woken, "a");
}

TEST(TaskFeed, AStepBetweenEnteringAndWaitingIsNotMissed) {
  World world;
  TaskFeed feed;
  std::optional<TaskFeed::Ticket> ticket = feed.enter(world.loop, id_of(1), TaskFeed::Until::end);
  feed.publish(id_of(1), true);
  feed.publish(id_of(1), true);
  TaskFeed::Ticket::Wait next = ticket->next(world.loop.now() + seconds(60));
  EXPECT_TRUE(next.await_ready());
  next.await_resume();
  EXPECT_FALSE(next.await_ready());
}

TEST(TaskFeed, HasRoomForSoMany) {
  World world;
  TaskFeed feed(2);
  world.wait(feed, 1, TaskFeed::Until::end, 'a');
  world.wait(feed, 1, TaskFeed::Until::end, 'b');
  world.wait(feed, 1, TaskFeed::Until::end, 'c');
  EXPECT_EQ(world.woken, "!");
  feed.publish(id_of(1), true);
  world.run();
  world.wait(feed, 1, TaskFeed::Until::end, 'd');
  EXPECT_EQ(feed.waiting(), 1U);
  feed.close();
  world.run();
  EXPECT_EQ(world.woken.size(), 4U);
}

TEST(TaskFeed, ClosingWakesEverybodyAndLetsNobodyIn) {
  World world;
  TaskFeed feed;
  for (std::uint8_t task = 0; task < 100; ++task) world.wait(feed, task, TaskFeed::Until::end, 'x');
  feed.close();
  world.run();
  EXPECT_EQ(world.woken, std::string(100, 'x'));
  world.wait(feed, 1, TaskFeed::Until::end, 'y');
  EXPECT_EQ(world.woken.back(), '!');
  EXPECT_EQ(feed.waiting(), 0U);
}

TEST(TaskFeed, AWakeUpOnItsWayFindsNobodyOnceTheTicketIsGone) {
  World world;
  TaskFeed feed;
  {
    AsyncScope scope;
    scope.spawn(World::wait_once(&world, &feed, id_of(1), TaskFeed::Until::end, 'x'));
    feed.publish(id_of(1), true);
    scope.abandon();
  }
  world.run();
  EXPECT_EQ(world.woken, "");
  EXPECT_EQ(feed.waiting(), 0U);
}

// Tasks end on one thread while waits for them begin on others: nobody may sleep through an end.
Async<void> wait_for_end(EventLoop* loop, TaskFeed* feed, TaskId task, const std::atomic<bool>* ended,
                         std::atomic<int>* left) {
  std::optional<TaskFeed::Ticket> ticket = feed->enter(*loop, task, TaskFeed::Until::end);
  while (!ended->load()) {
    TaskFeed::Ticket::Wait next = ticket->next(loop->now() + seconds(600));
    co_await next;
  }
  ticket.reset();
  if (left->fetch_sub(1) == 1) left->notify_all();
}

TEST(TaskFeed, NobodySleepsThroughAnEnd) {
  constexpr int kTasks = 2000;
  TaskFeed feed;
  std::vector<std::atomic<bool>> ended(kTasks);
  std::atomic<int> left = kTasks;
  EventLoop loops[] = {EventLoop("first"), EventLoop("second")};
  AsyncScope scopes[2];
  for (EventLoop& loop : loops) loop.start();
  const auto task_of = [](int i) {
    TaskId id = id_of(static_cast<std::uint8_t>(i));
    id.bytes[0] = static_cast<std::uint8_t>(i >> 8);
    return id;
  };
  for (int i = 0; i < kTasks; ++i) {
    loops[i % 2].post([&, i] {
      scopes[i % 2].spawn(wait_for_end(&loops[i % 2], &feed, task_of(i), &ended[static_cast<std::size_t>(i)], &left));
    });
  }
  for (int i = 0; i < kTasks; ++i) {
    ended[static_cast<std::size_t>(i)].store(true);
    feed.publish(task_of(i), true);
  }
  for (int now = left; now > 0; now = left) left.wait(now);
  for (EventLoop& loop : loops) loop.stop();
  EXPECT_EQ(feed.waiting(), 0U);
}

Async<void> wait_for_close(EventLoop* loop, TaskFeed* feed, TaskId task, std::atomic<int>* entered,
                           std::atomic<int>* left) {
  std::optional<TaskFeed::Ticket> ticket = feed->enter(*loop, task, TaskFeed::Until::end);
  entered->fetch_add(1);
  entered->notify_all();
  while (ticket && !feed->is_closed()) {
    TaskFeed::Ticket::Wait next = ticket->next(loop->now() + seconds(600));
    co_await next;
  }
  ticket.reset();
  if (left->fetch_sub(1) == 1) left->notify_all();
}

// Those whom close() has woken leave on their own threads while it wakes the others.
TEST(TaskFeed, ClosingMeetsThoseWhoLeave) {
  constexpr int kWaiters = 500;
  for (int round = 0; round < 20; ++round) {
    TaskFeed feed;
    std::atomic<int> entered = 0;
    std::atomic<int> left = kWaiters;
    EventLoop loops[] = {EventLoop("first"), EventLoop("second")};
    AsyncScope scopes[2];
    for (EventLoop& loop : loops) loop.start();
    for (int i = 0; i < kWaiters; ++i) {
      // All in one shard, which is where they meet.
      loops[i % 2].post(
          [&, i] { scopes[i % 2].spawn(wait_for_close(&loops[i % 2], &feed, id_of(1), &entered, &left)); });
    }
    for (int now = entered; now < kWaiters / 2; now = entered) entered.wait(now);
    feed.close();
    for (int now = left; now > 0; now = left) left.wait(now);
    for (EventLoop& loop : loops) loop.stop();
    EXPECT_EQ(feed.waiting(), 0U);
  }
}

}  // namespace
}  // namespace darkroom::usecase
