#include "net/fetcher.h"
#include "base/guarded.h"

#include <gtest/gtest.h>

#include <charconv>
#include <future>

#include "net/delay_line.h"
#include "net/url_parse.h"
#include "tests/support/fixture_server.h"
#include "tests/support/ssrf_vectors.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_certificates.h"

namespace darkroom::net {
namespace {

using test::FixtureConnection;
using test::FixtureServer;

constexpr std::string_view kPicture = "\x89PNG\r\n\x1a\n and so on";
constexpr milliseconds kHeadLimit{1000};

class TextSink final : public ByteSink {
 public:
  Status write(ByteView bytes) override {
    text += as_text(bytes);
    return {};
  }
  std::string text;
};

std::string header(std::string_view name, std::string_view value) {
  return std::string(name) + ": " + std::string(value) + "\r\n";
}

std::string parameter(const std::string& target, std::string_view name) {
  const std::size_t at = target.find(std::string(name) + "=");
  return at == std::string::npos ? "" : http::percent_decode(target.substr(at + name.size() + 1)).value();
}

int number(std::string_view text) {
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// The answers that the redirect and response rows name in `why`, one for each first label of the host.
void answer_fixture(FixtureConnection& connection, const test::FixtureRequest& request) {
  const std::string host = request.header("host");
  const std::string label = host.substr(0, host.find('.'));
  if (label == "r302" || label == "r303" || label == "r308") {
    const std::string cookie = header("Set-Cookie", "session=1") + header("WWW-Authenticate", "Basic realm=x");
    connection.answer(number(label.substr(1)), "moved", cookie + header("Location", parameter(request.target, "to")));
  } else if (label == "rchain") {
    const int left = number(parameter(request.target, "n"));
    if (left == 0) return connection.answer(200, kPicture);
    connection.answer(302, "", header("Location", "?n=" + std::to_string(left - 1)));
  } else if (label == "rdown") {
    connection.answer(302, "", header("Location", "http://a-public.vec.example.net/a.png"));
  } else if (label == "r2loc") {
    const std::string location = header("Location", "https://a-public.vec.example.net/a.png");
    connection.answer(302, "", location + location);
  } else if (label == "rmeta") {
    connection.answer(200, "<meta http-equiv=refresh content='0;url=http://127.0.0.1/'>",
                      header("Refresh", "0; url=http://127.0.0.1/"));
  } else if (label == "type-lies-html") {
    connection.answer(200, "<!doctype html><script>", header("Content-Type", "image/png"));
  } else if (label == "empty") {
    connection.answer(200, "");
  } else if (label == "s206") {
    connection.answer(206, kPicture, header("Content-Range", "bytes 0-17/18"));
  } else if (label == "s404") {
    connection.answer(404, kPicture);
  } else if (label == "auth401") {
    connection.answer(401, "", header("WWW-Authenticate", "Negotiate") + header("WWW-Authenticate", "NTLM"));
  } else if (label == "hdr-1mb") {
    connection.answer(200, kPicture, header("X-Big", std::string(1 << 20, 'x')));
  } else if (label == "hdr-slow") {
    connection.send("HTTP/1.1 200 OK\r\nX-Slow: ");
    while (connection.send("x")) connection.pause(milliseconds(50));
  } else if (label == "body-endless") {
    connection.send("HTTP/1.1 200 OK\r\n\r\n");
    const std::string block(65536, 'x');
    while (connection.send(block)) continue;
  } else if (label == "cl-lies-big") {
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n");
    connection.wait_for_close();
  } else if (label == "gzip-bomb" || label == "br-bomb") {
    connection.answer(200, kPicture, header("Content-Encoding", label == "br-bomb" ? "br" : "gzip"));
  } else if (label == "reset") {
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + std::string(1000, 'x'));
    connection.reset_on_close();
  } else if (label == "smuggle") {
    connection.answer(200, kPicture, header("Content-Length", std::to_string(kPicture.size())));
  } else {
    connection.answer(200, kPicture, header("Content-Type", "text/plain"));
  }
}

// Public addresses lead to these servers; the hook writes down where each connection would have gone.
class Outside {
 public:
  Outside() : authority_file_(folder_.file("ca.pem")) { authority_.write(authority_file_); }

