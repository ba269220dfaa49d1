#include "net/http_client.h"

#include <gtest/gtest.h>

#include <future>

#include "net/body_source.h"
#include "tests/support/fixture_server.h"

namespace darkroom::net {
namespace {

using test::FixtureConnection;
using test::FixtureServer;

constexpr std::chrono::seconds kPatience{20};

class Recorder final : public ResponseReader {
 public:
  Status on_head(int status, const std::vector<http::Header>&) override {
    status_ = status;
    return head_verdict_;
  }
  Status on_body(ByteView bytes) override {
    body_ += as_text(bytes);
    return {};
  }
  int status_ = 0;
  std::string body_;
  Status head_verdict_;
};

struct Outcome {
  ClientResult result;
  std::string body;
  const Failure& failure() const { return result.error(); }
};

class Call {
 public:
  Call(HttpClient& client, ClientRequest request, Status head_verdict = {}) {
    reader_->head_verdict_ = std::move(head_verdict);
    id_ = client.send(std::move(request), reader_,
                      [this](ClientResult result) { promise_.set_value(std::move(result)); });
  }
  HttpClient::CallId id() const { return id_; }
  Outcome wait() {
    auto future = promise_.get_future();
    if (future.wait_for(kPatience) != std::future_status::ready) {
      ADD_FAILURE() << "the call did not end";
      std::abort();
    }
    return {future.get(), reader_->body_};
  }

