#include "net/http_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <future>

#include "base/guarded.h"
#include "net/answer_stream.h"
#include "net/body_source.h"
#include "net/body_stream.h"
#include "net/listener.h"
#include "tests/support/temporary_folder.h"

namespace darkroom::net {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// The machine's time plus what a test adds, so that a deadline of a minute passes at once.
class ShiftedClock final : public Clock {
 public:
  WallTime wall_now() const override { return real_.wall_now() + shift(); }
  SteadyTime steady_now() const override { return real_.steady_now() + shift(); }
  void advance(seconds by) { shift_ += by.count(); }

 private:
  seconds shift() const { return seconds(shift_.load()); }
  SystemClock real_;
  std::atomic<seconds::rep> shift_ = 0;
};

// A client that sends and receives bytes as told; every wait ends after ten seconds.
class Client {
 public:
  // `receive_bytes` bounds what the kernel takes for the client; 0: as it likes.
  explicit Client(const std::string& address, int receive_bytes = 0) {
    const std::size_t colon = address.rfind(':');
    sockaddr_in to{};
    to.sin_family = AF_INET;
    std::uint16_t port = 0;
    std::from_chars(address.data() + colon + 1, address.data() + address.size(), port);
    to.sin_port = htons(port);
    inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
    fd_ = FileDescriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval bound{10, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof(bound));
    if (receive_bytes > 0) ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof(receive_bytes));
    connected_ = ::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0;
  }
  bool connected() const { return connected_; }
  int fd() const { return fd_.get(); }
  Client& send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) break;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return *this;
  }
  // The bytes up to the end of the connection; a reset counts as an end, the time bound does not.
  std::string read_all() {
    while (read_some()) {
    }
    return std::exchange(received_, {});
  }
  std::string read_exactly(std::size_t count) {
    while (received_.size() < count && read_some()) {
    }
    const std::string out = received_.substr(0, count);
    received_.erase(0, count);
    return out;
  }
  // One answer: head and, unless `head_only`, a body of Content-Length.
  std::string read_answer(bool head_only = false) {
    std::size_t end = std::string::npos;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos && read_some()) {
    }
    if (end == std::string::npos) return std::exchange(received_, {});
    std::size_t body = 0;
    const std::size_t field = received_.find("Content-Length: ");
    if (!head_only && field < end) std::from_chars(received_.data() + field + 16, received_.data() + end, body);
    return read_exactly(end + 4 + body);
  }
  bool ended() { return read_all().empty() && !timed_out_; }

 private:
  bool read_some() {
    char bytes[16384];
    const ssize_t got = ::recv(fd_.get(), bytes, sizeof(bytes), 0);
    if (got < 0 && errno == EAGAIN) timed_out_ = true;
    if (got <= 0) return false;
    received_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }
  FileDescriptor fd_;
  bool connected_ = false;
  bool timed_out_ = false;
  std::string received_;
};

std::string body_of(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }
std::string get(const std::string& path, const std::string& fields = "") {
  return "GET " + path + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}
// For what comes to pass on another thread, through a real socket: asks until it is so, ten seconds at most.
bool eventually(const std::function<bool()>& holds) {
  const auto give_up = std::chrono::steady_clock::now() + seconds(10);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > give_up) return false;
    std::this_thread::yield();
  }
  return true;
}
// What two answers to the same request have in common.
std::string without_names(std::string answer) {
  for (const char* name : {"x-request-id: ", "Date: ", "\"request_id\":\""}) {
    const std::size_t at = answer.find(name);
    if (at != std::string::npos) answer.erase(at, answer.find_first_of("\r}", at) - at);
  }
  return answer;
}

// Handlers that wait until the test lets them go on.
class Gate {
 public:
  Async<http::Response> wait(Loop& loop) {
    co_await await_on<int>(loop, [this](Done<int> done) { waiting_.lock()->push_back(std::move(done)); });
    http::Response response;
    response.body = std::string("late");
    co_return response;
  }
  std::size_t waiting() { return waiting_.lock()->size(); }
  void open() {
    for (Done<int>& done : std::exchange(*waiting_.lock(), {})) done(0);
  }