  struct Verdict {
    Result<Fetched> result;
    std::string bytes;
    std::vector<IpAddress> connected;
    int queries = 0;
    milliseconds took{0};
  };

  Verdict fetch(const std::string& url, std::vector<AllowedRange> allowed = {}, milliseconds delay = milliseconds(0)) {
    const auto resolver = std::make_shared<test::FixtureResolver>();
    const UrlGuard guard(std::move(allowed), resolver);
    Verdict verdict{fail(Code::internal), "", {}, 0, {}};
    const FixtureServer& tls = server_for(url);
    const auto hook = [&](IpAddress& address, std::uint16_t& port) {
      verdict.connected.push_back(address);
      if (!is_public_address(address)) return false;
      address = *IpAddress::parse("127.0.0.1");
      port = port == 443 ? tls.port() : plain_.port();
      return true;
    };
    BlockingPool pool(1, 100);
    HttpClient client(1, 10, nullptr, hook);
    Fetcher fetcher(client, guard, pool);
    FetchLimits limits;
    limits.head = kHeadLimit;
    limits.failure_delay = delay;
    limits.body_bytes = 1 << 20;
    limits.ca_file = authority_file_;
    TextSink sink;
    std::promise<Result<Fetched>> promise;
    const SteadyTime started = SystemClock().steady_now();
    fetcher.fetch(
        FetchOrder{url, limits}, [&]() -> Result<ByteSink*> { return &sink; },
        [&](Result<Fetched> result) { promise.set_value(std::move(result)); });
    auto future = promise.get_future();
    DR_CHECK(future.wait_for(std::chrono::seconds(30)) == std::future_status::ready);
    verdict.result = future.get();
    verdict.took = std::chrono::floor<milliseconds>(SystemClock().steady_now() - started);
    verdict.bytes = sink.text;
    if (const auto target = parse_url(url)) verdict.queries = resolver->queries(target->host);
    return verdict;
  }
  const std::vector<test::FixtureRequest>& requests() const { return requests_; }

 private:
  void serve(FixtureConnection& connection) {
    while (auto request = connection.read_request()) {
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(*request);
      }
      answer_fixture(connection, *request);
      if (connection.is_reset()) return;
    }
  }
  FixtureServer& server_for(std::string_view url) {
    if (url.find("//tls-expired.") != url.npos) return expired_;
    if (url.find("//tls-self.") != url.npos) return self_signed_;
    if (url.find("//tls10.") != url.npos) return old_;
    return right_;
  }

  static constexpr const char* kNames =
      "DNS:example.com,DNS:*.example.com,DNS:*.sub2.example.com,DNS:*.vec.example.net";