 private:
  std::shared_ptr<Recorder> reader_ = std::make_shared<Recorder>();
  std::promise<ClientResult> promise_;
  HttpClient::CallId id_ = 0;
};

ClientRequest get(const std::string& url) {
  ClientRequest request;
  request.url = url;
  return request;
}

ClientRequest post(const std::string& url, std::string body) {
  ClientRequest request = get(url);
  request.method = "POST";
  auto source = std::make_unique<BodySource>();
  source->add_text(std::move(body));
  request.body = std::move(source);
  return request;
}

TEST(HttpClient, GetsAnAnswerAndReusesTheConnection) {
  std::vector<test::FixtureRequest> seen;
  FixtureServer server([&](FixtureConnection& connection) {
    while (auto request = connection.read_request()) {
      seen.push_back(*request);
      connection.send("HTTP/1.1 103 Early\r\nLink: x\r\n\r\n");
      connection.answer(207, "hello", "X-One: 1\r\n");
    }
  });
  HttpClient client(1, 10, nullptr);
  for (int i = 0; i < 3; ++i) {
    ClientRequest request = get(server.url("/a?b=c"));
    request.headers.push_back({"X-Key", Secret("k1")});
    request.headers.push_back({"X-Empty", Secret("")});
    const Outcome outcome = Call(client, std::move(request)).wait();
    ASSERT_TRUE(outcome.result);
    EXPECT_EQ(outcome.result->status, 207);
    EXPECT_EQ(outcome.result->body_bytes, 5u);
    EXPECT_EQ(outcome.body, "hello");
    EXPECT_EQ(http::find_header(outcome.result->headers, "x-one"), "1");
    EXPECT_FALSE(http::find_header(outcome.result->headers, "link")) << "belongs to the interim answer";
  }
  EXPECT_EQ(server.connections(), 1);
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_EQ(seen[0].method, "GET");
  EXPECT_EQ(seen[0].target, "/a?b=c");
  EXPECT_EQ(seen[0].header("x-key"), "k1");
  EXPECT_TRUE(http::find_header(seen[0].headers, "accept"));
  EXPECT_FALSE(http::find_header(seen[0].headers, "expect"));
}

TEST(HttpClient, CallsInTheClearDoNotStandBehindTheFirstAnswer) {
  std::promise<void> second;
  const std::shared_future<void> both_are_here = second.get_future().share();
  std::atomic<int> arrived = 0;
  FixtureServer server([&](FixtureConnection& connection) {
    if (!connection.read_request()) return;
    if (++arrived == 2) second.set_value();
    const bool is_parallel = both_are_here.wait_for(kPatience / 4) == std::future_status::ready;
    connection.answer(is_parallel ? 200 : 500, "");
  });
  HttpClient client(1, 10, nullptr);
  Call first(client, post(server.url(), "a"));
  Call other(client, post(server.url(), "b"));
  EXPECT_EQ(first.wait().result->status, 200);
  EXPECT_EQ(other.wait().result->status, 200);
}

TEST(HttpClient, SendsABodyWithItsExactLength) {
  std::string received;
  std::string length;
  FixtureServer server([&](FixtureConnection& connection) {
    while (auto request = connection.read_request()) {
      received = request->method + " " + request->body;
      length = request->header("content-length");
      connection.answer(200, "");
    }
  });
  HttpClient client(1, 10, nullptr);
  const std::string big(3 << 20, 'x');
  EXPECT_TRUE(Call(client, post(server.url(), big)).wait().result);
  EXPECT_EQ(received, "POST " + big);
  EXPECT_EQ(length, std::to_string(big.size()));

  ClientRequest put = post(server.url(), "abc");
  put.method = "PUT";
  EXPECT_TRUE(Call(client, std::move(put)).wait().result);
  EXPECT_EQ(received, "PUT abc");

  ClientRequest empty_post = get(server.url());
  empty_post.method = "POST";
  EXPECT_TRUE(Call(client, std::move(empty_post)).wait().result);
  EXPECT_EQ(received, "POST ");
  EXPECT_EQ(length, "0");

  ClientRequest remove = get(server.url());
  remove.method = "DELETE";
  EXPECT_TRUE(Call(client, std::move(remove)).wait().result);
  EXPECT_EQ(received, "DELETE ");
}

TEST(HttpClient, ConnectionFailuresProveThatNothingArrived) {
  std::uint16_t closed_port = 0;
  {
    const FixtureServer gone([](FixtureConnection&) {});
    closed_port = gone.port();
  }
  HttpClient client(1, 10, nullptr);
  for (const std::string& url :
       {"http://127.0.0.1:" + std::to_string(closed_port) + "/", std::string("http://nowhere.invalid/"),
        std::string("ftp://127.0.0.1/"), std::string("http://user@127.0.0.1/"), std::string("::")}) {
    const Outcome outcome = Call(client, post(url, "x")).wait();
    ASSERT_FALSE(outcome.result) << url;
    EXPECT_EQ(outcome.failure().error.code, Code::connect_failed) << url;
    EXPECT_FALSE(outcome.failure().request_may_have_arrived) << url;
    EXPECT_EQ(outcome.failure().error.message.find("127"), std::string::npos);
    EXPECT_EQ(outcome.failure().error.message.find("nowhere"), std::string::npos);
  }
}

// The server answers the first request of a connection, reads the second one whole and closes without a word.
TEST(HttpClient, NeverSendsAPostTwice) {
  std::atomic<int> unanswered{0};
  FixtureServer server([&](FixtureConnection& connection) {
    if (!connection.read_request()) return;
    connection.answer(200, "");
    if (connection.read_request()) ++unanswered;
  });
  HttpClient client(1, 10, nullptr);
  for (const std::string body : {"second", ""}) {
    const int before = unanswered.load();
    ASSERT_TRUE(Call(client, post(server.url(), "first")).wait().result);
    const Outcome outcome = Call(client, post(server.url(), body)).wait();
    ASSERT_FALSE(outcome.result);
    EXPECT_EQ(outcome.failure().error.code, Code::connection_lost);
    EXPECT_TRUE(outcome.failure().request_may_have_arrived);
    EXPECT_EQ(unanswered.load(), before + 1);
  }
  ASSERT_TRUE(Call(client, get(server.url())).wait().result);
  EXPECT_TRUE(Call(client, get(server.url())).wait().result) << "a GET goes out once more";
}

TEST(HttpClient, ALostAnswerMayHaveArrived) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"nothing", ""},
      {"half a head", "HTTP/1.1 200 OK\r\nContent-"},
      {"half a body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"},
      {"half a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc"},
      {"not HTTP", "SSH-2.0-x\r\n\r\n"},
      {"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"},
      {"a list of lengths", "HTTP/1.1 200 OK\r\nContent-Length: 3, 4\r\n\r\nabcd"},
      {"a folded line", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\nContent-Length: 0\r\n\r\n"},
      {"no colon", "HTTP/1.1 200 OK\r\nnonsense\r\nContent-Length: 0\r\n\r\n"},
  };
  for (const auto& [name, answer] : rows) {
    FixtureServer server([&](FixtureConnection& connection) {
      if (connection.read_request()) connection.send(answer);
    });
    HttpClient client(1, 10, nullptr);
    const Outcome outcome = Call(client, post(server.url(), "x")).wait();
    ASSERT_FALSE(outcome.result) << name;
    EXPECT_EQ(outcome.failure().error.code, Code::connection_lost) << name;
    EXPECT_TRUE(outcome.failure().request_may_have_arrived) << name;
  }
}

