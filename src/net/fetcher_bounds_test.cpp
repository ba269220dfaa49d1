#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <future>
#include <mutex>

#include "net/fetch_turns.h"
#include "net/fetcher.h"
#include "tests/support/fixture_server.h"

namespace darkroom::net {
namespace {

using test::FixtureConnection;
using test::FixtureServer;

constexpr std::string_view kPicture = "\x89PNG\r\n\x1a\n and so on";

class NoSink final : public ByteSink {
 public:
  Status write(ByteView) override { return {}; }
};

struct BoundRow {
  const char* what;
  int orders;
  int owners;  // none: the operator's own
  int most;    // at once
};

// Answers each request only once as many as may be there at once, or all that are left, have come; and a moment later,
// so that one too many would show.
class Crowd {
 public:
  explicit Crowd(const BoundRow& row)
      : row_(row), server_([this](FixtureConnection& connection) { serve(connection); }) {}
  const FixtureServer& server() const { return server_; }
  int most() {
    const std::lock_guard lock(mutex_);
    return most_;
  }

 private:
  void serve(FixtureConnection& connection) {
    while (connection.read_request()) {
      {
        std::unique_lock lock(mutex_);
        most_ = std::max(most_, ++open_);
        const int group_end = std::min(row_.orders, (came_++ / row_.most + 1) * row_.most);
        changed_.notify_all();
        changed_.wait_for(lock, std::chrono::seconds(10), [&] { return came_ >= group_end; });
      }
      connection.pause(milliseconds(20));
      {
        const std::lock_guard lock(mutex_);
        --open_;
      }
      connection.answer(200, kPicture);
    }
  }

  const BoundRow row_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int came_ = 0;
  int open_ = 0;
  int most_ = 0;
  FixtureServer server_;
};

// Orders of one fetcher, and how they ended.
class Orders {
 public:
  explicit Orders(const FixtureServer& server)
      : guard_({AllowedRange::parse("127.0.0.1/32:" + std::to_string(server.port())).value()}, make_system_resolver()),
        client_(1, 100, nullptr),
        fetcher_(std::make_unique<Fetcher>(client_, guard_, pool_)) {}

  std::future<Result<Fetched>> add(std::string url, std::string owner, FetchLimits limits = {}) {
    auto sink = std::make_shared<NoSink>();
    auto promise = std::make_shared<std::promise<Result<Fetched>>>();
    fetcher_->fetch(
        FetchOrder{.url = std::move(url), .limits = std::move(limits), .owner = std::move(owner)},
        [sink]() -> Result<ByteSink*> { return sink.get(); },
        [sink, promise](Result<Fetched> result) { promise->set_value(std::move(result)); });
    return promise->get_future();
  }
  void end_fetcher() { fetcher_.reset(); }

 private:
  const UrlGuard guard_;
  BlockingPool pool_{1, 100};
  HttpClient client_;
  std::unique_ptr<Fetcher> fetcher_;
};

Result<Fetched> result_of(std::future<Result<Fetched>>& end) {
  DR_CHECK(end.wait_for(std::chrono::seconds(30)) == std::future_status::ready);
  return end.get();
}

TEST(Fetcher, BoundsWhatOneOwnerAndOneHostHaveAtOnce) {
  const BoundRow rows[] = {
      {"one owner", 20, 1, 4}, {"many owners at one host", 20, 20, 8}, {"the operator", 20, 0, 20}};
  for (const BoundRow& row : rows) {
    Crowd crowd(row);
    Orders orders(crowd.server());
    std::vector<std::future<Result<Fetched>>> ends;
    for (int i = 0; i < row.orders; ++i) {
      const std::string owner = row.owners == 0 ? "" : "owner " + std::to_string(i % row.owners);
      ends.push_back(orders.add(crowd.server().url("/a.png"), owner));
    }
    for (auto& end : ends) EXPECT_TRUE(result_of(end)) << row.what;
    EXPECT_EQ(crowd.most(), row.most) << row.what;
  }
}

// The next fetch of an owner would otherwise tell by its start how soon the one before had failed.
TEST(Fetcher, AFailureGivesItsTurnBackWhenItIsTold) {
  FixtureServer server([](FixtureConnection& connection) { connection.wait_for_close(); });
  Orders orders(server);
  FetchLimits limits;
  limits.failure_delay = milliseconds(60);
  const SteadyTime started = SystemClock().steady_now();
  std::vector<std::future<Result<Fetched>>> ends;
  for (std::size_t i = 0; i <= kFetchesPerOwner; ++i) ends.push_back(orders.add("http://10.0.0.1/", "ann", limits));
  for (auto& end : ends) EXPECT_EQ(result_of(end).error().code, Code::address_refused);
  EXPECT_GE(SystemClock().steady_now() - started, 2 * limits.failure_delay);
}

// A server that answers when it is let go.
struct Gate {
  std::promise<void> opened;
  std::shared_future<void> open = opened.get_future().share();
  FixtureServer server{[open = open](FixtureConnection& connection) {
    while (connection.read_request()) {
      open.wait_for(std::chrono::seconds(10));
      connection.answer(200, kPicture);
    }
  }};
};

TEST(Fetcher, TheTimeOfAFetchBeginsWithItsTurn) {
  Gate gate;
  Orders orders(gate.server);
  std::vector<std::future<Result<Fetched>>> ends;
  for (std::size_t i = 0; i < kFetchesPerOwner; ++i) ends.push_back(orders.add(gate.server.url(), "ann"));
  FetchLimits limits;
  limits.total = std::chrono::seconds(1);
  ends.push_back(orders.add(gate.server.url(), "ann", limits));
  EXPECT_EQ(ends.back().wait_for(limits.total + milliseconds(50)), std::future_status::timeout);
  gate.opened.set_value();
  for (auto& end : ends) EXPECT_TRUE(result_of(end));
}

TEST(Fetcher, ItsEndRefusesWhatWaitsForItsTurn) {
  Gate gate;
  Orders orders(gate.server);
  std::vector<std::future<Result<Fetched>>> ends;
  for (std::size_t i = 0; i < kFetchesPerOwner; ++i) ends.push_back(orders.add(gate.server.url(), "ann"));
  std::future<Result<Fetched>> waiting = orders.add(gate.server.url(), "ann");
  orders.end_fetcher();
  EXPECT_EQ(result_of(waiting).error().code, Code::unavailable);
  gate.opened.set_value();
  for (auto& end : ends) EXPECT_TRUE(result_of(end));
}

}  // namespace
}  // namespace darkroom::net
