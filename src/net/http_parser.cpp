#include "net/http_parser.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"
#include "net/http_syntax.h"

namespace darkroom::net {
namespace {

constexpr std::size_t kRequestLineExtra = 32;    // method, two spaces and version around the target
constexpr std::size_t kChunkLineBytes = 256;     // size and extension of one chunk
constexpr std::size_t kHeaderBytes = 512;        // what most clients' fields fit in
constexpr std::size_t kRepeatableBytes = 1024;   // of a request that is kept to be compared, for each connection
constexpr std::size_t kReserveBytes = 64 << 10;  // a promised length alone gets no more memory than this

constexpr ParseFailure bad(std::string_view message) { return {400, Code::bad_request, message}; }
constexpr ParseFailure kTargetTooLong{414, Code::target_too_long, "Request target too long"};
constexpr ParseFailure kHeaderTooLarge{431, Code::headers_too_large, "Request header fields too large"};
constexpr ParseFailure kTooManyFields{431, Code::headers_too_large, "Too many request header fields"};
constexpr ParseFailure kBodyTooLarge{413, Code::body_too_large, "Request body too large"};
constexpr ParseFailure kVersion{505, Code::bad_request, "Only HTTP/1.0 and HTTP/1.1 are supported"};
constexpr ParseFailure kMethod{501, Code::not_implemented, "HTTP method not supported"};
constexpr ParseFailure kCoding{501, Code::not_implemented, "The only transfer coding supported is chunked"};
constexpr ParseFailure kExpectation{417, Code::expectation_failed, "Only the expectation 100-continue is supported"};
constexpr ParseFailure kEncoding{415, Code::unsupported_media_type, "Encoded request bodies are not supported"};

constexpr std::array<std::string_view, 7> kMethods = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
constexpr std::array<std::string_view, 3> kMethodsWithBody = {"POST", "PUT", "PATCH"};

// Calls `visit` with each trimmed member of a comma-separated list, empty ones included.
template <class Visit>
void for_each_member(std::string_view list, Visit visit) {
  for (;;) {
    const std::size_t comma = list.find(',');
    visit(trim(list.substr(0, comma)));
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// `*` in the pattern stands for one segment that is not empty.
bool is_path_of(std::string_view pattern, std::string_view path) {
  while (true) {
    const std::size_t star = pattern.find('*');
    if (star == std::string_view::npos) return path == pattern;
    if (!path.starts_with(pattern.substr(0, star))) return false;
    path.remove_prefix(star);
    const std::size_t end = std::min(path.find('/'), path.size());
    if (end == 0) return false;
    path.remove_prefix(end);
    pattern.remove_prefix(star + 1);
  }
}

}  // namespace

std::size_t HttpParser::feed(std::string_view bytes) {
  if (is_over_ && !bytes.empty()) {
    is_over_ = false;
    if (!repeatable_.empty() && bytes.starts_with(repeatable_)) {
      started_ = true;
      state_ = State::complete;
      return repeatable_.size();
    }
    forget();
  }
  const bool from_its_start = !started_;
  const std::size_t taken = read(bytes);
  if (from_its_start && state_ == State::complete) keep_if_repeatable(bytes.substr(0, taken));
  return taken;
}

void HttpParser::next() {
  if (request_.path.empty()) repeatable_.clear();  // a handler has taken the request: none is without a path
  state_ = State::header;
  started_ = false;
  is_over_ = true;
}

void HttpParser::keep_if_repeatable(std::string_view taken) {
  const bool has_body = chunked_ || body_bytes_ > 0;
  repeatable_.assign(has_body || taken.size() > kRepeatableBytes ? std::string_view() : taken);
}

std::size_t HttpParser::read(std::string_view bytes) {
  const std::size_t offered = bytes.size();
  if (offered > 0 && state_ == State::header) started_ = true;
  while (!bytes.empty() && (state_ == State::header || state_ == State::body)) {
    if (step_ == Step::sized_body || step_ == Step::chunk_data) {
      bytes.remove_prefix(take_body(bytes));
      continue;
    }
    const std::size_t header_left = limits_.header_bytes - std::min(limits_.header_bytes, header_bytes_);
    const bool first = step_ == Step::request_line;
    const bool chunk = step_ == Step::chunk_size || step_ == Step::chunk_end;
    const auto line = first   ? take_line(bytes, limits_.target_bytes + kRequestLineExtra, kTargetTooLong)
                      : chunk ? take_line(bytes, kChunkLineBytes, bad("Chunk line too long"))
                              : take_line(bytes, header_left, kHeaderTooLarge);
    if (!line) break;
    read_line(*line);
    line_.clear();
  }
  return offered - bytes.size();
}

void HttpParser::forget() {
  repeatable_.clear();
  step_ = Step::request_line;
  expects_continue_ = bad_expectation_ = false;
  has_host_ = chunked_ = unknown_coding_ = encoded_content_ = skipped_empty_line_ = streamed_ = false;
  keep_alive_ = true;
  minor_version_ = 1;
  content_length_.reset();
  header_bytes_ = fields_ = 0;
  left_bytes_ = body_bytes_ = 0;
  line_.clear();
  authority_.clear();
  request_.method.clear();
  request_.path.clear();
  request_.query.clear();
  request_.headers.clear();
  request_.body.clear();
}

// The next line without its end; the beginning of one that is cut is kept. `limit` counts the bytes before the LF.
std::optional<std::string_view> HttpParser::take_line(std::string_view& bytes, std::size_t limit,
                                                      const ParseFailure& too_long) {
  const std::size_t end = bytes.find('\n');
  const std::string_view part = bytes.substr(0, end);
  if (line_.size() + part.size() > limit) {
    fail(too_long);
    return std::nullopt;
  }
  bytes.remove_prefix(end == std::string_view::npos ? part.size() : end + 1);
  std::string_view line = part;
  if (end == std::string_view::npos || !line_.empty()) {
    line_ += part;
    line = line_;
  }
  if (end == std::string_view::npos) return std::nullopt;
  if (line.empty() || line.back() != '\r') {
    fail(bad("Lines must end in CR LF"));
    return std::nullopt;
  }
  return line.substr(0, line.size() - 1);
}

std::size_t HttpParser::take_body(std::string_view bytes) {
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left_bytes_, bytes.size()));
  request_.body.append(bytes.substr(0, count));
  left_bytes_ -= count;
  body_bytes_ += count;
  if (left_bytes_ > 0) return count;
  if (step_ == Step::chunk_data) {
    step_ = Step::chunk_end;
  } else {
    state_ = State::complete;
  }
  return count;
}

void HttpParser::read_line(std::string_view line) {
  if (state_ == State::header) header_bytes_ += line.size() + 2;
  switch (step_) {
    case Step::request_line: return read_request_line(line);
    case Step::fields: return line.empty() ? finish_header() : read_field(line);
    case Step::chunk_size: return read_chunk_size(line);
    case Step::chunk_end:
      step_ = Step::chunk_size;
      return line.empty() ? void() : fail(bad("Chunk longer than its size"));
    case Step::trailers: return read_trailer(line);
    case Step::sized_body:
    case Step::chunk_data: return;  // bytes, not lines
  }
}

void HttpParser::read_request_line(std::string_view line) {
  if (line.empty() && !skipped_empty_line_) {  // RFC 9112 2.2: some clients send one CRLF too many after a body
    skipped_empty_line_ = true;
    return;
  }
  const std::size_t first = line.find(' ');
  const std::size_t second = first == std::string_view::npos ? first : line.find(' ', first + 1);
  if (second == std::string_view::npos) return fail(bad("Malformed request line"));
  const std::string_view method = line.substr(0, first);
  const std::string_view version = line.substr(second + 1);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (!is_token(method) || version.size() != 8 || !version.starts_with("HTTP/") || !is_digit(version[5]) ||
      version[6] != '.' || !is_digit(version[7])) {
    return fail(bad("Malformed request line"));
  }
  if (version[5] != '1' || version[7] > '1') return fail(kVersion);
  if (!is_one_of(kMethods, method)) return fail(kMethod);
  minor_version_ = version[7] - '0';
  keep_alive_ = minor_version_ == 1;
  request_.method = method;
  request_.headers.reserve(kHeaderBytes);
  step_ = Step::fields;
  read_target(line.substr(first + 1, second - first - 1));
}

void HttpParser::read_target(std::string_view target) {
  if (target.size() > limits_.target_bytes) return fail(kTargetTooLong);
  if (!http::is_printable_ascii(target) || target.find('#') != std::string_view::npos)
    return fail(bad("Malformed target"));
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (target.starts_with('/')) break;
    if (!http::equals_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
    target.remove_prefix(scheme.size());
    authority_ = target.substr(0, target.find_first_of("/?"));
    target.remove_prefix(authority_.size());
    if (!is_host(authority_)) return fail(bad("Malformed target"));
  }
  const std::size_t mark = target.find('?');
  std::string_view path = target.substr(0, mark);
  request_.query = mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
  if (path.empty() && !authority_.empty()) path = "/";
  if (path != target && path == "*") return fail(bad("Malformed target"));
  if (!path.starts_with('/') && !(path == "*" && request_.method == "OPTIONS")) return fail(bad("Malformed target"));
  if (path.find('%') == std::string_view::npos) {
    request_.path = path;
    return;
  }
  auto decoded = http::percent_decode(path);
  if (!decoded || decoded->find('\0') != std::string::npos || !is_utf8(*decoded)) return fail(bad("Malformed target"));
  request_.path = std::move(*decoded);
}

void HttpParser::read_field(std::string_view line) {
  if (++fields_ > limits_.header_fields) return fail(kTooManyFields);
  const std::size_t colon = token_length(line);
  // A folded line starts with a blank, which no name may hold; nor may one stand between a name and its colon.
  if (colon == 0 || colon == line.size() || line[colon] != ':') return fail(bad("Malformed header field"));
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trim(line.substr(colon + 1));
  if (!http::is_field_value(value)) return fail(bad("Malformed header field"));
  if (!read_framing_field(name, value)) return;
  request_.headers.add(name, value);
}

// False when the field made the request fail.
bool HttpParser::read_framing_field(std::string_view name, std::string_view value) {
  const auto is = [name](std::string_view other) { return http::equals_ignoring_case(name, other); };
  switch (name.size()) {
    case 4:
      if (!is("host")) break;
      if (has_host_ || !is_host(value)) fail(bad("Exactly one valid Host field is needed"));
      has_host_ = true;
      if (!authority_.empty() && !http::equals_ignoring_case(authority_, value)) {
        fail(bad("Host and target name different hosts"));
      }
      break;
    case 6:
      if (!is("expect")) break;
      if (expects_continue_ || !http::equals_ignoring_case(value, "100-continue")) bad_expectation_ = true;
      expects_continue_ = true;
      break;
    case 10:
      if (is("connection")) read_connection(value);
      break;
    case 14:
      if (is("content-length")) read_content_length(value);
      break;
    case 16:
      if (is("content-encoding") && !http::equals_ignoring_case(value, "identity")) encoded_content_ = true;
      break;
    case 17:
      if (is("transfer-encoding")) read_transfer_encoding(value);
      break;
    default: break;
  }
  return state_ != State::failed;
}

void HttpParser::read_content_length(std::string_view value) {
  std::uint64_t length = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
  const bool whole = error == std::errc() && end == value.data() + value.size();
  // from_chars takes neither sign nor blank; zeros in front are read as octal by some, so they are refused too.
  if (!whole || content_length_ || (value.size() > 1 && value.front() == '0'))
    return fail(bad("Malformed Content-Length"));
  content_length_ = length;
}

void HttpParser::read_transfer_encoding(std::string_view value) {
  bool well_formed = minor_version_ == 1 && !chunked_ && !unknown_coding_;
  for_each_member(value, [&](std::string_view coding) {
    if (chunked_ || !is_token(coding.substr(0, coding.find(';'))))
      well_formed = false;  // chunked is the last, and once
    if (http::equals_ignoring_case(coding, "chunked")) {
      chunked_ = true;
    } else {
      unknown_coding_ = true;
    }
  });
  if (!well_formed) fail(bad("Malformed Transfer-Encoding"));
}

void HttpParser::read_connection(std::string_view value) {
  for_each_member(value, [this](std::string_view option) {
    if (http::equals_ignoring_case(option, "close")) keep_alive_ = false;
    if (minor_version_ == 0 && http::equals_ignoring_case(option, "keep-alive")) keep_alive_ = true;
  });
}

void HttpParser::finish_header() {
  if (minor_version_ == 1 && !has_host_) return fail(bad("Exactly one valid Host field is needed"));
  if (content_length_ && (chunked_ || unknown_coding_)) {
    return fail(bad("Content-Length and Transfer-Encoding exclude each other"));
  }
  if (unknown_coding_) return fail(kCoding);
  if (minor_version_ == 0) bad_expectation_ = expects_continue_ = false;
  if (bad_expectation_) return fail(kExpectation);
  if (encoded_content_) return fail(kEncoding);
  request_.lacks_length = !content_length_ && !chunked_ && is_one_of(kMethodsWithBody, request_.method);
  choose_body_limit();
  if (content_length_.value_or(0) > body_limit_bytes_) return fail(kBodyTooLarge);
  state_ = State::body;
  if (chunked_) {
    step_ = Step::chunk_size;
    return;
  }
  left_bytes_ = content_length_.value_or(0);
  step_ = Step::sized_body;
  if (left_bytes_ == 0) state_ = State::complete;
  request_.body.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(left_bytes_, kReserveBytes)));
}

