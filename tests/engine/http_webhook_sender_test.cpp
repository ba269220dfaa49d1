#include "engine/http_webhook_sender.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "base/guarded.h"
#include "runtime/async_scope.h"
#include "tests/support/fixture_server.h"

namespace darkroom::engine {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::chrono::seconds kPatience{20};

class NoResolver final : public net::Resolver {
 public:
  Result<std::vector<net::IpAddress>> resolve(const std::string&) override {
    return fail(Code::connect_failed, "the host was not found");
  }
};

// A receiver on loopback, and the sender that may reach it.
class Sender {
 public:
  // Without `keeps_open` a connection ends after its first request.
  explicit Sender(test::FixtureServer::Handler handler, bool keeps_open = true)
      : server_([this, keeps_open, handler = std::move(handler)](test::FixtureConnection& connection) {
          while (auto request = connection.read_request()) {
            requests_.lock()->push_back(std::move(*request));
            handler(connection);
            if (!keeps_open) return;
          }
        }),
        guard_({net::AllowedRange::parse(fmt::format("127.0.0.1/32:{}", server_.port())).value()},
               std::make_shared<NoResolver>()) {
    loop_.start();
  }
  ~Sender() {
    client_.stop();
    pool_.stop();
    loop_.stop();
  }

  std::future<std::optional<webhook::Answer>> begin(const std::string& url) {
    auto promise = std::make_shared<std::promise<std::optional<webhook::Answer>>>();
    auto answer = promise->get_future();
    loop_.post([this, url, promise] { scope_.spawn(send(this, url, promise)); });
    return answer;
  }
  std::optional<webhook::Answer> send(const std::string& url) {
    auto answer = begin(url);
    DR_CHECK(answer.wait_for(kPatience) == std::future_status::ready);
    return answer.get();
  }
  void cancel_all() {
    loop_.post([this] { sender_.cancel_all(); });
  }
  std::string url(const std::string& path = "/hook") const { return server_.url(path); }
  std::vector<test::FixtureRequest> requests() { return *requests_.lock(); }
  int connections() const { return server_.connections(); }

 private:
  static Async<void> send(Sender* self, std::string url,
                          std::shared_ptr<std::promise<std::optional<webhook::Answer>>> promise) {
    WebhookOrder order;
    order.url = std::move(url);
    order.message_id = "msg_1";
    order.signatures = "v1,abc= v1,def=";
    order.body = R"({"type":"task.completed"})";
    order.at = from_millis(1'735'000'000'999);
    std::optional<webhook::Answer> answer = co_await self->sender_.send(std::move(order));
    promise->set_value(std::move(answer));
  }

  Guarded<std::vector<test::FixtureRequest>> requests_;
  test::FixtureServer server_;
  net::UrlGuard guard_;
  EventLoop loop_{"test"};
  AsyncScope scope_;
  BlockingPool pool_{1, 16};
  net::HttpClient client_{1, 100, nullptr};
  HttpWebhookSender sender_{loop_, client_, guard_, pool_};
};

TEST(HttpWebhookSender, PostsWhatTheStandardWants) {
  Sender sender([](test::FixtureConnection& connection) { connection.answer(204, ""); });
  const auto answer = sender.send(sender.url());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 204);
  ASSERT_THAT(sender.requests(), SizeIs(1));
  const test::FixtureRequest request = sender.requests()[0];
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/hook");
  EXPECT_EQ(request.header("content-type"), "application/json");
  EXPECT_EQ(request.header("webhook-id"), "msg_1");
  EXPECT_EQ(request.header("webhook-timestamp"), "1735000000");
  EXPECT_EQ(request.header("webhook-signature"), "v1,abc= v1,def=");
  EXPECT_EQ(request.header("user-agent"), "darkroom");
  EXPECT_EQ(request.body, R"({"type":"task.completed"})");
}

