// Connection: one client on one loop, a single coroutine from accept to close. It reads a request, lets the handler
// answer, writes the answer, and begins again; pipelined requests are answered one after another, what is not read yet
// waits in the kernel. Deadlines are plain times that the lane's tick compares, so no request pays for a timer.
// Threads: its loop. Owned by the AsyncScope that runs it. Included by http_server.cpp only.
#pragma once

#include <array>
#include <atomic>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/intrusive/list.hpp>
#include <string>

#include "net/answer_stream.h"
#include "net/body_stream.h"
#include "net/http_parser.h"
#include "net/http_server.h"
#include "net/response_writer.h"

namespace darkroom::net {

// The executor is a concrete type: the erased one costs thousands of instructions a request.
using Socket =
    boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, boost::asio::io_context::executor_type>;

// What all connections of a server share.
struct ServerShared {
  ServerLimits limits;
  Handler handler;
  Clock& clock;
  Random& random;
  Metrics* metrics;
  Gauge* open_connections;  // null without metrics
  std::atomic<std::size_t> connections{0};
};

class Connection;

// What the connections of one loop share.
struct Lane {
  using Connections = boost::intrusive::list<Connection, boost::intrusive::constant_time_size<false>,
                                             boost::intrusive::base_hook<boost::intrusive::list_base_hook<
                                                 boost::intrusive::link_mode<boost::intrusive::auto_unlink>>>>;

  void count_answer(int status);

  AsioLoop& loop;
  ServerShared& server;
  std::string date = {};  // the Date field of now, to the second
  bool draining = false;
  Connections connections = {};
  std::function<void()> connection_ended = {};  // called while the lane drains, from the dying connection
  std::array<Counter*, 600> answers = {};       // by status, looked up at its first answer
};

class Connection : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>,
                   private BodyStream {
 public:
  Connection(Lane& lane, Socket socket, std::string peer);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Returns when the connection is closed.
  Async<void> run();

  // The lane's side: each makes the coroutine wake and end by itself, later.
  void check_deadline(SteadyTime now);
  void close_if_idle();
  void close_hard();
  bool is_handling() const { return phase_ == Phase::handling; }

 private:
  enum class Phase : std::uint8_t { idle, header, body, handling, writing, lingering };
  struct Read;
  struct Writable;

  void enter(Phase phase);
  void enter(Phase phase, SteadyTime now);
  bool must_stream() const;
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
  Socket socket_;
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
  std::string account_;
  int status_ = 0;
  SteadyTime began_;
};

}  // namespace darkroom::net