 private:
  Guarded<std::vector<Done<int>>> waiting_;
};

Async<http::Response> echo(http::Request request) {
  http::Response response;
  response.content_type = "text/plain";
  response.body = request.method + " " + request.path + " " + request.query + " " + request.body;
  co_return response;
}

// Gives the pieces, then waits at the gate if there is one; counts how often it was asked.
class Pieces final : public AnswerStream {
 public:
  Pieces(std::vector<std::string> pieces, std::atomic<std::size_t>& asked, Gate* gate = nullptr, Loop* loop = nullptr)
      : pieces_(std::move(pieces)), asked_(asked), gate_(gate), loop_(loop) {}

  Async<std::string> next() override {
    const std::size_t index = asked_++;
    if (index < pieces_.size()) co_return pieces_[index];
    if (gate_ == nullptr) co_return "";
    co_await gate_->wait(*loop_);
    throw std::runtime_error("a secret of the stream");
  }

 private:
  std::vector<std::string> pieces_;
  std::atomic<std::size_t>& asked_;
  Gate* gate_;
  Loop* loop_;
};

class Endless final : public AnswerStream {
 public:
  explicit Endless(std::atomic<std::size_t>& asked) : asked_(asked) {}
  Async<std::string> next() override {
    ++asked_;
    co_return std::string(1 << 20, 'x');
  }

 private:
  std::atomic<std::size_t>& asked_;
};

// Reads the body as it arrives; "/refuse" stops at once, "/stop" after the first bytes.
Async<http::Response> consume(http::Request* request, std::atomic<std::size_t>* received) {
  std::string text;
  std::size_t pieces = 0;
  http::Response response;
  response.content_type = "text/plain";
  while (request->path != "/refuse") {
    const Result<std::string_view> piece = co_await request->body_stream->next();
    if (!piece) {
      response.status = info(piece.error().code).http_status;
      response.body = piece.error().message;
      co_return response;
    }
    if (piece->empty()) break;
    text += *piece;
    *received = text.size();
    ++pieces;
    if (request->path == "/stop") break;
  }
  response.body = fmt::format("{} {} {}", text.size(), text.substr(0, 20), pieces > 1 ? "in pieces" : "whole");
  co_return response;
}

Async<http::Response> throwing() {
  throw std::runtime_error("a secret of the handler");
  co_return http::Response();
}

Async<http::Response> with_body(http::Body body, std::string extra) {
  http::Response response;
  response.content_type = "application/octet-stream";
  response.body = std::move(body);
  if (!extra.empty()) response.set("X-Extra", std::move(extra));
  co_return response;
}

Async<http::Response> with_status(int status) {
  http::Response response;
  response.status = status;
  co_return response;
}

class HttpServerTest : public testing::Test {
 protected:
  ~HttpServerTest() override {
    gate_.open();
    if (server_) server_->stop();
    loop_.stop();
  }

  Async<http::Response> handle(Loop& loop, http::Request& request) {
    if (request.body_stream != nullptr) return consume(&request, &received_);
    if (request.path == "/wait") return gate_.wait(loop);
    if (request.path == "/throw") return throwing();
    if (request.path == "/throw-at-once") throw 7;
    if (request.path == "/shared") return with_body(shared_, "");
    if (request.path == "/file") return with_body(range_, "");
    if (request.path == "/source") return with_body(source_, "");
    if (request.path == "/stream") return with_body(std::make_shared<Pieces>(pieces_, asked_), "");
    if (request.path == "/endless") return with_body(std::make_shared<Endless>(asked_), "");
    if (request.path == "/stream-and-wait") {
      return with_body(std::make_shared<Pieces>(pieces_, asked_, &gate_, &loop), "");
    }
    if (request.path == "/split") return with_body(std::string("x"), "a\r\nSet-Cookie: b");
    if (request.path == "/nothing") return with_status(204);
    return echo(std::move(request));
  }
  void begin(const ServerLimits& limits = {}) {
    server_ = std::make_unique<HttpServer>(
        std::vector<EventLoop*>{&loop_}, limits,
        [this](Loop& loop, http::Request& request) { return handle(loop, request); }, clock_, random_, &metrics_);
    ASSERT_TRUE(server_->listen("127.0.0.1:0"));
    loop_.start();
    server_->start();
  }
  Client connect() { return Client(server_->address()); }
  void wait_for_waiting(std::size_t count) {
    ASSERT_TRUE(eventually([this, count] { return gate_.waiting() == count; }));
  }

