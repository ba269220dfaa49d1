// HTTP requests and answers as plain data: what net/ reads and writes, and what api/ and sandbox/ decide on.
// Threads: values, no locks. Bodies of requests are bounded before they are read; bodies of answers are a string, a
// shared string (encoded once, sent many times), a range of an open file, or nothing.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace darkroom::http {

struct Header {
  std::string name;  // as received; compared without case
  std::string value;
};

// The first header of that name (case-insensitive); nullopt if absent.
std::optional<std::string_view> find_header(const std::vector<Header>& headers, std::string_view name);
bool equals_ignoring_case(std::string_view a, std::string_view b);
// %XX decoded; nullopt for a malformed escape. '+' stays '+'.
std::optional<std::string> percent_decode(std::string_view text);
// The reason phrase of a status; "Unknown" for one that we never send.
std::string_view reason_phrase(int status);

struct Request {
  std::string method;  // upper case, e.g. GET
  std::string path;    // percent-decoded, starts with '/'
  std::string query;   // as sent, without '?'
  std::vector<Header> headers;
  std::string body;
  std::string peer;        // address of the connection, without port
  std::string request_id;  // ours, set by the server before the handler runs

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

using Body = std::variant<std::monostate, std::string, std::shared_ptr<const std::string>, FileRange>;

struct Response {
  int status = 200;
  std::string content_type = "application/json";  // empty: no Content-Type is sent
  std::vector<Header> headers;  // without Content-Length, Content-Type, Date, Connection, x-request-id
  Body body;
  std::string account = {};  // whom the request was for; for the log line only, never sent

  void set(std::string_view name, std::string value) { headers.push_back({std::string(name), std::move(value)}); }
};

std::uint64_t body_size(const Body& body);

}  // namespace darkroom::http
