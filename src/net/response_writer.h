// ResponseWriter: one answer on its way to a non-blocking socket. The head and a small body go out as one piece; a big
// body is sent from where it lies, a file range by the kernel (sendfile), so neither is copied; what a source gives
// goes through a window. Threads: the connection's loop. Owns the answer while it is being sent. Its text buffer is
// reused from answer to answer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/http_message.h"
#include "base/pen.h"

namespace darkroom::net {

struct AnswerOptions {
  std::string_view request_id;
  std::string_view date;  // as in the Date field
  bool keep_alive = true;
  bool announce_keep_alive = false;  // HTTP/1.0 clients need to be told
  bool without_body = false;         // HEAD: the head as for GET, and nothing after it
  bool in_chunks = true;             // how the pieces of a stream travel; else to the connection's end
};

class ResponseWriter {
 public:
  enum class Progress : std::uint8_t { done, blocked, failed };

  void begin(http::Response&& response, const AnswerOptions& options);
  // After the head of an answer that is a stream: its next piece, or, with an empty one, its end.
  void begin_piece(std::string_view piece);
  // Text sent as it is, such as an interim "100 Continue".
  void begin_text(std::string_view text);
  // Sends what the socket takes now. `blocked`: call again when it is writable. `failed`: the connection is of no more
  // use.
  Progress pump(int socket_fd);
  // Of the current answer, head included.
  std::uint64_t sent_bytes() const { return sent_bytes_; }

 private:
  void put_head(Pen& pen, const AnswerOptions& options) const;
  Progress pump_memory(int socket_fd);
  Progress pump_file(int socket_fd);
  Progress pump_source(int socket_fd);

  std::string text_;
  std::string_view text_left_;
  std::string_view body_left_;  // of a body in memory that is sent from where it lies
  http::FileRange file_left_;
  ByteSource* source_ = nullptr;  // of response_, until it has given everything
  http::Response response_;
  bool in_chunks_ = true;
  std::uint64_t sent_bytes_ = 0;
};

}  // namespace darkroom::net