TEST(HttpClient, BoundsHeadAndBody) {
  FixtureServer server([&](FixtureConnection& connection) {
    while (auto request = connection.read_request()) {
      connection.answer(200, std::string(2000, 'b'),
                        request->target == "/head" ? "X: " + std::string(40000, 'h') + "\r\n" : "");
    }
  });
  HttpClient client(1, 10, nullptr);
  const Outcome head = Call(client, get(server.url("/head"))).wait();
  ASSERT_FALSE(head.result);
  EXPECT_EQ(head.failure().error.message, "the head of the answer is too large");
  ClientRequest request = get(server.url("/body"));
  request.limits.body_bytes = 1999;
  const Outcome body = Call(client, std::move(request)).wait();
  ASSERT_FALSE(body.result);
  EXPECT_EQ(body.failure().error.message, "the answer is too large");
  ClientRequest exact = get(server.url("/body"));
  exact.limits.body_bytes = 2000;
  EXPECT_TRUE(Call(client, std::move(exact)).wait().result);
}

TEST(HttpClient, KeepsItsDeadlines) {
  FixtureServer server([&](FixtureConnection& connection) {
    while (auto request = connection.read_request()) {
      if (request->target == "/body") connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
      if (request->target == "/head") connection.send("HTTP/1.1 200 OK\r\n");
      connection.wait_for_close();
    }
  });
  HttpClient client(1, 10, nullptr);
  const auto run = [&](const std::string& path, auto set) {
    ClientRequest request = get(server.url(path));
    set(request.limits);
    const Outcome outcome = Call(client, std::move(request)).wait();
    EXPECT_FALSE(outcome.result);
    EXPECT_EQ(outcome.failure().error.code, Code::deadline_exceeded) << path;
    EXPECT_TRUE(outcome.failure().request_may_have_arrived);
    return outcome.failure().error.message;
  };
  EXPECT_EQ(run("/silent", [](ClientLimits& l) { l.first_byte = milliseconds(50); }),
            "no answer came within the time limit");
  EXPECT_EQ(run("/head", [](ClientLimits& l) { l.first_byte = milliseconds(50); }),
            "no answer came within the time limit");
  EXPECT_EQ(run("/body", [](ClientLimits& l) { l.total = milliseconds(50); }),
            "the call took longer than its time limit");
  EXPECT_EQ(run("/body", [](ClientLimits& l) { l.slowest_bytes_per_second = 1000, l.slow_window = milliseconds(50); }),
            "the answer came too slowly");
}

TEST(HttpClient, CancelAndStopEndCallsOnce) {
  FixtureServer server([&](FixtureConnection& connection) { connection.wait_for_close(); });
  Metrics metrics;
  HttpClient client(2, 10, &metrics);
  Call cancelled(client, get(server.url()));
  Call stopped(client, get(server.url()));
  client.cancel(cancelled.id());
  EXPECT_EQ(cancelled.wait().failure().error.code, Code::cancelled);
  client.cancel(cancelled.id());
  client.cancel(12345);
  EXPECT_NE(metrics.print().find("darkroom_http_client_transfers 1"), std::string::npos);
  client.stop();
  EXPECT_EQ(stopped.wait().failure().error.code, Code::cancelled);
  EXPECT_EQ(Call(client, get(server.url())).wait().failure().error.code, Code::cancelled);
  EXPECT_NE(metrics.print().find("darkroom_http_client_transfers 0"), std::string::npos);
  client.stop();
}

