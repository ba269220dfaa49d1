#include "engine/token_source.h"

#include <gtest/gtest.h>

#include <future>

#include "runtime/async_scope.h"
#include "runtime/loops.h"
#include "tests/support/fixture_server.h"
#include "tests/support/service_account_file.h"

namespace darkroom::engine {
namespace {

constexpr std::chrono::seconds kPatience{20};

class FakeClock final : public Clock {
 public:
  WallTime wall_now() const override { return from_millis(1'790'000'000'000); }
  SteadyTime steady_now() const override { return SteadyTime(std::chrono::microseconds(micros.load())); }
  void pass(milliseconds time) { micros += std::chrono::microseconds(time).count(); }
  std::atomic<std::int64_t> micros{0};
};

// A token endpoint that gives "token-1", "token-2", … or what the test says.
class TokenSourceTest : public testing::Test {
 protected:
  using Outcome = TokenSource::Outcome;

  TokenSourceTest() { loop_.start(); }
  ~TokenSourceTest() override {
    on_loop([this] { source_.cancel_all(); });
    client_.stop();
    on_loop([this] { EXPECT_EQ(scope_.size(), 0U); });
    loop_.stop();
  }

  void on_loop(std::function<void()> work) {
    std::promise<void> done;
    loop_.post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }
  static Async<void> fulfil(TokenSource* source, Secret key, std::promise<Outcome>* promise) {
    Outcome outcome = co_await source->get(std::move(key));
    promise->set_value(std::move(outcome));
  }
  void ask(std::promise<Outcome>& promise) {
    loop_.post([this, &promise] { scope_.spawn(fulfil(&source_, key_, &promise)); });
  }
  Outcome take(std::promise<Outcome>& promise) {
    auto future = promise.get_future();
    if (future.wait_for(kPatience) != std::future_status::ready) std::abort();
    return future.get();
  }
  Outcome get() {
    std::promise<Outcome> promise;
    ask(promise);
    return take(promise);
  }
  std::string get_text() {
    const Outcome outcome = get();
    return outcome ? std::string(outcome->reveal()) : "none";
  }
  void forget(const std::string& token) {
    on_loop([this, token] { source_.forget(key_, Secret(token)); });
  }

  void answer(test::FixtureConnection& connection) {
    while (const auto request = connection.read_request()) {
      const int number = ++exchanges_;
      last_body_ = request->body;
      if (const int status = status_; status != 200) {
        connection.answer(status, R"({"error":"invalid_grant"})");
      } else {
        connection.answer(200, R"({"access_token":"token-)" + std::to_string(number) + R"(","expires_in":3600})");
      }
    }
  }

  std::atomic<int> exchanges_{0};
  std::atomic<int> status_{200};
  std::string last_body_;
  test::FixtureServer server_{[this](test::FixtureConnection& connection) { answer(connection); }};
  Secret key_{test::ServiceAccountFile(server_.url("/token")).text()};
  FakeClock clock_;
  EventLoop loop_{"engine"};
  net::HttpClient client_{1, 10, nullptr};
  AsyncScope scope_;
  TokenSource source_{loop_, client_, clock_};
};

TEST_F(TokenSourceTest, KeepsATokenUntilSomeMinutesBeforeItsEnd) {
  EXPECT_EQ(get_text(), "token-1");
  EXPECT_TRUE(last_body_.starts_with("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=ey"));
  clock_.pass(milliseconds(3'600'000) - kRenewedBefore - milliseconds(1));
  EXPECT_EQ(get_text(), "token-1");
  clock_.pass(milliseconds(1));
  EXPECT_EQ(get_text(), "token-2");
}

TEST_F(TokenSourceTest, AsksOnceForAllThatWait) {
  std::vector<std::promise<Outcome>> promises(20);
  for (auto& promise : promises) ask(promise);
  for (auto& promise : promises) {
    const Outcome outcome = take(promise);
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->reveal(), "token-1");
  }
  EXPECT_EQ(exchanges_, 1);
}

TEST_F(TokenSourceTest, ForgetsATokenThatWasRefusedAndNoOther) {
  EXPECT_EQ(get_text(), "token-1");
  forget("token-1");
  EXPECT_EQ(get_text(), "token-2");
  forget("token-1");
  EXPECT_EQ(get_text(), "token-2");
}

TEST_F(TokenSourceTest, ALivingTokenCoversForARenewalThatFailed) {
  EXPECT_EQ(get_text(), "token-1");
  status_ = 503;
  clock_.pass(milliseconds(3'600'000) - kRenewedBefore);
  EXPECT_EQ(get_text(), "token-1");
  EXPECT_EQ(exchanges_, 2);
  EXPECT_EQ(get_text(), "token-1");
  EXPECT_EQ(exchanges_, 2) << "it rests between its attempts";
  clock_.pass(kRenewedBefore);
  const Outcome ended = get();
  ASSERT_FALSE(ended);
  EXPECT_TRUE(std::holds_alternative<provider::RetryLater>(ended.error()));
}

TEST_F(TokenSourceTest, SaysWhetherTheKeyIsBad) {
  status_ = 400;
  const Outcome refused = get();
  ASSERT_FALSE(refused);
  const auto* verdict = std::get_if<provider::TryNextRoute>(&refused.error());
  ASSERT_NE(verdict, nullptr);
  EXPECT_TRUE(verdict->key_is_bad);
  EXPECT_EQ(verdict->reason, "token: invalid_grant");
  status_ = 200;
  EXPECT_EQ(get_text(), "token-2") << "a failure is not kept";

  key_ = Secret("{\"client_email\":\"x\"}");
  const Outcome broken = get();
  ASSERT_FALSE(broken);
  EXPECT_TRUE(std::holds_alternative<provider::TryNextRoute>(broken.error()));
}

}  // namespace
}  // namespace darkroom::engine
