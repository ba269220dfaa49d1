// HttpParser: HTTP/1.0 and 1.1 requests out of bytes, pure and incremental: the result does not depend on how the bytes
// are cut. It accepts one grammar only (RFC 9112 without its tolerances: no bare LF, no folding, no space before a
// colon, no repeated length), because two readings of one message are what request smuggling is made of. After a
// failure nothing may follow. Who polls sends the same bytes again and again: a request that is equal to the one before
// it is recognised, not read again. Threads: a value. Fails: state() == failed, with the status and the sentence for
// the client in failure().
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/http_message.h"

namespace darkroom::net {

// A route whose bodies the handler reads as they arrive, with a limit of their own.
struct StreamedBody {
  std::string method;
  std::string path;  // a `*` stands for one segment
  std::uint64_t body_bytes = 0;
};

struct ParserLimits {
  std::size_t header_bytes = 32 << 10;
  std::size_t header_fields = 100;
  std::size_t target_bytes = 8 << 10;
  std::size_t body_bytes = 1 << 20;
  std::span<const StreamedBody> streamed = {};  // what it refers to outlives the parser
};

struct ParseFailure {
  int status = 400;
  Code code = Code::bad_request;
  std::string_view message;  // a constant
};

class HttpParser {
 public:
  enum class State : std::uint8_t { header, body, complete, failed };

  explicit HttpParser(const ParserLimits& limits) : limits_(limits) {}

  // Takes the bytes that belong to the current request and says how many those are: all of them, unless the request is
  // complete or has failed before the end.
  std::size_t feed(std::string_view bytes);
  // Forgets the request and begins the next one.
  void next();

  State state() const { return state_; }
  // True from the first byte of a request.
  bool started() const { return started_; }
  const ParseFailure& failure() const { return failure_; }
  // The request is one of limits.streamed: what is taken of its body lies in request().body, for whoever empties it.
  bool is_streamed() const { return streamed_; }
  std::uint64_t body_bytes() const { return body_bytes_; }  // taken so far
  // Whole once complete; the method and path are there from the end of the header. The whole of it or its body may be
  // moved from; method, path, query and headers are not to be changed, since the next request may be the same.
  http::Request& request() { return request_; }
  // The client allows another request on this connection.
  bool keep_alive() const { return keep_alive_; }
  bool is_http_1_0() const { return minor_version_ == 0; }
  // The header was acceptable and the client waits for "100 Continue" before it sends the body.
  bool expects_continue() const { return state_ == State::body && expects_continue_; }

 private:
  // Where in the request the next byte belongs.
  enum class Step : std::uint8_t { request_line, fields, sized_body, chunk_size, chunk_data, chunk_end, trailers };

  std::size_t read(std::string_view bytes);
  void forget();
  void keep_if_repeatable(std::string_view taken);
  std::optional<std::string_view> take_line(std::string_view& bytes, std::size_t limit, const ParseFailure& too_long);
  std::size_t take_body(std::string_view bytes);
  void read_line(std::string_view line);
  void read_request_line(std::string_view line);
  void read_target(std::string_view target);
  void read_field(std::string_view line);
  bool read_framing_field(std::string_view name, std::string_view value);
  void read_content_length(std::string_view value);
  void read_transfer_encoding(std::string_view value);
  void read_connection(std::string_view value);
  void finish_header();
  void choose_body_limit();
  void read_chunk_size(std::string_view line);
  void read_trailer(std::string_view line);
  void fail(const ParseFailure& failure);

  ParserLimits limits_;
  State state_ = State::header;
  Step step_ = Step::request_line;
  bool started_ = false;
  bool keep_alive_ = true;
  bool expects_continue_ = false;
  bool bad_expectation_ = false;
  bool has_host_ = false;
  bool chunked_ = false;
  bool unknown_coding_ = false;
  bool encoded_content_ = false;
  bool skipped_empty_line_ = false;
  bool streamed_ = false;
  int minor_version_ = 1;
  std::optional<std::uint64_t> content_length_;
  std::size_t header_bytes_ = 0;  // seen of the header, and of trailers and chunk extensions after it
  std::size_t fields_ = 0;
  std::uint64_t body_limit_bytes_ = 0;
  std::uint64_t body_bytes_ = 0;  // taken so far
  std::uint64_t left_bytes_ = 0;  // of the sized body or of the current chunk
  std::string line_;              // the beginning of a line that was cut
  std::string authority_;         // of an absolute-form target
  http::Request request_;
  ParseFailure failure_;
  // The bytes of the last request, where it had no body and came in one piece; `request_` is what they say.
  std::string repeatable_;
  bool is_over_ = false;  // next() was called, and nothing has come since
};

}  // namespace darkroom::net