  std::mutex mutex_;
  std::vector<test::FixtureRequest> requests_;
  test::TemporaryFolder folder_;
  std::string authority_file_;
  test::TestAuthority authority_;
  test::TlsContext right_context_ = authority_.context(kNames);
  test::TlsContext expired_context_ = authority_.expired(kNames);
  test::TlsContext self_context_ = authority_.self_signed(kNames);
  test::TlsContext old_context_ = authority_.only_tls10(kNames);
  FixtureServer plain_{[this](FixtureConnection& connection) { serve(connection); }};
  FixtureServer right_{[this](FixtureConnection& connection) { serve(connection); }, right_context_.get()};
  FixtureServer expired_{[this](FixtureConnection& connection) { serve(connection); }, expired_context_.get()};
  FixtureServer self_signed_{[this](FixtureConnection& connection) { serve(connection); }, self_context_.get()};
  FixtureServer old_{[this](FixtureConnection& connection) { serve(connection); }, old_context_.get()};
};

IpAddress expected_address(const std::string& url) {
  const Target target = parse_url(url).value();
  if (target.literal) return *target.literal;
  const bool is_v6 = target.host.starts_with("aaaa-public.");
  return *IpAddress::parse(is_v6 ? test::FixtureResolver::kPublicV6 : test::FixtureResolver::kPublicV4);
}

bool is_decided_by_prober(const std::string& url) {
  return std::any_of(std::begin(test::kDecidedByProber), std::end(test::kDecidedByProber),
                     [&](std::string_view label) { return url.find("//" + std::string(label) + ".") != url.npos; });
}

// No row ever makes us connect to a refused address, whatever names, redirects or answers say.
TEST(SsrfVectors, EveryRowThroughTheWholeFetch) {
  Outside outside;
  int rows = 0;
  for (const test::SsrfRow& row : test::load_ssrf_rows()) {
    SCOPED_TRACE("line " + std::to_string(row.line) + ": " + row.url.substr(0, 100) + " " + row.why);
    const Outside::Verdict verdict = outside.fetch(row.url);
    EXPECT_EQ(verdict.result.has_value(), row.allow || is_decided_by_prober(row.url))
        << (verdict.result ? "fetched" : verdict.result.error().message);
    for (const IpAddress& address : verdict.connected) EXPECT_TRUE(is_public_address(address)) << address.text();
    EXPECT_LE(verdict.queries, row.url.find("//rchain.") == row.url.npos ? 1 : 4) << "one lookup a hop";
    const bool has_redirect = row.url.find("//r302.") != row.url.npos;
    if (row.allow) {
      EXPECT_EQ(verdict.connected, std::vector<IpAddress>(has_redirect ? 2 : 1, expected_address(row.url)));
      EXPECT_EQ(verdict.bytes, kPicture);
    } else if (!verdict.result) {
      const std::string& message = verdict.result.error().message;
      for (const char* part : {"127.0", "169.254", "93.184", "vec", "example"})
        EXPECT_EQ(message.find(part), message.npos) << message;
    }
    ++rows;
  }
  EXPECT_EQ(rows, 243);
}

TEST(Fetcher, CarriesNothingOverAndAsksForNoEncoding) {
  Outside outside;
  ASSERT_TRUE(outside.fetch("https://r302.vec.example.net/?to=https%3A%2F%2Fa-public.vec.example.net%2Fa.png").result);
  ASSERT_EQ(outside.requests().size(), 2u);
  for (const test::FixtureRequest& request : outside.requests()) {
    EXPECT_EQ(request.header("accept-encoding"), "identity");
    for (const char* name : {"cookie", "authorization", "referer", "range", "origin"}) {
      EXPECT_FALSE(http::find_header(request.headers, name)) << name;
    }
  }
}

TEST(Fetcher, FollowsThreeRedirectsAndNotFour) {
  Outside outside;
  EXPECT_TRUE(outside.fetch("https://rchain.vec.example.net/?n=3").result);
  const auto fourth = outside.fetch("https://rchain.vec.example.net/?n=4").result;
  ASSERT_FALSE(fourth);
  EXPECT_EQ(fourth.error().message, "the reference redirects too often");
}

TEST(Fetcher, SaysInFixedSentencesWhatIsWrong) {
  Outside outside;
  const std::pair<std::string, std::pair<Code, std::string_view>> rows[] = {
      {"s404", {Code::bad_media, "the reference answered with status 404"}},
      {"s206", {Code::bad_media, "the reference answered with status 206"}},
      {"auth401", {Code::bad_media, "the reference answered with status 401"}},
      {"empty", {Code::bad_media, "the reference is empty"}},
      {"body-endless", {Code::bad_media, "the reference is larger than 1048576 bytes"}},
      {"cl-lies-big", {Code::bad_media, "the reference is larger than 1048576 bytes"}},
      {"gzip-bomb", {Code::bad_media, "the reference is compressed in transfer"}},
      {"r2loc", {Code::bad_media, "the reference answered with two location headers"}},
      {"smuggle", {Code::bad_media, "the reference answered with two content-length headers"}},
      {"rdown", {Code::address_refused, "the reference leads from https to http"}},
      {"reset", {Code::connection_lost, "the connection was lost before the answer was complete"}},
      {"hdr-slow", {Code::deadline_exceeded, "no answer came within the time limit"}},
      {"tls-self", {Code::connect_failed, "the peer's certificate was not accepted"}},
      {"tls-expired", {Code::connect_failed, "the peer's certificate was not accepted"}},
      {"tls10", {Code::connect_failed, "no connection came about"}},
      {"nxdomain", {Code::connect_failed, "the host was not found"}},
      {"a-loopback", {Code::address_refused, "the address is refused: it does not lead to the public internet"}},
  };
  for (const auto& [label, expected] : rows) {
    const auto result = outside.fetch("https://" + label + ".vec.example.net/a.png").result;
    ASSERT_FALSE(result) << label;
    EXPECT_EQ(result.error().code, expected.first) << label;
    EXPECT_EQ(result.error().message, expected.second) << label;
  }
}

TEST(Fetcher, ACertificateForAnotherNameIsNotAccepted) {
  Outside outside;
  const auto result = outside.fetch("https://www.example.org/a.png").result;
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::connect_failed);
}

