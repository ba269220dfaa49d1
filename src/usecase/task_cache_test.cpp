#include "usecase/task_cache.h"

#include <gtest/gtest.h>

namespace darkroom::usecase {
namespace {

// All ids fall into the same shard, which holds `kEach`.
constexpr std::size_t kEach = 3;
constexpr std::size_t kCapacity = kEach * 64;

TaskId id_of(std::uint8_t number) {
  TaskId id;
  id.bytes[8] = number;
  return id;
}

TaskViewRef view_of(std::uint8_t number, task::State state, std::string body = "") {
  auto view = std::make_shared<TaskView>();
  view->id = id_of(number);
  view->state = state;
  view->body = std::move(body);
  return view;
}

TEST(TaskCache, ForgetsTheEndedTaskThatWasAskedForLongestAgo) {
  TaskCache cache(kCapacity);
  cache.put(view_of(1, task::State::running));
  cache.put(view_of(2, task::State::completed));
  cache.put(view_of(3, task::State::completed));
  EXPECT_NE(cache.find(id_of(2)), nullptr);
  cache.put(view_of(4, task::State::queued));
  EXPECT_EQ(cache.find(id_of(3)), nullptr);
  EXPECT_NE(cache.find(id_of(1)), nullptr);
  EXPECT_NE(cache.find(id_of(2)), nullptr);
  EXPECT_EQ(cache.size(), kEach);
}

TEST(TaskCache, ForgetsTheOldestRunningTaskOnlyWhenNoneHasEnded) {
  TaskCache cache(kCapacity);
  for (std::uint8_t number = 1; number <= 4; ++number) cache.put(view_of(number, task::State::running));
  EXPECT_EQ(cache.find(id_of(1)), nullptr);
  EXPECT_NE(cache.find(id_of(2)), nullptr);
  EXPECT_EQ(cache.size(), kEach);
}

TEST(TaskCache, NeverGoesBackFromAnEnd) {
  TaskCache cache(kCapacity);
  cache.put(view_of(1, task::State::running, "processing"));
  cache.put(view_of(1, task::State::completed, "completed"));
  cache.put(view_of(1, task::State::running, "processing"));
  EXPECT_EQ(cache.find(id_of(1))->body, "completed");
  EXPECT_EQ(cache.size(), 1U);
}

}  // namespace
}  // namespace darkroom::usecase
