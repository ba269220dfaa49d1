#include "engine/ready_queue.h"

#include <gtest/gtest.h>

#include <set>

namespace darkroom::engine {
namespace {

template <class Id>
Id id(std::uint8_t last) {
  Id made;
  made.bytes.back() = last;
  return made;
}

store::QueuedTask task(std::uint8_t number, std::uint8_t account, std::uint8_t key, std::string upstream = "first") {
  store::QueuedTask made;
  made.id = id<TaskId>(number);
  made.account = id<AccountId>(account);
  made.key = id<KeyId>(key);
  made.upstream = std::move(upstream);
  return made;
}

bool always(const store::QueuedTask&) { return true; }
bool never(const store::QueuedTask&) { return false; }

// The last bytes of the tasks that come out while these keys may not run.
std::string order(ReadyQueue& queue, std::string_view resting = "") {
  std::string out;
  const auto may_run = [&](KeyId key) {
    return resting.find(static_cast<char>('0' + key.bytes.back())) == resting.npos;
  };
  while (const auto taken = queue.take({}, {.has_room = always, .key_may_run = may_run}))
    out += static_cast<char>('0' + taken->id.bytes.back());
  return out;
}

TEST(ReadyQueue, IsFirstInFirstOutInALineAndRoundRobinBetweenLines) {
  ReadyQueue queue(100);
  for (const std::uint8_t number : {1, 2, 3}) queue.add(task(number, 1, number));  // three keys of one account
  queue.add(task(4, 2, 4));
  queue.add(task(5, 1, 1, "second"));
  EXPECT_EQ(order(queue), "15423");
  EXPECT_EQ(queue.size(), 0U);
}

TEST(ReadyQueue, AKeyThatMayRunNoMoreLetsOthersPassAndKeepsItsPlace) {
  ReadyQueue queue(100);
  queue.add(task(1, 1, 7));
  queue.add(task(2, 1, 7));
  queue.add(task(3, 1, 8));
  queue.add(task(4, 1, 7));
  queue.add(task(5, 1, 8));
  EXPECT_EQ(order(queue, "7"), "35");
  queue.add(task(6, 1, 8));
  EXPECT_TRUE(queue.has_ready());
  EXPECT_EQ(queue.size(), 4U);
  EXPECT_EQ(order(queue, "78"), "");
  EXPECT_EQ(order(queue), "1246");
  EXPECT_FALSE(queue.has_ready());
}

TEST(ReadyQueue, AnUpstreamWithoutRoomIsPassedAtOnce) {
  ReadyQueue queue(100);
  for (const std::uint8_t number : {1, 2, 3}) queue.add(task(number, number, number, "full"));
  queue.add(task(4, 1, 1, "free"));
  int asked = 0;
  const auto has_room = [&](const store::QueuedTask& waiting) { return ++asked > 0 && waiting.upstream == "free"; };
  const auto taken = queue.take({}, {.has_room = has_room});
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->id, id<TaskId>(4));
  EXPECT_EQ(asked, 2);
  EXPECT_FALSE(queue.take({}, {.has_room = has_room}));
}

TEST(ReadyQueue, AnAccountThatMayRunNoMoreStandsAsideUntilItIsReleased) {
  ReadyQueue queue(100);
  queue.add(task(1, 1, 1));
  queue.add(task(2, 1, 1, "second"));
  queue.add(task(3, 2, 2));
  int asked = 0;
  bool is_full = true;
  const ReadyQueue::Rules rules{.has_room = always, .account_may_run = [&](AccountId account) {
                                  ++asked;
                                  return !is_full || account != id<AccountId>(1);
                                }};
  const auto first = queue.take({}, rules);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->id, id<TaskId>(3));
  EXPECT_EQ(asked, 2);
  queue.add(task(4, 1, 1));  // joins those that stand aside
  EXPECT_FALSE(queue.take({}, rules));
  EXPECT_EQ(asked, 3);  // once for each of its lines
  EXPECT_FALSE(queue.take({}, rules));
  EXPECT_EQ(asked, 3);
  EXPECT_TRUE(queue.has_ready());
  is_full = false;
  EXPECT_FALSE(queue.take({}, rules));
  queue.release(id<AccountId>(2));
  EXPECT_FALSE(queue.take({}, rules));
  queue.release(id<AccountId>(1));
  EXPECT_EQ(order(queue), "214");
  EXPECT_FALSE(queue.has_ready());
}

TEST(ReadyQueue, ATaskThatHasBegunIsAskedForApart) {
  ReadyQueue queue(100);
  store::QueuedTask begun = task(1, 1, 1);
  begun.has_begun = true;
  queue.add(std::move(begun));
  queue.add(task(2, 1, 1));
  const auto only_new = [](const store::QueuedTask& waiting) { return !waiting.has_begun; };
  const auto taken = queue.take({}, {.has_room = only_new});
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->id, id<TaskId>(2));
  EXPECT_FALSE(queue.take({}, {.has_room = only_new}));
}

TEST(ReadyQueue, TakesATaskForEachYes) {
  ReadyQueue queue(100);
  for (const std::uint8_t number : {1, 2, 3}) queue.add(task(number, number, number));
  int said_yes = 0;
  const auto two = [&](const store::QueuedTask&) { return said_yes < 2 && ++said_yes > 0; };
  EXPECT_TRUE(queue.take({}, {.has_room = two}));
  EXPECT_TRUE(queue.take({}, {.has_room = two}));
  EXPECT_FALSE(queue.take({}, {.has_room = two}));
  EXPECT_EQ(said_yes, 2);
  EXPECT_FALSE(queue.take({}, {.has_room = never}));
  EXPECT_EQ(queue.size(), 1U);
}

TEST(ReadyQueue, KnowsATaskOnceAndRefusesBeyondItsCapacity) {
  ReadyQueue queue(1);
  EXPECT_TRUE(queue.add(task(1, 1, 1)));
  EXPECT_FALSE(queue.add(task(1, 1, 1)));
  EXPECT_FALSE(queue.add(task(2, 1, 1)));
  EXPECT_TRUE(queue.is_full());
  EXPECT_EQ(order(queue), "1");
  EXPECT_TRUE(queue.add(task(2, 1, 1)));
}

TEST(ReadyQueue, ShowsEveryTaskThatItKnowsOnce) {
  ReadyQueue queue(100);
  store::QueuedTask later = task(9, 1, 1);
  later.due_at = from_millis(1'000);
  queue.add(std::move(later));
  for (const std::uint8_t number : {1, 2, 3, 4}) queue.add(task(number, number % 2, number, number < 3 ? "a" : "b"));
  EXPECT_TRUE(queue.take({}, {.has_room = always}));  // the others are ready now
  std::set<TaskId> seen;
  std::size_t count = 0;
  queue.for_each([&](const store::QueuedTask& one) {
    seen.insert(one.id);
    ++count;
  });
  EXPECT_EQ(count, 4U);
  EXPECT_EQ(seen.size(), queue.size());
}

}  // namespace
}  // namespace darkroom::engine