TEST(HttpClient, TheReadersOwnErrorEndsTheCall) {
  FixtureServer server([&](FixtureConnection& connection) {
    while (connection.read_request()) connection.answer(200, "body");
  });
  HttpClient client(1, 10, nullptr);
  const Outcome outcome = Call(client, get(server.url()), fail(Code::bad_media, "not that")).wait();
  EXPECT_EQ(outcome.failure().error.code, Code::bad_media);
  EXPECT_EQ(outcome.failure().error.message, "not that");
  EXPECT_EQ(outcome.body, "");
}

TEST(HttpClient, ConnectsToThePinnedAddressOnly) {
  FixtureServer server([&](FixtureConnection& connection) {
    while (auto request = connection.read_request()) connection.answer(200, request->header("host"));
  });
  std::vector<std::string> connected;
  const auto hook = [&](IpAddress& address, std::uint16_t& port) {
    connected.push_back(address.text() + " " + std::to_string(port));
    address = *IpAddress::parse("127.0.0.1");
    port = server.port();
    return true;
  };
  HttpClient client(1, 10, nullptr, hook);
  for (const std::string_view pin : {"93.184.215.14", "93.184.215.14", "2606:4700:4700::1111"}) {
    ClientRequest request = get("http://some.example.com:8080/");
    request.pinned = IpAddress::parse(pin);
    const Outcome outcome = Call(client, std::move(request)).wait();
    ASSERT_TRUE(outcome.result) << outcome.failure().error.message;
    EXPECT_EQ(outcome.body, "some.example.com:8080");
  }
  // The second call may use the first one's connection, the third must not: it is pinned elsewhere.
  EXPECT_EQ(connected, (std::vector<std::string>{"93.184.215.14 8080", "2606:4700:4700::1111 8080"}));
}

TEST(HttpClient, UsesNoProxyFromTheEnvironment) {
  FixtureServer server([&](FixtureConnection& connection) {
    while (connection.read_request()) connection.answer(200, "direct");
  });
  ::setenv("http_proxy", "http://127.0.0.1:1/", 1);
  ::setenv("ALL_PROXY", "http://127.0.0.1:1/", 1);
  HttpClient client(1, 10, nullptr);
  const Outcome outcome = Call(client, get(server.url())).wait();
  ::unsetenv("http_proxy");
  ::unsetenv("ALL_PROXY");
  EXPECT_EQ(outcome.body, "direct");
}

TEST(HttpClient, RefusesHeadersThatWouldSplitTheRequest) {
  HttpClient client(1, 10, nullptr);
  for (const auto& [name, value] :
       {std::pair("X-A", "b\r\nX-C: d"), std::pair("X A", "b"), std::pair("", "b"), std::pair("X:", "b")}) {
    ClientRequest request = get("http://127.0.0.1:1/");
    request.headers.push_back({name, Secret(value)});
    const Outcome outcome = Call(client, std::move(request)).wait();
    EXPECT_EQ(outcome.failure().error.code, Code::internal);
    EXPECT_FALSE(outcome.failure().request_may_have_arrived);
  }
}

TEST(HttpClient, ManyCallsAtOnceOverFewConnections) {
  FixtureServer server([&](FixtureConnection& connection) {
    while (auto request = connection.read_request()) connection.answer(200, request->body);
  });
  HttpClient client(2, 8, nullptr);
  std::vector<std::unique_ptr<Call>> calls;
  for (int i = 0; i < 300; ++i) calls.push_back(std::make_unique<Call>(client, post(server.url(), std::to_string(i))));
  for (int i = 0; i < 300; ++i) EXPECT_EQ(calls[static_cast<std::size_t>(i)]->wait().body, std::to_string(i));
  EXPECT_LE(server.connections(), 8);
}

}  // namespace
}  // namespace darkroom::net