TEST(Fetcher, TellsNoFailureEarly) {
  Outside outside;
  for (const char* url :
       {"http://10.0.0.1/", "https://nxdomain.vec.example.net/", "https://tls-self.vec.example.net/"}) {
    EXPECT_GE(outside.fetch(url, {}, milliseconds(60)).took, milliseconds(60)) << url;
  }
}

TEST(Fetcher, AnAllowedRangeIsFetchedPlainly) {
  FixtureServer server([](FixtureConnection& connection) {
    while (connection.read_request()) connection.answer(200, kPicture, header("Content-Type", "image/png"));
  });
  const UrlGuard guard({AllowedRange::parse("127.0.0.1/32:" + std::to_string(server.port())).value()},
                       make_system_resolver());
  BlockingPool pool(1, 10);
  HttpClient client(1, 10, nullptr);
  TextSink sink;
  std::promise<Result<Fetched>> promise;
  {
    Fetcher fetcher(client, guard, pool);
    fetcher.fetch(
        FetchOrder{server.url("/a.png"), {}}, [&]() -> Result<ByteSink*> { return &sink; },
        [&](Result<Fetched> result) { promise.set_value(std::move(result)); });
    const auto fetched = promise.get_future().get();
    ASSERT_TRUE(fetched) << fetched.error().message;
    EXPECT_EQ(fetched->body_bytes, kPicture.size());
    EXPECT_EQ(fetched->content_type, "image/png");
    EXPECT_EQ(sink.text, kPicture);
  }
}

// A vendor's link into the very origin that the operator named needs no leave and gets the headers meant for it; one
// that only looks like it gets neither.
TEST(Fetcher, LinksIntoATrustedOriginPassAndAloneGetItsHeaders) {
  Guarded<std::vector<std::string>> keys;
  FixtureServer server([&](FixtureConnection& connection) {
    while (const auto request = connection.read_request()) {
      keys.lock()->push_back(request->header("x-key"));
      connection.answer(200, kPicture, header("Content-Type", "image/png"));
    }
  });
  const UrlGuard guard({}, make_system_resolver());
  BlockingPool pool(1, 10);
  HttpClient client(1, 10, nullptr);
  Fetcher fetcher(client, guard, pool);
  const auto fetch = [&](std::string origin) {
    FetchOrder order{server.url("/a.png"), {}, std::move(origin), {}};
    order.origin_headers.push_back({"x-key", Secret("k")});
    TextSink sink;
    std::promise<Result<Fetched>> promise;
    fetcher.fetch(
        std::move(order), [&]() -> Result<ByteSink*> { return &sink; },
        [&](Result<Fetched> result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
  };
  EXPECT_TRUE(fetch(server.url("/v1/models")));
  const auto other = fetch("http://127.0.0.1:" + std::to_string(server.port() + 1));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Code::address_refused);
  EXPECT_EQ(*keys.lock(), std::vector<std::string>{"k"});
}

TEST(DelayLine, RunsInOrderOfTimeAndTheRestAtTheEnd) {
  std::vector<int> order;
  {
    DelayLine line;
    const SteadyTime now = SystemClock().steady_now();
    line.run_at(now + std::chrono::hours(1), [&] { order.push_back(3); });
    std::promise<void> first;
    line.run_at(now + milliseconds(5), [&] { first.set_value(); });
    line.run_at(now + milliseconds(1), [&] { order.push_back(1); });
    first.get_future().wait();
    order.push_back(2);
  }
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

}  // namespace
}  // namespace darkroom::net
