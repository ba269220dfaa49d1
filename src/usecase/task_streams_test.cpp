#include "usecase/task_streams.h"

#include <gtest/gtest.h>

#include <string>

#include "runtime/async_scope.h"
#include "tests/sim/sim_loop.h"

namespace darkroom::usecase {
namespace {

using Scope = TaskStreams::Scope;

template <class AnyId>
AnyId id_of(std::uint16_t number) {
  AnyId id;
  id.bytes[14] = static_cast<std::uint8_t>(number >> 8);
  id.bytes[15] = static_cast<std::uint8_t>(number);
  return id;
}

task::Task task_of(std::uint16_t account, std::uint16_t number, task::State state = task::State::queued) {
  task::Task task;
  task.account = id_of<AccountId>(account);
  task.id = id_of<TaskId>(number);
  task.state = state;
  return task;
}

struct World {
  sim::SimClock clock;
  sim::SimLoop loop{clock};
  TaskFeed feed;
  TaskStreams streams{feed};
  AsyncScope scope;
  int woken = 0;

  std::unique_ptr<TaskStreams::Follower> follow(const std::string& person, Scope kind, std::uint16_t account = 0) {
    return streams.follow(loop, {person, kind, id_of<AccountId>(account)});
  }
  static Async<void> wait_once(World* world, TaskStreams::Follower* follower) {
    TaskFeed::Ticket::Wait wait = follower->wait(world->loop.now() + seconds(60));
    co_await wait;
    ++world->woken;
  }
  void run() {
    while (loop.is_busy()) loop.step();
  }
};

std::string numbers(const TaskStreams::News& news) {
  std::string text;
  for (const auto& task : news.tasks) {
    text += std::to_string(task->id.bytes[15]) + std::string(task::print(task->state)) + " ";
  }
  return text;
}

TEST(TaskStreams, EachFollowerHearsOfItsOwnTasks) {
  World world;
  const auto anna = world.follow("anna", Scope::account, 1);
  const auto all = world.follow("op", Scope::all);
  const auto none = world.follow("op", Scope::none);
  world.streams.publish(task_of(1, 1));
  world.streams.publish(task_of(2, 2));
  EXPECT_EQ(numbers(anna->take()), "1queued ");
  EXPECT_EQ(numbers(all->take()), "1queued 2queued ");
  EXPECT_EQ(numbers(none->take()), "");
  EXPECT_EQ(numbers(anna->take()), "");
}

TEST(TaskStreams, ASlowReaderFindsTheLastState) {
  World world;
  const auto anna = world.follow("anna", Scope::account, 1);
  for (const auto state : {task::State::queued, task::State::running, task::State::completed}) {
    world.streams.publish(task_of(1, 7, state));
  }
  EXPECT_EQ(numbers(anna->take()), "7completed ");
}

TEST(TaskStreams, WhoeverMissesSomeIsToldSoAndStillHasTheLastOnes) {
  World world;
  const auto anna = world.follow("anna", Scope::account, 1);
  for (std::uint16_t i = 0; i <= TaskStreams::kMostPending; ++i) world.streams.publish(task_of(1, i));
  const TaskStreams::News news = anna->take();
  EXPECT_TRUE(news.has_missed);
  ASSERT_EQ(news.tasks.size(), 1U);
  EXPECT_EQ(news.tasks[0]->id, id_of<TaskId>(TaskStreams::kMostPending));
  world.streams.publish(task_of(1, 3));
  EXPECT_FALSE(anna->take().has_missed);
}

TEST(TaskStreams, NewsAndTheEndWake) {
  World world;
  const auto anna = world.follow("anna", Scope::account, 1);
  world.scope.spawn(World::wait_once(&world, anna.get()));
  world.run();
  EXPECT_EQ(world.woken, 0);
  world.streams.publish(task_of(1, 1));
  world.run();
  EXPECT_EQ(world.woken, 1);
  world.scope.spawn(World::wait_once(&world, anna.get()));
  world.run();
  world.feed.close();
  world.run();
  EXPECT_EQ(world.woken, 2);
  EXPECT_TRUE(world.streams.is_closed());
  EXPECT_FALSE(world.follow("anna", Scope::all));
}

TEST(TaskStreams, PlacesAreFewAndComeBack) {
  World world;
  std::vector<std::unique_ptr<TaskStreams::Follower>> held;
  for (std::size_t i = 0; i < TaskStreams::kMostOfOne; ++i) {
    held.push_back(world.follow("anna", Scope::all));
    ASSERT_TRUE(held.back());
  }
  EXPECT_FALSE(world.follow("anna", Scope::all));
  EXPECT_TRUE(world.follow("ben", Scope::all));
  held.pop_back();
  EXPECT_TRUE(world.follow("anna", Scope::all));
  for (std::size_t i = 0; held.size() < TaskStreams::kMostFollowers; ++i) {
    held.push_back(world.follow(std::to_string(i), Scope::none));
    ASSERT_TRUE(held.back());
  }
  EXPECT_FALSE(world.follow("late", Scope::none));
  held.clear();
  EXPECT_EQ(world.streams.followers(), 0U);
  EXPECT_EQ(world.feed.waiting(), 0U);
}

}  // namespace
}  // namespace darkroom::usecase