TEST(HttpWebhookSender, FollowsNothing) {
  Sender sender([&sender](test::FixtureConnection& connection) {
    connection.answer(307, "", "Location: " + sender.url("/elsewhere") + "\r\n");
  });
  EXPECT_EQ(sender.send(sender.url())->status, 307);
  EXPECT_THAT(sender.requests(), SizeIs(1));
}

TEST(HttpWebhookSender, ReadsARetryAfterOfSecondsOnly) {
  struct Row {
    const char* header;
    std::optional<seconds> wait;
  };
  for (const Row& row : {Row{"", {}}, Row{"Retry-After: 120\r\n", seconds(120)}, Row{"Retry-After: -1\r\n", {}},
                         Row{"Retry-After: Wed, 21 Oct 2026 07:28:00 GMT\r\n", {}}, Row{"Retry-After: 1x\r\n", {}}}) {
    Sender sender([&](test::FixtureConnection& connection) { connection.answer(503, "", row.header); });
    const auto answer = sender.send(sender.url());
    EXPECT_EQ(answer->status, 503);
    EXPECT_EQ(answer->retry_after, row.wait) << row.header;
  }
}

TEST(HttpWebhookSender, AnEndlessAnswerCountsByItsStatus) {
  Sender sender([](test::FixtureConnection& connection) {
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
    while (connection.send(std::string(65'536, 'x'))) {
    }
  });
  EXPECT_EQ(sender.send(sender.url())->status, 200);
}

TEST(HttpWebhookSender, KeepsHowTheAnswersTextBegins) {
  const std::string filler(webhook::kAnswerKept - 2, 'x');
  struct Row {
    std::string body;
    std::string kept;
  };
  for (const Row& row :
       {Row{"", ""}, Row{"{\"error\":\"no such order\"}\n", "{\"error\":\"no such order\"}\n"},
        Row{filler + "yyyy", filler + "yy"}, Row{filler + "\u6708\u5149", filler}, Row{"\xff\xfe\x01", ""},
        Row{filler.substr(1) + "\u6708\u5149", filler.substr(1) + "\u6708"}}) {
    Sender sender([&](test::FixtureConnection& connection) { connection.answer(500, row.body); });
    EXPECT_EQ(sender.send(sender.url())->body, row.kept);
  }
}

TEST(HttpWebhookSender, ACutOffAnswerIsNone) {
  Sender sender([](test::FixtureConnection& connection) { connection.send("HTTP/1.1 20"); }, false);
  const auto answer = sender.send(sender.url());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 0);
  EXPECT_THAT(answer->problem, ::testing::HasSubstr("lost"));
}

TEST(HttpWebhookSender, RefusedAddressesAreNeverContacted) {
  Sender sender([](test::FixtureConnection& connection) { connection.answer(200, ""); });
  for (const char* url : {"http://127.0.0.1:1/", "https://127.0.0.1/", "http://10.0.0.1/", "http://169.254.169.254/",
                          "https://nowhere.example.org/", "gopher://127.0.0.1/"}) {
    const auto answer = sender.send(url);
    ASSERT_TRUE(answer) << url;
    EXPECT_EQ(answer->status, 0) << url;
    EXPECT_THAT(answer->problem, ::testing::Not(IsEmpty())) << url;
    EXPECT_THAT(answer->problem, ::testing::Not(::testing::HasSubstr("127."))) << url;
  }
  EXPECT_EQ(sender.connections(), 0);
}

TEST(HttpWebhookSender, WhatIsCutOffHasNoAnswer) {
  std::promise<void> arrived;
  Sender sender([&](test::FixtureConnection& connection) {
    arrived.set_value();
    connection.wait_for_close();
  });
  auto answer = sender.begin(sender.url());
  ASSERT_EQ(arrived.get_future().wait_for(kPatience), std::future_status::ready);
  sender.cancel_all();
  ASSERT_EQ(answer.wait_for(kPatience), std::future_status::ready);
  EXPECT_FALSE(answer.get());
}

}  // namespace
}  // namespace darkroom::engine
