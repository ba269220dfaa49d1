#include "sandbox/server.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <vector>

#include "base/check.h"
#include "net/http_server.h"
#include "runtime/loops.h"
#include "sandbox/answers.h"
#include "sandbox/free_calls.h"
#include "sandbox/outages.h"
#include "sandbox/request_log.h"
#include "sandbox/vendors.h"
#include "sandbox/words.h"

namespace darkroom::sandbox {
namespace {

constexpr std::size_t kPainters = 2;
constexpr std::size_t kWaitingRequests = 4096;
constexpr std::string_view kRequests = "/sandbox/requests";  // no vendor has a path of this name
constexpr std::string_view kOutages = "/sandbox/outages";

net::ServerLimits server_limits() {
  net::ServerLimits limits;
  limits.body_bytes = kMaxBodyBytes;
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
  std::shared_ptr<const std::string> whole;
  if (const auto* text = std::get_if<std::shared_ptr<const std::string>>(&body)) {
    whole = *text;
  } else if (const auto* range = std::get_if<http::FileRange>(&body)) {
    whole = std::make_shared<const std::string>(read_file(*range));
  } else {
    return body;
  }
  const int fd = memfd_create("half-an-answer", MFD_CLOEXEC);
  if (fd < 0) return body;
  auto file = std::make_shared<const http::OpenFile>(fd);
  std::string_view rest = std::string_view(*whole).substr(0, whole->size() / 2);
  while (!rest.empty()) {
    const ssize_t written = write(fd, rest.data(), rest.size());
    if (written <= 0) break;
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  return http::FileRange{std::move(file), 0, whole->size()};
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
  State(const Clock& clock, Random& random) : vendors(make_vendors(clock, random)) {}

  EventLoop loop{"sandbox"};
  BlockingPool painters{kPainters, kWaitingRequests};
  std::vector<Vendor> vendors;
  RequestLog log;
  Outages outages;
  std::optional<net::HttpServer> server;  // goes before the loop

  std::atomic<bool> stopping{false};  // what still waits for a painter is not painted any more

  std::vector<std::string_view> kinds() const {
    std::vector<std::string_view> kinds;
    for (const Vendor& vendor : vendors) {
      if (!vendor.kind.empty()) kinds.push_back(vendor.kind);
    }
    return kinds;
  }
  Reply answer(http::Request request);
  static Async<http::Response> serve(State* self, Loop* loop, http::Request request);
};

// A vendor sees its own paths: what stands before them here is cut off.
Reply Sandbox::State::answer(http::Request request) {
  if (stopping) return {.response = plain_text(503, "darkroom sandbox: stopping\n")};
  if (request.path == kRequests) return {.response = json_response(200, json::object{{"requests", log.print()}})};
  if (request.path == kOutages) return {.response = outages.change(request, kinds())};
  const std::string path = std::move(request.path);
  for (const Vendor& vendor : vendors) {
    if (!path.starts_with(vendor.base_path)) continue;
    request.path = path.substr(vendor.base_path.size());
    std::optional<http::Response> free_answer = answer_free_call(vendor.kind, request);
    if (!free_answer && !vendor.stand_in->serves(request)) continue;
    log.note(vendor.kind, request);
    if (auto outage = outages.answer(vendor.kind)) return {.response = std::move(*outage)};
    if (free_answer) return {.response = std::move(*free_answer)};
    const std::string host(request.header("Host").value_or(server->address()));
    return vendor.stand_in->answer(request, "http://" + host + std::string(vendor.base_path));
  }
  return {.response = plain_text(404, "darkroom sandbox: no vendor's stand-in serves this path\n")};
}

Async<http::Response> Sandbox::State::serve(State* self, Loop* here, http::Request request) {
  auto ask = [self, &request](Done<Reply> done) {
    self->painters.submit([self, request = std::move(request), done = std::move(done)]() mutable {
      done(self->answer(std::move(request)));
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

Sandbox::Sandbox(Clock& clock, Random& random, Metrics* metrics) : state_(std::make_unique<State>(clock, random)) {
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

std::string Sandbox::url() const { return "http://" + state_->server->address(); }

std::vector<std::string> Sandbox::kinds() const {
  const std::vector<std::string_view> kinds = state_->kinds();
  return {kinds.begin(), kinds.end()};
}

std::string Sandbox::base_url(std::string_view kind) const {
  const auto vendor = std::ranges::find(state_->vendors, kind, &Vendor::kind);
  DR_CHECK(vendor != state_->vendors.end());
  return url() + std::string(vendor->base_path);
}

void Sandbox::stop() {
  if (!state_->server) return;
  state_->stopping = true;
  state_->server->stop();
  state_->painters.stop();
  state_->loop.stop();
  state_->server.reset();
}

}  // namespace darkroom::sandbox
