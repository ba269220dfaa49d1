#include "net/http_server.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <ctime>
#include <future>

#include "base/error_body.h"
#include "base/ids.h"
#include "base/log.h"
#include "net/connection.h"
#include "net/listener.h"
#include "runtime/async_scope.h"

namespace darkroom::net {
namespace {

constexpr milliseconds kTick{250};          // how late a deadline may be noticed
constexpr std::size_t kAcceptsAtOnce = 64;  // then the connections that are there get their turn

std::string print_date(WallTime now) {
  const std::time_t time = to_unix_seconds(now);
  std::tm parts{};
  gmtime_r(&time, &parts);
  constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", kDays[parts.tm_wday], parts.tm_mday,
                     kMonths[parts.tm_mon], parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

Async<void> serve(Lane* lane, FileDescriptor socket, std::string peer) {
  Connection connection(*lane, std::move(socket), std::move(peer));
  Async<void> run = connection.run();
  co_await run;
}

// The server's part on one loop. Everything but the constructor and destructor runs on that loop.
class Shard final : private Watcher {
 public:
  Shard(EventLoop& loop, ServerShared& server) : lane_{.loop = loop, .server = server} {}
  // The loop has stopped, or nothing runs here any more.
  ~Shard() {
    DR_CHECK(scope_.size() == 0 || lane_.loop.is_stopped());
    scope_.abandon();
  }

  EventLoop& loop() { return lane_.loop; }
  void listen(FileDescriptor socket) { listener_ = std::move(socket); }
  void start();
  // `empty` runs when no connection is left, or at the deadline.
  void drain(SteadyTime deadline, Callback empty);
  // `quiet` runs when no connection is left but those whose handler waits.
  void close_all(Callback quiet);

 private:
  void stop_accepting();
  void on_events(std::uint32_t events) override;
  void admit(FileDescriptor client, const sockaddr_storage& peer);
  void turn_away(int client);
  void tick();
  void check_ended();

  Lane lane_;
  AsyncScope scope_;
  FileDescriptor listener_;
  bool ticking_ = false;
  bool accept_later_ = false;
  Loop::TimerId timer_ = 0;
  SteadyTime drain_deadline_ = SteadyTime::max();
  Callback empty_;
  Callback quiet_;
};

void Shard::start() {
  ticking_ = true;
  tick();
  if (listener_.get() >= 0) DR_CHECK(lane_.loop.watch(listener_.get(), *this).has_value());
}

void Shard::stop_accepting() {
  if (listener_.get() >= 0) lane_.loop.forget(listener_.get(), *this);
  listener_.reset();
  lane_.draining = true;
  if (!lane_.connection_ended) {
    // As a later event: the connection that calls is still on its way out of the scope.
    lane_.connection_ended = [this] { lane_.loop.post([this] { check_ended(); }); };
  }
}

void Shard::drain(SteadyTime deadline, Callback empty) {
  stop_accepting();
  drain_deadline_ = deadline;
  empty_ = std::move(empty);
  lane_.for_each([](Connection& connection) { connection.close_if_idle(); });
  check_ended();
}

void Shard::close_all(Callback quiet) {
  stop_accepting();
  if (std::exchange(ticking_, false)) lane_.loop.cancel_timer(timer_);
  lane_.for_each([](Connection& connection) { connection.close_hard(); });
  quiet_ = std::move(quiet);
  drain_deadline_ = SteadyTime::min();
  check_ended();
}

void Shard::check_ended() {
  const bool late = lane_.server.clock.steady_now() >= drain_deadline_;
  if (empty_ && (scope_.size() == 0 || late)) std::exchange(empty_, {})();
  if (!quiet_) return;
  if (std::ranges::all_of(lane_.connections, &Connection::is_handling)) std::exchange(quiet_, {})();
}

// There are clients, or may be.
void Shard::on_events(std::uint32_t) {
  for (std::size_t i = 0; i < kAcceptsAtOnce; ++i) {
    sockaddr_storage peer{};
    socklen_t length = sizeof(peer);
    FileDescriptor client(
        ::accept4(listener_.get(), reinterpret_cast<sockaddr*>(&peer), &length, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (client.get() >= 0) {
      admit(std::move(client), peer);
      continue;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) return;
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      // The client stays in the kernel's queue; asking again at once would only burn the processor.
      log::warn("accept_failed", {{"reason", std::generic_category().message(errno)}});
      accept_later_ = true;
      return;
    }
  }
  lane_.loop.ask_again(listener_.get(), *this);
}

void Shard::admit(FileDescriptor client, const sockaddr_storage& peer) {
  ServerShared& server = lane_.server;
  if (server.connections.fetch_add(1) >= server.limits.connections) {
    --server.connections;
    return turn_away(client.get());
  }
  const int on = 1;
  if (peer.ss_family != AF_UNIX) ::setsockopt(client.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  scope_.spawn(serve(&lane_, std::move(client), print_peer(peer)));
}

// One try: a client that cannot take a few hundred bytes at once does not get them.
void Shard::turn_away(int client) {
  const RequestId request_id = make_request_id(lane_.server.clock.wall_now(), lane_.server.random);
  http::Response response;
  response.status = 503;
  response.set("Retry-After", "1");
  response.body = print_error_body(make_error(Code::unavailable), request_id);
  lane_.count_answer(response.status);
  ResponseWriter writer;
  writer.begin(std::move(response), {.request_id = request_id, .date = lane_.date, .keep_alive = false});
  static_cast<void>(writer.pump(client));
  ::shutdown(client, SHUT_WR);
}

void Shard::tick() {
  if (!ticking_) return;
  const SteadyTime now = lane_.server.clock.steady_now();
  lane_.date = print_date(lane_.server.clock.wall_now());
  const bool end_now = now >= drain_deadline_;
  lane_.for_each([&](Connection& connection) { end_now ? connection.close_hard() : connection.check_deadline(now); });
  if (std::exchange(accept_later_, false) && listener_.get() >= 0) lane_.loop.ask_again(listener_.get(), *this);
  if (end_now) check_ended();
  timer_ = lane_.loop.call_at(lane_.loop.now() + kTick, [this] { tick(); });
}

}  // namespace

struct HttpServer::State {
  State(const ServerLimits& limits, Handler handler, Clock& clock, Random& random, Metrics* metrics)
      : shared{.limits = limits,
               .handler = std::move(handler),
               .clock = clock,
               .random = random,
               .metrics = metrics,
               .open_connections = metrics == nullptr
                                       ? nullptr
                                       : &metrics->gauge("darkroom_http_connections", "Open HTTP connections")} {}

  ServerShared shared;
  std::vector<std::unique_ptr<Shard>> shards;
  std::string address;
  std::string unix_path;
  bool started = false;
  bool stopped = false;
};

HttpServer::HttpServer(std::vector<EventLoop*> loops, const ServerLimits& limits, Handler handler, Clock& clock,
                       Random& random, Metrics* metrics)
    : state_(std::make_unique<State>(limits, std::move(handler), clock, random, metrics)) {
  DR_CHECK(!loops.empty());
  for (EventLoop* loop : loops) state_->shards.push_back(std::make_unique<Shard>(*loop, state_->shared));
}

HttpServer::~HttpServer() { stop(); }

Status HttpServer::listen(std::string_view host_port) {
  DR_CHECK(state_->address.empty());
  state_->address = host_port;
  for (const auto& shard : state_->shards) {
    auto socket = open_tcp_listener(state_->address, shard == state_->shards.front());
    if (!socket) return fail(std::move(socket.error()));
    // With port 0 the first listener learns the port, and the others share it.
    state_->address = print_local_address(socket->get());
    shard->listen(std::move(*socket));
  }
  return {};
}

Status HttpServer::listen_unix(const std::string& path, mode_t mode) {
  DR_CHECK(state_->address.empty());
  auto socket = open_unix_listener(path, mode);
  if (!socket) return fail(std::move(socket.error()));
  state_->address = state_->unix_path = path;
  state_->shards.front()->listen(std::move(*socket));
  return {};
}

std::string HttpServer::address() const { return state_->address; }

Departures& HttpServer::departures() { return state_->shared.departures; }

void HttpServer::start() {
  state_->started = true;
  for (const auto& shard : state_->shards) {
    shard->loop().post([shard = shard.get()] { shard->start(); });
  }
}

void HttpServer::drain(SteadyTime deadline, Callback drained) {
  struct Countdown {
    std::atomic<std::size_t> left;
    Callback drained;
  };
  const auto countdown = std::make_shared<Countdown>(state_->shards.size(), std::move(drained));
  for (const auto& shard : state_->shards) {
    shard->loop().post([shard = shard.get(), deadline, countdown] {
      shard->drain(deadline, [countdown] {
        if (--countdown->left == 0) countdown->drained();
      });
    });
  }
}

void HttpServer::stop() {
  if (std::exchange(state_->stopped, true)) return;
  if (state_->started) {
    for (const auto& shard : state_->shards) {
      if (shard->loop().is_stopped()) {
        shard->close_all({});
        continue;
      }
      std::promise<void> quiet;
      shard->loop().post([shard = shard.get(), &quiet] { shard->close_all([&quiet] { quiet.set_value(); }); });
      quiet.get_future().wait();
    }
  }
  if (!state_->unix_path.empty()) ::unlink(state_->unix_path.c_str());
}

}  // namespace darkroom::net