  EventLoop loop_{"http"};
  ShiftedClock clock_;
  SystemRandom random_;
  Metrics metrics_;
  Gate gate_;
  std::shared_ptr<const std::string> shared_ = std::make_shared<const std::string>(8 << 20, 's');
  http::FileRange range_;
  std::shared_ptr<ByteSource> source_;
  std::vector<std::string> pieces_ = {"one", std::string(20, '2')};
  std::atomic<std::size_t> asked_ = 0;
  std::atomic<std::size_t> received_ = 0;  // of the last streamed body
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, AnswersWithEveryPromisedField) {
  begin();
  const std::string answer = connect().send(get("/a%20b?q=1", "Connection: close\r\n")).read_all();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nServer: darkroom\r\n"));
  EXPECT_THAT(answer, HasSubstr(" GMT\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nx-request-id: req_"));
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\nGET /a b q=1 "));
  EXPECT_THAT(metrics_.print(), HasSubstr("darkroom_http_requests_total{status=\"200\"} 1"));
}

std::string post(const std::string& path, const std::string& fields, const std::string& body = "") {
  return "POST " + path + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body;
}

ServerLimits with_streams() {
  ServerLimits limits;
  limits.body_bytes = 100;
  for (const char* path : {"/stream", "/refuse", "/stop"}) limits.streamed.push_back({"POST", path, 4 << 20});
  return limits;
}

TEST_F(HttpServerTest, GivesABodyToItsHandlerAsItArrives) {
  begin(with_streams());
  const std::string big(3 << 20, 'b');
  Client client = connect();
  client.send(post("/stream", "Content-Length: 3145728\r\n", big) + post("/stream", "Content-Length: 5\r\n", "hello") +
              post("/stream", "Content-Length: 0\r\n") +
              post("/stream", "Transfer-Encoding: chunked\r\n", "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n") + get("/next"));
  EXPECT_THAT(body_of(client.read_answer()), "3145728 bbbbbbbbbbbbbbbbbbbb in pieces");
  EXPECT_THAT(body_of(client.read_answer()), "5 hello whole");
  EXPECT_THAT(body_of(client.read_answer()), "0  whole");
  EXPECT_THAT(body_of(client.read_answer()), StartsWith("5 hello"));
  EXPECT_THAT(body_of(client.read_answer()), "GET /next  ");
  // Another path keeps the common limit.
  EXPECT_THAT(connect().send(post("/other", "Content-Length: 101\r\n")).read_answer(), StartsWith("HTTP/1.1 413 "));
}

TEST_F(HttpServerTest, HoldsAStreamedBodyToItsOwnLimitAndFraming) {
  begin(with_streams());
  const std::string megabyte = "100000\r\n" + std::string(1 << 20, 'b') + "\r\n";
  struct Row {
    std::string request;
    const char* status;
  };
  for (const Row& row :
       {Row{post("/stream", "Content-Length: 4194305\r\n"), "413"},
        Row{post("/stream", "Transfer-Encoding: chunked\r\n", megabyte + megabyte + megabyte + megabyte + "1\r\n"),
            "413"},
        Row{post("/stream", "Transfer-Encoding: chunked\r\n", "2\r\nabc\r\n"), "400"}}) {
    Client client = connect();
    const std::string answer = client.send(row.request).read_answer();
    EXPECT_THAT(answer, StartsWith(std::string("HTTP/1.1 ") + row.status)) << row.request.substr(0, 99);
    EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
    EXPECT_TRUE(client.ended());
  }
}

