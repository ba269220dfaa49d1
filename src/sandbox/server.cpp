#include "sandbox/server.h"

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <optional>
#include <vector>

#include "net/http_server.h"
#include "runtime/loops.h"
#include "sandbox/gemini.h"
#include "sandbox/gemini_request.h"
#include "sandbox/words.h"

namespace darkroom::sandbox {
namespace {

constexpr std::size_t kPainters = 2;
constexpr std::size_t kWaitingRequests = 4096;

// One line a vendor.
std::vector<std::unique_ptr<StandIn>> make_stand_ins() {
  std::vector<std::unique_ptr<StandIn>> all;
  all.push_back(make_gemini());
  return all;
}

net::ServerLimits server_limits() {
  net::ServerLimits limits;
  limits.body_bytes = kMaxBodyBytes;  // references come inline
  return limits;
}

http::Response plain_text(int status, std::string text) {
  http::Response response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.body = std::move(text);
  return response;
}

// A body that promises its whole length and breaks off in the middle: a file that is shorter than it was said to be.
http::Body cut_in_half(const http::Body& body) {
  const auto* text = std::get_if<std::shared_ptr<const std::string>>(&body);
  if (!text) return body;
  const int fd = memfd_create("half-an-answer", MFD_CLOEXEC);
  if (fd < 0) return body;
  auto file = std::make_shared<const http::OpenFile>(fd);
  std::string_view rest = std::string_view(**text).substr(0, (*text)->size() / 2);
  while (!rest.empty()) {
    const ssize_t written = write(fd, rest.data(), rest.size());
    if (written <= 0) break;
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  return http::FileRange{std::move(file), 0, (*text)->size()};
}

Async<void> wait(Loop* loop, milliseconds time) {
  auto start = [loop, time](Done<bool> done) {
    loop->call_at(loop->now() + time, [done = std::move(done)]() mutable { done(true); });
  };
  auto elapsed = await_on<bool>(*loop, start);
  co_await elapsed;
}

}  // namespace

struct Sandbox::State {
  AsioLoop loop{"sandbox"};
  BlockingPool painters{kPainters, kWaitingRequests};
  std::vector<std::unique_ptr<StandIn>> stand_ins = make_stand_ins();
  std::optional<net::HttpServer> server;  // goes before the loop

  std::atomic<bool> stopping{false};  // what still waits for a painter is not painted any more

  Reply answer(const http::Request& request) {
    if (stopping) return {.response = plain_text(503, "darkroom sandbox: stopping\n")};
    for (const auto& stand_in : stand_ins) {
      if (stand_in->serves(request)) return stand_in->answer(request);
    }
    return {.response = plain_text(404, "darkroom sandbox: no vendor's stand-in serves this path\n")};
  }
  static Async<http::Response> serve(State* self, Loop* loop, http::Request request);
};

Async<http::Response> Sandbox::State::serve(State* self, Loop* here, http::Request request) {
  auto ask = [self, &request](Done<Reply> done) {
    self->painters.submit([self, request = std::move(request), done = std::move(done)]() mutable {
      Reply reply = self->answer(request);
      request = {};
      done(std::move(reply));
    });
  };
  auto answered = await_on<Reply>(*here, ask);
  Reply reply = co_await answered;
  const milliseconds pause = reply.hang ? kLongestWait : reply.delay;
  if (pause.count() > 0) co_await wait(here, pause);
  if (reply.hang) reply.response = plain_text(504, "darkroom sandbox: it hung for as long as it may\n");
  if (reply.truncate) reply.response.body = cut_in_half(reply.response.body);
  co_return std::move(reply.response);
}

Sandbox::Sandbox(Clock& clock, Random& random, Metrics* metrics) : state_(std::make_unique<State>()) {
  auto handler = [state = state_.get()](Loop& loop, http::Request& request) {
    return State::serve(state, &loop, std::move(request));
  };
  state_->server.emplace(std::vector{&state_->loop}, server_limits(), handler, clock, random, metrics);
}

Sandbox::~Sandbox() { stop(); }

Status Sandbox::start(std::string_view listen) {
  DR_TRY(state_->server->listen(listen));
  state_->loop.start();
  state_->server->start();
  return {};
}

std::string Sandbox::base_url() const { return "http://" + state_->server->address(); }

void Sandbox::stop() {
  if (!state_->server) return;
  state_->stopping = true;
  state_->server->stop();
  state_->painters.stop();
  state_->loop.stop();
  state_->server.reset();
}

}  // namespace darkroom::sandbox
