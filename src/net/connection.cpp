#include "net/connection.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <exception>
#include <utility>

#include "base/error_body.h"
#include "base/ids.h"
#include "base/log.h"

namespace darkroom::net {
namespace {

constexpr std::size_t kReadBytes = 4 << 10;       // an idle connection holds no more than this
constexpr std::size_t kBodyReadBytes = 64 << 10;  // while a body arrives
constexpr std::size_t kLingerBytes = 8 << 20;
constexpr seconds kLingerSeconds{2};
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

http::Response error_response(int status, const Error& error, std::string_view request_id) {
  http::Response response;
  response.status = status;
  response.body = print_error_body(error, request_id);
  return response;
}

std::shared_ptr<AnswerStream> find_stream(const http::Response& response) {
  const auto* stream = std::get_if<std::shared_ptr<AnswerStream>>(&response.body);
  return stream == nullptr ? nullptr : *stream;
}

// What a handler learns; nobody is left to read its answer.
Error ended_early() { return make_error(Code::bad_request, "The connection ended before the body"); }

}  // namespace

// Suspends until there is input or room for output. Input is then in input_, which stays empty when the connection is
// closed, broken or out of time.
struct Connection::Change {
  Connection& connection;
  Wait wait;

  bool await_ready() const noexcept { return !connection.is_open(); }
  void await_suspend(std::coroutine_handle<> awaiting) {
    connection.wait_ = wait;
    connection.waiting_ = awaiting;
    // Through the loop even when something is there already, so that the other connections get their turn.
    if (wait == Wait::room || connection.has_input_)
      connection.lane_.loop.ask_again(connection.socket_.get(), connection);
  }
  void await_resume() const noexcept {}
};

Connection::Change Connection::input() { return {*this, Wait::input}; }
Connection::Change Connection::room() { return {*this, Wait::room}; }

void Connection::on_events(std::uint32_t events) {
  constexpr std::uint32_t kEnd = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
  if (!has_ended_ && (events & kEnd) != 0) note_end();
  has_input_ |= (events & (EPOLLIN | kEnd)) != 0;
  if (wait_ == Wait::input && has_input_ && receive()) return wake();
  if (wait_ == Wait::room && (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) wake();
}

void Connection::note_end() {
  has_ended_ = true;
  if (streaming_ != nullptr) return streaming_->client_left();
  if (phase_ == Phase::handling) lane_.server.departures.tell(request_id_);
}

// False when there was nothing after all.
bool Connection::receive() {
  const std::size_t wanted = parser_.state() == HttpParser::State::body ? kBodyReadBytes : kReadBytes;
  if (buffer_.size() != wanted) {
    std::string fresh;
    fresh.resize_and_overwrite(wanted, [](char*, std::size_t size) { return size; });  // recv() writes it
    buffer_ = std::move(fresh);
  }
  ssize_t count = 0;
  do {
    count = ::recv(socket_.get(), buffer_.data(), buffer_.size(), 0);
  } while (count < 0 && errno == EINTR);
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
    has_input_ = false;
    return false;
  }
  input_ = std::string_view(buffer_).substr(0, static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  // Less than was asked for is all that was there: what comes later is a new change.
  has_input_ = input_.size() == buffer_.size() || has_ended_;
  return true;
}

void Connection::wake() {
  wait_ = Wait::nothing;
  std::exchange(waiting_, {}).resume();
}

Connection::Connection(Lane& lane, FileDescriptor socket, std::string peer)
    : lane_(lane),
      socket_(std::move(socket)),
      parser_({.header_bytes = lane.server.limits.header_bytes,
               .header_fields = lane.server.limits.header_fields,
               .target_bytes = lane.server.limits.target_bytes,
               .body_bytes = lane.server.limits.body_bytes,
               .streamed = lane.server.limits.streamed}),
      peer_(std::move(peer)) {
  place_ = lane_.connections.insert(lane_.connections.end(), this);
  if (lane_.server.open_connections != nullptr) lane_.server.open_connections->Increment();
}

Connection::~Connection() {
  if (has_ended_ && phase_ == Phase::handling) lane_.server.departures.forget(request_id_);
  if (is_open()) lane_.loop.forget(socket_.get(), *this);
  lane_.connections.erase(place_);
  --lane_.server.connections;
  if (lane_.server.open_connections != nullptr) lane_.server.open_connections->Decrement();
  if (lane_.connection_ended) lane_.connection_ended();
}

Async<void> Connection::run() {
  enter(Phase::header);
  if (const Status watched = lane_.loop.watch(socket_.get(), *this); !watched) {
    log::warn("accept_failed", {{"reason", watched.error().message}});
    co_return;
  }
  for (;;) {
    while (wants_input()) {
      if (input_.empty()) {
        co_await input();
        if (input_.empty()) break;
      }
      take_input();
      if (wants_input() && must_send_continue() && !send_continue()) co_return;
    }
    const bool refused = parser_.state() != HttpParser::State::complete && !must_stream();
    if (refused && parser_.state() != HttpParser::State::failed && !(timed_out_ && parser_.started())) co_return;

    http::Request& request = name_request();
    std::optional<http::Response> response;
    if (refused) {
      response = refuse();
    } else {
      enter(Phase::handling);
      if (has_ended_) lane_.server.departures.tell(request_id_);
      try {
        Async<http::Response> answer = lane_.server.handler(lane_.loop, request);
        response = co_await answer;
      } catch (const std::exception& error) {
        response = handler_failed(error.what());
      } catch (...) {
        response = handler_failed("not a std::exception");
      }
    }
    if (has_ended_) lane_.server.departures.forget(request_id_);
    std::shared_ptr<AnswerStream> stream = find_stream(*response);
    ResponseWriter::Progress progress = begin_answer(std::move(*response));
    if (progress == ResponseWriter::Progress::blocked) {
      Async<ResponseWriter::Progress> rest = finish_writing();
      progress = co_await rest;
    }
    if (stream && progress == ResponseWriter::Progress::done && method_ != "HEAD") {
      Async<ResponseWriter::Progress> pieces = send_stream(std::move(stream));
      progress = co_await pieces;
    }
    const SteadyTime now = lane_.server.clock.steady_now();
    log_answer(now);
    if (progress != ResponseWriter::Progress::done) co_return;
    if (!keep_alive_) break;
    parser_.next();
    continued_ = false;
    enter(Phase::idle, now);
    if (lane_.draining && input_.empty()) co_return;
  }
  Async<void> end = linger();
  co_await end;
}

bool Connection::wants_input() const {
  const HttpParser::State state = parser_.state();
  return !timed_out_ && (state == HttpParser::State::header || state == HttpParser::State::body) && !must_stream();
}

void Connection::take_input() {
  input_.remove_prefix(parser_.feed(input_));
  if (parser_.state() == HttpParser::State::body) {
    if (phase_ != Phase::body) enter(Phase::body);
  } else if (parser_.state() == HttpParser::State::header && phase_ == Phase::idle) {
    enter(Phase::header);
  }
}

// Once a request, and only while the client really waits: not when the body has begun to arrive.
bool Connection::must_send_continue() {
  if (continued_ || !parser_.expects_continue()) return false;
  return !std::exchange(continued_, true) && input_.empty() && parser_.request().body.empty();
}

bool Connection::send_continue() {
  writer_.begin_text(kContinue);
  return writer_.pump(socket_.get()) == ResponseWriter::Progress::done;
}

// For the handler, while it runs: its time is its own again when it has the bytes.
Async<Result<std::string_view>> Connection::next() {
  std::string& taken = parser_.request().body;
  while (parser_.state() == HttpParser::State::body && taken.empty()) {
    if (input_.empty()) {
      if (must_send_continue() && !send_continue()) co_return fail(ended_early());
      phase_ = Phase::body;
      deadline_ = began_ + lane_.server.limits.body_seconds + seconds(parser_.body_bytes() / kSlowestBytesPerSecond);
      co_await input();
      enter(Phase::handling);
      if (input_.empty()) co_return fail(timed_out_ ? make_error(Code::request_timeout) : ended_early());
    }
    input_.remove_prefix(parser_.feed(input_));
  }
  if (parser_.state() == HttpParser::State::failed) {
    co_return fail(parser_.failure().code, std::string(parser_.failure().message));
  }
  piece_.swap(taken);
  taken.clear();
  co_return std::string_view(piece_);
}

void Connection::enter(Phase phase) {
  enter(phase, phase == Phase::handling ? SteadyTime() : lane_.server.clock.steady_now());
}

void Connection::enter(Phase phase, SteadyTime now) {
  const ServerLimits& limits = lane_.server.limits;
  phase_ = phase;
  switch (phase) {
    case Phase::idle: deadline_ = now + limits.idle_seconds; break;
    case Phase::header: deadline_ = now + limits.header_seconds; break;
    case Phase::body: deadline_ = now + limits.body_seconds; break;
    case Phase::handling: deadline_ = SteadyTime::max(); break;
    case Phase::writing: deadline_ = now + limits.write_seconds; break;
    case Phase::lingering: deadline_ = now + kLingerSeconds; break;
  }
}

// Gives the request its id, and keeps of it what the log needs after the handler has taken the rest.
http::Request& Connection::name_request() {
  began_ = lane_.server.clock.steady_now();
  http::Request& request = parser_.request();
  request.peer = peer_;
  request.body_stream = parser_.is_streamed() ? this : nullptr;
  request_id_ = make_request_id(lane_.server.clock.wall_now(), lane_.server.random);
  request.request_id = request_id_;
  method_ = request.method;
  path_ = request.path;
  return request;
}

// The answer to what never became a request; the connection closes after it.
http::Response Connection::refuse() const {
  if (parser_.state() != HttpParser::State::failed) {
    return error_response(408, make_error(Code::request_timeout), request_id_);
  }
  const ParseFailure& failure = parser_.failure();
  return error_response(failure.status, make_error(failure.code, std::string(failure.message)), request_id_);
}

http::Response Connection::handler_failed(std::string_view what) const {
  log::error("handler_threw", {{"id", request_id_}, {"method", method_}, {"path", path_}, {"what", what}});
  return error_response(500, make_error(Code::internal), request_id_);
}

ResponseWriter::Progress Connection::begin_answer(http::Response&& response) {
  const bool whole = parser_.state() == HttpParser::State::complete;  // a handler may leave a body unread
  // HTTP/1.0 knows no chunks: there the end of a stream is that of the connection.
  const bool in_chunks = !parser_.is_http_1_0();
  const bool has_end = in_chunks || !std::holds_alternative<std::shared_ptr<AnswerStream>>(response.body);
  keep_alive_ = parser_.keep_alive() && whole && has_end && !timed_out_ && !lane_.draining;
  status_ = response.status;
  account_ = std::move(response.account);
  if (!is_open()) return ResponseWriter::Progress::failed;  // closed while the handler ran
  lane_.count_answer(status_);
  writer_.begin(std::move(response), {.request_id = request_id_,
                                      .date = lane_.date,
                                      .keep_alive = keep_alive_,
                                      .announce_keep_alive = parser_.is_http_1_0(),
                                      .without_body = method_ == "HEAD",
                                      .in_chunks = in_chunks});
  return writer_.pump(socket_.get());
}

// Only when the socket does not take the whole answer at once. The deadline moves with every byte that the client
// takes.
Async<ResponseWriter::Progress> Connection::finish_writing() {
  auto progress = ResponseWriter::Progress::blocked;
  std::uint64_t sent_before = 0;
  while (progress == ResponseWriter::Progress::blocked) {
    if (writer_.sent_bytes() != sent_before || phase_ != Phase::writing) enter(Phase::writing);
    sent_before = writer_.sent_bytes();
    co_await room();
    if (!is_open()) co_return ResponseWriter::Progress::failed;
    progress = writer_.pump(socket_.get());
  }
  co_return progress;
}

// The stream may wait for as long as it likes; what it gives is written under the deadline of any answer.
Async<ResponseWriter::Progress> Connection::send_stream(std::shared_ptr<AnswerStream> stream) {
  auto progress = ResponseWriter::Progress::done;
  for (bool at_end = false; !at_end && progress == ResponseWriter::Progress::done;) {
    enter(Phase::handling);
    std::string piece;
    streaming_ = stream.get();
    try {
      Async<std::string> next = stream->next();
      piece = co_await next;
      streaming_ = nullptr;
    } catch (const std::exception& error) {
      streaming_ = nullptr;
      log::error("stream_threw", {{"id", request_id_}, {"path", path_}, {"what", error.what()}});
      co_return ResponseWriter::Progress::failed;
    }
    if (!is_open()) co_return ResponseWriter::Progress::failed;
    at_end = piece.empty();
    writer_.begin_piece(piece);
    progress = writer_.pump(socket_.get());
    if (progress == ResponseWriter::Progress::blocked) {
      Async<ResponseWriter::Progress> rest = finish_writing();
      progress = co_await rest;
    }
  }
  co_return progress;
}

// Closing while the client still sends would reset the connection and could destroy the answer before it is read. So
// the sending side closes first, and what still arrives is thrown away for a moment.
Async<void> Connection::linger() {
  ::shutdown(socket_.get(), SHUT_WR);
  timed_out_ = false;
  enter(Phase::lingering);
  for (std::size_t thrown_away = 0; thrown_away < kLingerBytes && !timed_out_;) {
    co_await input();
    if (input_.empty()) co_return;
    thrown_away += input_.size();
  }
}

void Connection::check_deadline(SteadyTime now) {
  // A handler that is still at it waits for something; meanwhile nobody needs the memory to read into.
  if (phase_ == Phase::handling && input_.empty() && !buffer_.empty()) {
    std::string().swap(buffer_);
  }
  if (now < deadline_) return;
  deadline_ = SteadyTime::max();
  if (phase_ == Phase::writing) return close_hard();
  timed_out_ = true;
  input_ = {};
  if (wait_ != Wait::nothing) wake();
}

void Connection::close_if_idle() {
  const bool waiting = phase_ == Phase::idle || (phase_ == Phase::header && !parser_.started());
  if (waiting) close_hard();
}

void Connection::close_hard() {
  if (!is_open()) return;
  // Unsent bytes are dropped: a client that does not read may not keep them in the kernel.
  const struct ::linger drop{.l_onoff = 1, .l_linger = 0};
  if (phase_ == Phase::writing) ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &drop, sizeof(drop));
  lane_.loop.forget(socket_.get(), *this);
  socket_.reset();
  input_ = {};
  if (wait_ != Wait::nothing) wake();
}

void Connection::log_answer(SteadyTime now) const {
  if (!log::enabled(log::Level::info)) return;
  log::Line line(log::Level::info, "request");
  line.plain("id", request_id_);
  if (method_.empty()) {
    line.text("method", "");
  } else {
    line.plain("method", method_);  // a token
  }
  line.text("path", path_);
  line.number("status", status_);
  line.number("bytes", static_cast<std::int64_t>(writer_.sent_bytes()));
  line.number("micros", (now - began_).count());
  line.plain("peer", peer_);
  line.text("account", account_ ? std::string_view(*account_) : std::string_view("-"));
}

}  // namespace darkroom::net