TEST_F(HttpServerTest, ClosesWhenAHandlerLeavesABodyUnread) {
  begin(with_streams());
  for (const char* path : {"/refuse", "/stop"}) {
    Client client = connect();
    client.send(post(path, "Content-Length: 3000000\r\n", "first bytes"));
    const std::string answer = client.read_answer();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
    EXPECT_TRUE(client.send(get("/smuggled")).ended());
  }
}

TEST_F(HttpServerTest, AsksForAStreamedBodyOnlyWhenItsHandlerReads) {
  begin(with_streams());
  const std::string fields = "Content-Length: 5\r\nExpect: 100-continue\r\n";
  EXPECT_THAT(connect().send(post("/refuse", fields)).read_answer(), StartsWith("HTTP/1.1 200 OK\r\n"));
  Client client = connect();
  EXPECT_EQ(client.send(post("/stream", fields)).read_exactly(25), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(body_of(client.send("hello").read_answer()), "5 hello whole");
}

TEST_F(HttpServerTest, GivesAStreamedBodyTimeForEachByteAndNoMore) {
  begin(with_streams());
  Client slow = connect();
  slow.send(post("/stream", "Content-Length: 3000000\r\n", std::string(1 << 20, 'b')));
  ASSERT_TRUE(eventually([&] { return received_ == 1 << 20; }));
  clock_.advance(seconds(40));  // 30 s, and 16 s for the megabyte
  slow.send("c");
  clock_.advance(seconds(10));
  EXPECT_THAT(slow.read_answer(), StartsWith("HTTP/1.1 408 "));
}

TEST_F(HttpServerTest, TellsTheHandlerWhenTheClientGoesAndIsStoppedInTheMiddle) {
  begin(with_streams());
  connect().send(post("/stream", "Content-Length: 3000000\r\n", "a"));
  EXPECT_TRUE(eventually([&] { return metrics_.print().find("status=\"400\"} 1") != std::string::npos; }));
  Client client = connect();
  client.send(post("/stream", "Content-Length: 3000000\r\n", "a"));
  server_->stop();
  EXPECT_TRUE(client.ended());
}

TEST_F(HttpServerTest, RefusesMalformedRequestsAndCloses) {
  begin();
  const std::string tail = get("/smuggled");
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"GET /\r\n\r\n", "400"},
      {"GET / HTTP/1.1\r\n\r\n", "400"},
      {"GET / HTTP/1.1\nHost: a\n\n", "400"},
      {get("/", "X : 1\r\n"), "400"},
      {get("/", "X: 1\r\n 2\r\n"), "400"},
      {get("/", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), "400"},
      {get("/", "Content-Length: +5\r\n"), "400"},
      {get("/", "X: " + std::string(40'000, 'x') + "\r\n"), "431"},
      {get("/" + std::string(9'000, 'x')), "414"},
      {"GET / HTTP/3.0\r\n\r\n", "505"},
      {"BREW / HTTP/1.1\r\nHost: a\r\n\r\n", "501"},
      {get("/", "Transfer-Encoding: gzip\r\n"), "501"},
      {get("/", "Expect: gold\r\n"), "417"},
      {get("/", "Content-Encoding: br\r\nContent-Length: 1\r\n"), "415"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000000\r\nExpect: 100-continue\r\n\r\n", "413"},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n", "400"},
  };
  for (const auto& [bytes, status] : rows) {
    Client client = connect();
    const std::string answer = client.send(bytes + tail).read_answer();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 " + status + " ")) << bytes.substr(0, 100);
    EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
    EXPECT_THAT(body_of(answer), StartsWith("{\"error\":{\"code\":2"));
    EXPECT_THAT(body_of(answer), HasSubstr("\"request_id\":\"req_"));
    EXPECT_TRUE(client.ended()) << bytes.substr(0, 100);
  }
}

TEST_F(HttpServerTest, AnswersTheSameHoweverTheBytesAreCut) {
  begin();
  const std::string post = "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
  const std::string chunked = "PUT /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
  for (const std::string& bytes : {get("/x"), post, chunked, get("/x", "X : 1\r\n")}) {
    const std::string whole = without_names(connect().send(bytes).read_answer());
    Client drip = connect();
    for (const char c : bytes) drip.send({&c, 1});
    EXPECT_EQ(without_names(drip.read_answer()), whole);
    for (std::size_t cut = 1; cut < bytes.size(); cut += 3) {
      Client client = connect();
      client.send(bytes.substr(0, cut)).send(bytes.substr(cut));
      ASSERT_EQ(without_names(client.read_answer()), whole) << cut;
    }
  }
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
  begin();
  constexpr int kRequests = 1000;
  std::string all;
  for (int i = 0; i < kRequests; ++i) all += get("/" + std::to_string(i));
  Client client = connect();
  client.send(all);
  for (int i = 0; i < kRequests; ++i) ASSERT_EQ(body_of(client.read_answer()), "GET /" + std::to_string(i) + "  ");
}

TEST_F(HttpServerTest, KeepsConnectionsAsTheVersionsWant) {
  begin();
  Client modern = connect();
  for (int i = 0; i < 3; ++i) EXPECT_THAT(modern.send(get("/")).read_answer(), Not(HasSubstr("Connection:")));

  Client old = connect();
  const std::string kept = old.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").read_answer();
  EXPECT_THAT(kept, HasSubstr("\r\nConnection: keep-alive\r\n"));
  EXPECT_THAT(old.send("GET / HTTP/1.0\r\n\r\n").read_answer(), HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_TRUE(old.ended());
}

TEST_F(HttpServerTest, HeadIsGetWithoutTheBody) {
  begin();
  Client client = connect();
  const std::string head = client.send("HEAD /shared HTTP/1.1\r\nHost: a\r\n\r\n").read_answer(true);
  EXPECT_THAT(head, HasSubstr("\r\nContent-Length: 8388608\r\n"));
  // The next answer begins where a body would stand.
  EXPECT_THAT(client.send(get("/nothing")).read_answer(), StartsWith("HTTP/1.1 204 No Content\r\n"));
  EXPECT_THAT(client.send(get("/nothing")).read_answer(), Not(HasSubstr("Content-")));
}

TEST_F(HttpServerTest, SendsContinueOnlyWhenTheClientWaits) {
  begin();
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
  Client waits = connect();
  EXPECT_EQ(waits.send(head).read_answer(), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_THAT(waits.send("ab").read_answer(), EndsWith("POST /  ab"));
  Client early = connect();
  EXPECT_THAT(early.send(head + "ab").read_answer(), StartsWith("HTTP/1.1 200 OK"));
}

TEST_F(HttpServerTest, ClosesSlowClientsByPhase) {
  begin();
  Client silent = connect();
  Client idle = connect();
  Client header = connect();
  Client body = connect();
  EXPECT_THAT(idle.send(get("/")).read_answer(), StartsWith("HTTP/1.1 200"));
  header.send("GET / HT");
  // The interim answer proves that the server has read the header and waits for the body.
  body.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_THAT(body.read_answer(), StartsWith("HTTP/1.1 100"));

  clock_.advance(seconds(11));
  EXPECT_THAT(header.read_answer(), StartsWith("HTTP/1.1 408 Request Timeout"));
  EXPECT_TRUE(header.ended());
  EXPECT_TRUE(silent.ended());  // no request, no answer
  EXPECT_THAT(idle.send(get("/")).read_answer(), StartsWith("HTTP/1.1 200"));

  clock_.advance(seconds(20));
  EXPECT_THAT(body.read_answer(), StartsWith("HTTP/1.1 408 Request Timeout"));
  EXPECT_TRUE(body.ended());
  clock_.advance(seconds(76));
  EXPECT_TRUE(idle.ended());
}

TEST_F(HttpServerTest, CutsOffAClientThatDoesNotRead) {
  begin();
  Client client(server_->address(), 64 << 10);
  client.send(get("/shared"));
  EXPECT_THAT(client.read_exactly(15), StartsWith("HTTP/1.1 200 OK"));
  // The server may have begun to wait only after the clock went on: then its deadline is later, and the clock goes on
  // again.
  EXPECT_TRUE(eventually([this] {
    clock_.advance(seconds(31));
    return metrics_.print().find("darkroom_http_connections 0") != std::string::npos;
  }));
  EXPECT_LT(client.read_all().size(), shared_->size());
}

TEST_F(HttpServerTest, ReadsBigBodiesAndRefusesBiggerOnes) {
  begin();
  const std::string body(1 << 20, 'b');
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ";
  Client client = connect();
  EXPECT_EQ(body_of(client.send(head + "1048576\r\n\r\n" + body).read_answer()).size(), body.size() + 8);
  // The answer must survive the body that is still on its way.
  Client big = connect();
  EXPECT_THAT(big.send(head + "1048577\r\n\r\n" + body + "b").read_answer(), StartsWith("HTTP/1.1 413 "));
  Client endless = connect();
  endless.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 17; ++i) endless.send("10000\r\n" + body.substr(0, 1 << 16) + "\r\n");
  EXPECT_THAT(endless.read_answer(), StartsWith("HTTP/1.1 413 "));
}

TEST_F(HttpServerTest, SendsBigBodiesWhole) {
  begin();
  Client client = connect();
  for (int i = 0; i < 2; ++i) EXPECT_EQ(body_of(client.send(get("/shared")).read_answer()), *shared_);
}

TEST_F(HttpServerTest, SendsRangesOfFiles) {
  const test::TemporaryFolder folder;
  std::string content(6 << 20, '\0');
  SeededRandom(1).fill(std::span(reinterpret_cast<std::uint8_t*>(content.data()), content.size()));
  const int fd = ::open(folder.write("picture", content).c_str(), O_RDONLY | O_CLOEXEC);
  range_ = {.file = std::make_shared<http::OpenFile>(fd), .offset = 1000, .length = (5 << 20) + 7};
  begin();
  Client client = connect();
  EXPECT_EQ(body_of(client.send(get("/file")).read_answer()), content.substr(1000, (5 << 20) + 7));
  EXPECT_THAT(client.send(get("/")).read_answer(), StartsWith("HTTP/1.1 200"));
  // A file that is shorter than promised: the client must see that the answer broke off.
  ASSERT_EQ(::truncate(folder.file("picture").c_str(), 2000), 0);
  client.send(get("/file"));
  EXPECT_EQ(body_of(client.read_all()).size(), 1000U);
}

TEST_F(HttpServerTest, SendsWhatASourceGivesWithItsExactLength) {
  const test::TemporaryFolder folder;
  const std::string content(4 << 20, '\0');  // "AAAA…" in base64
  const int fd = ::open(folder.write("picture", content).c_str(), O_RDONLY | O_CLOEXEC);
  const auto file = std::make_shared<http::OpenFile>(fd);
  const auto make_source = [&file] {
    auto source = std::make_shared<BodySource>();
    source->add_text("{\"a\":\"");
    source->add_base64({file, 0, 3 << 20});
    source->add_text("\"}");
    return source;
  };
  source_ = make_source();
  begin();
  Client client = connect();
  const std::string answer = client.send(get("/source")).read_answer();
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Length: 4194312\r\n"));
  EXPECT_EQ(body_of(answer), "{\"a\":\"" + std::string(4 << 20, 'A') + "\"}");
  source_ = make_source();
  client.send("HEAD /source HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(client.read_answer(true), HasSubstr("\r\nContent-Length: 4194312\r\n"));
  EXPECT_THAT(client.send(get("/")).read_answer(), StartsWith("HTTP/1.1 200"));
  // A file that is shorter than promised: the client must see that the answer broke off.
  ASSERT_EQ(::truncate(folder.file("picture").c_str(), 300'000), 0);
  source_ = make_source();
  EXPECT_LT(body_of(client.send(get("/source")).read_all()).size(), 400'100U);
}

TEST_F(HttpServerTest, SendsAStreamInChunksAndKeepsTheConnection) {
  begin();
  Client client = connect();
  client.send(get("/stream") + get("/after"));
  const std::string head = client.read_answer();
  EXPECT_THAT(head, HasSubstr("\r\nTransfer-Encoding: chunked\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("Content-Length")));
  const std::string chunks = "3\r\none\r\n14\r\n" + pieces_[1] + "\r\n0\r\n\r\n";
  EXPECT_EQ(client.read_exactly(chunks.size()), chunks);
  EXPECT_THAT(client.read_answer(), EndsWith("GET /after  "));
  EXPECT_EQ(asked_, 3U);
}

TEST_F(HttpServerTest, SendsAStreamToHttp10UntilTheConnectionEnds) {
  begin();
  const std::string answer = connect().send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").read_all();
  EXPECT_THAT(answer, Not(HasSubstr("Transfer-Encoding")));
  EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_EQ(body_of(answer), "one" + pieces_[1]);
}

TEST_F(HttpServerTest, AsksNothingOfAStreamForHead) {
  begin();
  Client client = connect();
  const std::string head = client.send("HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n").read_answer(true);
  EXPECT_THAT(head, HasSubstr("\r\nTransfer-Encoding: chunked\r\n"));
  EXPECT_THAT(client.send(get("/after")).read_answer(), EndsWith("GET /after  "));
  EXPECT_EQ(asked_, 0U);
}

TEST_F(HttpServerTest, AStreamMayWaitAndItsFailureBreaksTheAnswerOff) {
  begin();
  Client client = connect();
  client.send(get("/stream-and-wait"));
  wait_for_waiting(1);
  clock_.advance(seconds(3600));
  EXPECT_THAT(connect().send(get("/")).read_answer(), StartsWith("HTTP/1.1 200"));
  gate_.open();
  const std::string answer = client.read_all();
  EXPECT_THAT(answer, EndsWith(pieces_[1] + "\r\n"));
  EXPECT_THAT(answer, Not(HasSubstr("secret")));
}

TEST_F(HttpServerTest, KeepsOnePieceForAClientThatDoesNotReadAndCutsItOff) {
  begin();
  Client client(server_->address(), 64 << 10);
  client.send(get("/endless"));
  EXPECT_THAT(client.read_exactly(15), StartsWith("HTTP/1.1 200 OK"));
  EXPECT_TRUE(eventually([this] {
    clock_.advance(seconds(31));
    return metrics_.print().find("darkroom_http_connections 0") != std::string::npos;
  }));
  EXPECT_LT(asked_, 64U);  // what the kernel took
}

TEST_F(HttpServerTest, StopEndsAStreamThatWaits) {
  begin();
  Client client = connect();
  client.send(get("/stream-and-wait"));
  wait_for_waiting(1);
  server_->stop();
  EXPECT_THAT(client.read_all(), EndsWith(pieces_[1] + "\r\n"));
}

TEST_F(HttpServerTest, AHandlerThatThrowsIsA500WithoutItsWords) {
  begin();
  Client client = connect();
  for (const char* path : {"/throw", "/throw-at-once"}) {
    const std::string answer = client.send(get(path)).read_answer();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 500 Internal Server Error\r\n"));
    EXPECT_THAT(body_of(answer), StartsWith("{\"error\":{\"code\":60099,"));
    EXPECT_THAT(answer, Not(HasSubstr("secret")));
  }
  EXPECT_THAT(client.send(get("/")).read_answer(), StartsWith("HTTP/1.1 200"));
}

TEST_F(HttpServerTest, AHandlersLineBreakDoesNotReachTheHead) {
  begin();
  const std::string answer = connect().send(get("/split")).read_answer();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(answer, Not(HasSubstr("Cookie")));
}

TEST_F(HttpServerTest, NoDeadlineAppliesWhileAHandlerWaits) {
  begin();
  Client client = connect();
  client.send(get("/wait"));
  wait_for_waiting(1);
  clock_.advance(seconds(3600));
  EXPECT_THAT(connect().send(get("/")).read_answer(), StartsWith("HTTP/1.1 200"));
  gate_.open();
  EXPECT_EQ(body_of(client.read_answer()), "late");
  EXPECT_THAT(client.send(get("/")).read_answer(), StartsWith("HTTP/1.1 200"));
}

TEST_F(HttpServerTest, RefusesOneConnectionTooMany) {
  begin({.connections = 2});
  Client first = connect();
  Client second = connect();
  EXPECT_THAT(first.send(get("/")).read_answer(), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(second.send(get("/")).read_answer(), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(metrics_.print(), HasSubstr("darkroom_http_connections 2"));
  const std::string answer = connect().read_all();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nRetry-After: 1\r\n"));
  first.send(get("/", "Connection: close\r\n")).read_all();
  ::shutdown(first.fd(), SHUT_RDWR);
  EXPECT_TRUE(eventually(
      [this] { return connect().send(get("/", "Connection: close\r\n")).read_answer().starts_with("HTTP/1.1 200"); }));
}

TEST_F(HttpServerTest, DrainsGently) {
  begin();
  Client idle = connect();
  EXPECT_THAT(idle.send(get("/")).read_answer(), StartsWith("HTTP/1.1 200"));
  Client busy = connect();
  busy.send(get("/wait") + get("/next"));
  wait_for_waiting(1);
  std::promise<void> drained;
  auto ended = drained.get_future();
  server_->drain(clock_.steady_now() + seconds(3600), [&drained] { drained.set_value(); });
  EXPECT_TRUE(idle.ended());
  EXPECT_FALSE(connect().connected());
  EXPECT_NE(ended.wait_for(seconds(0)), std::future_status::ready);
  gate_.open();
  const std::string answer = busy.read_answer();
  EXPECT_EQ(body_of(answer), "late");
  EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_TRUE(busy.ended());
  ::shutdown(busy.fd(), SHUT_RDWR);
  EXPECT_EQ(ended.wait_for(seconds(10)), std::future_status::ready);
}

TEST_F(HttpServerTest, DrainsHardAtTheDeadline) {
  begin();
  Client busy = connect();
  busy.send(get("/wait"));
  wait_for_waiting(1);
  std::promise<void> drained;
  server_->drain(clock_.steady_now() + seconds(5), [&drained] { drained.set_value(); });
  clock_.advance(seconds(6));
  EXPECT_EQ(drained.get_future().wait_for(seconds(10)), std::future_status::ready);
  EXPECT_TRUE(busy.ended());
}

TEST_F(HttpServerTest, StopClosesEverythingButLetsAWaitingHandlerEnd) {
  begin();
  Client idle = connect();
  Client busy = connect();
  idle.send(get("/")).read_answer();
  busy.send(get("/wait"));
  wait_for_waiting(1);
  server_->stop();
  server_->stop();
  EXPECT_TRUE(idle.ended());
  EXPECT_TRUE(busy.ended());
  EXPECT_FALSE(connect().connected());
}

TEST_F(HttpServerTest, ServesALocalSocketAndReplacesAStaleOne) {
  const test::TemporaryFolder folder;
  const std::string path = folder.file("admin.sock");
  {
    ASSERT_TRUE(open_unix_listener(path, 0600));
  }  // closed at once: the file stays behind
  server_ = std::make_unique<HttpServer>(
      std::vector<EventLoop*>{&loop_}, ServerLimits{},
      [this](Loop& loop, http::Request& request) { return handle(loop, request); }, clock_, random_, nullptr);
  ASSERT_TRUE(server_->listen_unix(path, 0600));
  loop_.start();
  server_->start();
  struct stat info{};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
  EXPECT_FALSE(open_unix_listener(path, 0600));  // alive: not replaced

  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  path.copy(to.sun_path, sizeof(to.sun_path) - 1);
  const FileDescriptor client(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::connect(client.get(), reinterpret_cast<const sockaddr*>(&to), sizeof(to)), 0);
  const std::string request = get("/", "Connection: close\r\n");
  ASSERT_EQ(::send(client.get(), request.data(), request.size(), 0), static_cast<ssize_t>(request.size()));
  char bytes[1024];
  ASSERT_GT(::recv(client.get(), bytes, sizeof(bytes), 0), 15);
  EXPECT_THAT(std::string(bytes, 15), "HTTP/1.1 200 OK");
  server_->stop();
  EXPECT_NE(::stat(path.c_str(), &info), 0);
}

}  // namespace
}  // namespace darkroom::net