void HttpParser::choose_body_limit() {
  body_limit_bytes_ = limits_.body_bytes;
  for (const StreamedBody& route : limits_.streamed) {
    if (request_.method != route.method || !is_path_of(route.path, request_.path)) continue;
    body_limit_bytes_ = route.body_bytes;
    streamed_ = true;
  }
}

void HttpParser::read_chunk_size(std::string_view line) {
  const std::string_view digits = line.substr(0, line.find(';'));
  const std::string_view extension = line.substr(digits.size());
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
  if (error != std::errc() || end != digits.data() + digits.size() || digits.size() > 16) {
    return fail(bad("Malformed chunk size"));
  }
  if (!http::is_field_value(extension)) return fail(bad("Malformed chunk extension"));
  // Extensions are ignored, so they share the header's allowance: they must not outweigh the data.
  header_bytes_ += extension.size();
  if (header_bytes_ > limits_.header_bytes) return fail(kHeaderTooLarge);
  if (size > body_limit_bytes_ - body_bytes_) return fail(kBodyTooLarge);
  left_bytes_ = size;
  step_ = size == 0 ? Step::trailers : Step::chunk_data;
}

// Trailers are checked as fields are, and dropped: nothing that a handler trusts may arrive after the body.
void HttpParser::read_trailer(std::string_view line) {
  if (line.empty()) {
    state_ = State::complete;
    return;
  }
  header_bytes_ += line.size() + 2;
  if (++fields_ > limits_.header_fields) return fail(kTooManyFields);
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  if (colon == std::string_view::npos || !is_token(name) || !http::is_field_value(line.substr(colon + 1))) {
    return fail(bad("Malformed trailer field"));
  }
  for (const char* framing : {"content-length", "transfer-encoding", "host", "content-encoding", "connection"}) {
    if (http::equals_ignoring_case(name, framing)) return fail(bad("A trailer may not change the framing"));
  }
}

void HttpParser::fail(const ParseFailure& failure) {
  if (state_ == State::failed) return;
  state_ = State::failed;
  failure_ = failure;
  keep_alive_ = false;
}

}  // namespace darkroom::net
