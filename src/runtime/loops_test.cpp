#include "runtime/loops.h"

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <future>

#include "base/check.h"

namespace darkroom {
namespace {

// Runs `act` on the loop and waits for its end.
void run_on(EventLoop& loop, Callback act) {
  std::promise<void> done;
  loop.post([&] {
    act();
    done.set_value();
  });
  done.get_future().wait();
}

struct SocketPair {
  SocketPair() { DR_CHECK(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0); }
  ~SocketPair() {
    for (const int end : ends) ::close(end);
  }
  void write(std::string_view text) const { DR_CHECK(::write(ends[1], text.data(), text.size()) > 0); }
  std::array<int, 2> ends{};
};

struct Recorder final : Watcher {
  void on_events(std::uint32_t events) override {
    seen |= events;
    ++calls;
    if (then) then();
  }
  std::uint32_t seen = 0;
  int calls = 0;
  std::function<void()> then;
};

TEST(EventLoop, RunsPostedEventsInOrderAndNeverInline) {
  EventLoop loop("test");
  std::vector<int> order;
  for (int i = 0; i < 3; ++i) loop.post([&order, i] { order.push_back(i); });  // before the start, too
  loop.start();
  run_on(loop, [&] {
    loop.post([&] { order.push_back(11); });
    order.push_back(10);
  });
  run_on(loop, [&] { order.push_back(12); });
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 10, 11, 12}));
}

TEST(EventLoop, TakesEventsFromManyThreads) {
  EventLoop loop("test");
  loop.start();
  constexpr int kThreads = 4;
  constexpr int kEach = 5000;
  int count = 0;
  std::promise<void> all;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) {
        loop.post([&] {
          if (++count == kThreads * kEach) all.set_value();
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(all.get_future().wait_for(seconds(60)), std::future_status::ready);
}

TEST(EventLoop, RunsTimersByTheirTimeAndForgetsCancelledOnes) {
  EventLoop loop("test");
  loop.start();
  std::vector<int> order;
  std::promise<void> last;
  run_on(loop, [&] {
    const SteadyTime now = loop.now();
    loop.call_at(now + milliseconds(20), [&] {
      order.push_back(3);
      last.set_value();
    });
    loop.call_at(now + milliseconds(10), [&] { order.push_back(2); });
    loop.cancel_timer(loop.call_at(now + milliseconds(5), [&] { order.push_back(99); }));
    loop.call_at(now - milliseconds(5), [&] { order.push_back(1); });  // late already
    EXPECT_TRUE(order.empty());
  });
  last.get_future().wait();
  run_on(loop, [] {});
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

TEST(EventLoop, TellsOfEachChangeOnceAndAgainWhenAsked) {
  EventLoop loop("test");
  loop.start();
  const SocketPair pair;
  Recorder recorder;
  run_on(loop, [&] { ASSERT_TRUE(loop.watch(pair.ends[0], recorder)); });
  run_on(loop, [] {});  // a pass of the loop
  run_on(loop, [&] { EXPECT_EQ(recorder.seen & (EPOLLIN | EPOLLOUT), EPOLLOUT); });
  pair.write("x");
  run_on(loop, [] {});
  run_on(loop, [&] {
    EXPECT_TRUE(recorder.seen & EPOLLIN);
    recorder.calls = 0;
  });
  run_on(loop, [] {});
  run_on(loop, [&] {
    EXPECT_EQ(recorder.calls, 0) << "nothing has changed";
    loop.ask_again(pair.ends[0], recorder);
  });
  run_on(loop, [] {});
  run_on(loop, [&] { EXPECT_EQ(recorder.calls, 1); });
  ::shutdown(pair.ends[1], SHUT_WR);
  run_on(loop, [] {});
  run_on(loop, [&] {
    EXPECT_TRUE(recorder.seen & EPOLLRDHUP);
    loop.forget(pair.ends[0], recorder);
  });
}

TEST(EventLoop, AForgottenWatcherHearsNothingEvenOfTheSamePass) {
  EventLoop loop("test");
  loop.start();
  const SocketPair one, two;
  Recorder first, second;
  first.then = [&] { loop.forget(two.ends[0], second); };
  second.then = [&] { loop.forget(one.ends[0], first); };
  run_on(loop, [&] {  // both are ready when the loop looks next
    ASSERT_TRUE(loop.watch(one.ends[0], first));
    ASSERT_TRUE(loop.watch(two.ends[0], second));
  });
  run_on(loop, [] {});
  run_on(loop, [&] { EXPECT_EQ(first.calls + second.calls, 1); });
}

// What was posted runs after the kernel was asked and before the watchers hear.
TEST(EventLoop, AWatcherForgottenByAPostedEventHearsNothingOfTheSamePass) {
  EventLoop loop("test");
  const SocketPair pair;
  Recorder recorder;
  ASSERT_TRUE(loop.watch(pair.ends[0], recorder));
  pair.write("x");
  loop.post([&] { loop.forget(pair.ends[0], recorder); });
  loop.start();
  run_on(loop, [] {});
  EXPECT_EQ(recorder.calls, 0);
}

TEST(EventLoop, DropsWhatIsLeftWhenItStops) {
  EventLoop loop("test");
  loop.start();
  bool ran = false;
  std::promise<void> stopped;
  loop.post([&] {
    stopped.get_future().wait();
    loop.post([&] { ran = true; });
  });
  std::thread stopper([&] { loop.stop(); });
  while (!loop.is_stopped()) std::this_thread::yield();
  stopped.set_value();
  stopper.join();
  EXPECT_FALSE(ran);
}

}  // namespace
}  // namespace darkroom
