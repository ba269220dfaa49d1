// HTTP requests and answers as plain data: what net/ reads and writes, and what api/ and sandbox/ decide on.
// Threads: values, no locks. Bodies of requests are bounded before they are read; bodies of answers are a string, a
// shared string (encoded once, sent many times), a range of an open file, what a source gives while it is sent, a
// stream of a length that nobody knows yet, or nothing.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"

namespace darkroom::net {
class AnswerStream;
class BodyStream;
}  // namespace darkroom::net

namespace darkroom::http {

struct Header {
  std::string name;  // as received; compared without case
  std::string value;
};

// Header fields in the form in which they travel, "Name: value\r\n" one after another: a list of any length is one
// piece of text, and an answer's head is a copy of it.
class Headers {
 public:
  struct Field {
    std::string_view name;
    std::string_view value;
  };
  // Its fields are valid until the list changes.
  class Iterator {
   public:
    explicit Iterator(std::string_view rest) : rest_(rest) {}
    Field operator*() const;
    // Has the field this name, in whatever case?
    bool is(std::string_view name) const;
    Iterator& operator++();
    bool operator==(const Iterator& other) const { return rest_.size() == other.rest_.size(); }

   private:
    std::string_view rest_;  // of the text, from this field on
  };

  Headers() = default;
  Headers(std::initializer_list<Field> fields);

  // The caller has checked both parts, as the parser does; Response::set checks by itself.
  void add(std::string_view name, std::string_view value);
  // Text of fields that were prepared: together, whole fields with their ends of line.
  void add_text(std::string_view fields) { text_ += fields; }
  void clear() { text_.clear(); }
  void reserve(std::size_t text_bytes) { text_.reserve(text_bytes); }

  std::size_t size() const;
  Iterator begin() const { return Iterator(text_); }
  Iterator end() const { return Iterator({}); }
  std::string_view text() const { return text_; }

 private:
  std::string text_;
};

// The first header of that name (case-insensitive); nullopt if absent.
std::optional<std::string_view> find_header(const std::vector<Header>& headers, std::string_view name);
std::optional<std::string_view> find_header(const Headers& headers, std::string_view name);
bool equals_ignoring_case(std::string_view a, std::string_view b);
// Only bytes from 0x20 to 0x7e.
bool is_printable_ascii(std::string_view text);
// What may stand in a field value: visible bytes, blanks, tabs and bytes from 0x80.
bool is_field_value(std::string_view text);
// %XX decoded; nullopt for a malformed escape. '+' stays '+'.
std::optional<std::string> percent_decode(std::string_view text);
// The reason phrase of a status; "Unknown" for one that we never send.
std::string_view reason_phrase(int status);

struct Request {
  std::string method;  // upper case, e.g. GET
  std::string path;    // percent-decoded, starts with '/'
  std::string query;   // as sent, without '?'
  Headers headers;
  std::string body;
  bool lacks_length = false;               // a POST, PUT or PATCH that names none: its body is empty (RFC 9112, 6.3)
  net::BodyStream* body_stream = nullptr;  // instead of `body`, on the routes that asked the server for it
  std::string peer;                        // address of the connection, without port
  std::string request_id;                  // ours, set by the server before the handler runs

  std::optional<std::string_view> header(std::string_view name) const { return find_header(headers, name); }
  // The percent-decoded value of a query parameter; nullopt if absent or malformed.
  std::optional<std::string> query_parameter(std::string_view name) const;
};

// An open file whose bytes are sent without passing through our memory. Owns the descriptor.
class OpenFile {
 public:
  explicit OpenFile(int fd) : fd_(fd) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile();
  int fd() const { return fd_; }

 private:
  int fd_;
};

struct FileRange {
  std::shared_ptr<const OpenFile> file;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

using Body = std::variant<std::monostate, std::string, std::shared_ptr<const std::string>, FileRange,
                          std::shared_ptr<ByteSource>, std::shared_ptr<net::AnswerStream>>;

struct Response {
  int status = 200;
  std::string_view content_type = "application/json";  // a constant; empty: no Content-Type is sent
  Headers headers;  // without Content-Length, Content-Type, Date, Connection, x-request-id
  Body body;
  std::shared_ptr<const std::string> account = {};  // whom the request was for; for the log line only, never sent

  // A value that may not stand in a field is left out, and logged: a line break in it would let whoever chose the value
  // write the rest of the answer.
  void set(std::string_view name, std::string_view value);
};

std::uint64_t body_size(const Body& body);

}  // namespace darkroom::http
