// Connection: one client on one loop, a single coroutine from accept to close. It reads a request, lets the handler
// answer, writes the answer, and begins again; pipelined requests are answered one after another, what is not read yet
// waits in the kernel. Deadlines are plain times that the lane's tick compares, so no request pays for a timer.
// Threads: its loop. Owned by the AsyncScope that runs it. Included by http_server.cpp only.
#pragma once

#include <coroutine>
#include <string>

#include "net/answer_stream.h"
#include "net/body_stream.h"
#include "net/http_parser.h"
#include "net/lane.h"
#include "net/listener.h"
#include "net/response_writer.h"

namespace darkroom::net {

class Connection final : private BodyStream, private Watcher {
 public:
  // The socket is non-blocking.
  Connection(Lane& lane, FileDescriptor socket, std::string peer);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Returns when the connection is closed.
  Async<void> run();

  // The lane's side: each may wake the coroutine, and so end it and the connection.
  void check_deadline(SteadyTime now);
  void close_if_idle();
  void close_hard();
  bool is_handling() const { return phase_ == Phase::handling; }

 private:
  enum class Phase : std::uint8_t { idle, header, body, handling, writing, lingering };
  enum class Wait : std::uint8_t { nothing, input, room };
  struct Change;

  Change input();
  Change room();
  void on_events(std::uint32_t events) override;
  bool receive();
  void wake();
  void note_end();
  bool is_open() const { return socket_.get() >= 0; }

  void enter(Phase phase);
  void enter(Phase phase, SteadyTime now);
  bool must_stream() const { return parser_.state() == HttpParser::State::body && parser_.is_streamed(); }
  bool wants_input() const;
  bool must_send_continue();
  void take_input();
  bool send_continue();
  Async<Result<std::string_view>> next() override;
  http::Request& name_request();
  http::Response refuse() const;
  http::Response handler_failed(std::string_view what) const;
  ResponseWriter::Progress begin_answer(http::Response&& response);
  Async<ResponseWriter::Progress> finish_writing();
  Async<ResponseWriter::Progress> send_stream(std::shared_ptr<AnswerStream> stream);
  Async<void> linger();
  void log_answer(SteadyTime now) const;

  Lane& lane_;
  std::list<Connection*>::iterator place_;  // in the lane's list
  FileDescriptor socket_;
  Wait wait_ = Wait::nothing;
  std::coroutine_handle<> waiting_;    // for that
  bool has_input_ = false;             // the kernel may have some that we have not asked for
  bool has_ended_ = false;             // the client has closed its side, or the connection is broken
  AnswerStream* streaming_ = nullptr;  // while it makes a piece
  HttpParser parser_;
  ResponseWriter writer_;
  Phase phase_ = Phase::header;
  SteadyTime deadline_ = SteadyTime::max();
  bool timed_out_ = false;
  bool continued_ = false;  // "100 Continue" was sent for this request
  bool keep_alive_ = true;
  std::string buffer_;
  std::string_view input_;  // of buffer_, not parsed yet
  std::string piece_;       // of a streamed body, in the handler's hands
  // Of the request being answered, for the log.
  std::string peer_;
  std::string request_id_;
  std::string method_;
  std::string path_;
  std::shared_ptr<const std::string> account_;
  int status_ = 0;
  SteadyTime began_;
};

}  // namespace darkroom::net
