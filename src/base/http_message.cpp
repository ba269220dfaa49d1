#include "base/http_message.h"

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "base/log.h"

namespace darkroom::http {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char l = lower(c);
  if (l >= 'a' && l <= 'f') return l - 'a' + 10;
  return -1;
}

}  // namespace

Headers::Headers(std::initializer_list<Field> fields) {
  for (const Field& field : fields) add(field.name, field.value);
}

void Headers::add(std::string_view name, std::string_view value) {
  constexpr std::string_view kBetween = ": ";
  constexpr std::string_view kEnd = "\r\n";
  const std::size_t start = text_.size();
  const std::size_t bytes = name.size() + kBetween.size() + value.size() + kEnd.size();
  // libstdc++ 12 may offer more room than was asked for, so its second argument is not the size.
  text_.resize_and_overwrite(start + bytes, [&](char* text, std::size_t) {
    char* at = text + start;
    at += name.copy(at, name.size());
    at += kBetween.copy(at, kBetween.size());
    at += value.copy(at, value.size());
    kEnd.copy(at, kEnd.size());
    return start + bytes;
  });
}

std::size_t Headers::size() const { return static_cast<std::size_t>(std::ranges::count(text_, '\n')); }

Headers::Field Headers::Iterator::operator*() const {
  const std::size_t colon = rest_.find(':');
  const std::size_t value = colon + 2;
  return {rest_.substr(0, colon), rest_.substr(value, rest_.find('\r', value) - value)};
}

// Most fields are told apart by the length of their name alone.
bool Headers::Iterator::is(std::string_view name) const {
  return rest_.size() > name.size() && rest_[name.size()] == ':' &&
         equals_ignoring_case(rest_.substr(0, name.size()), name);
}

Headers::Iterator& Headers::Iterator::operator++() {
  rest_.remove_prefix(rest_.find('\n') + 1);
  return *this;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i] && lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

std::optional<std::string_view> find_header(const std::vector<Header>& headers, std::string_view name) {
  for (const Header& header : headers) {
    if (equals_ignoring_case(header.name, name)) return header.value;
  }
  return std::nullopt;
}

std::optional<std::string_view> find_header(const Headers& headers, std::string_view name) {
  for (Headers::Iterator field = headers.begin(); field != headers.end(); ++field) {
    if (field.is(name)) return (*field).value;
  }
  return std::nullopt;
}

// Every byte is in 0x20..0x7e: eight at a time, since this looks at nearly every byte that arrives; the last eight may
// overlap those before.
bool is_printable_ascii(std::string_view text) {
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  if (text.size() < kWord) return std::all_of(begin, end, [](char c) { return c >= 0x20 && c < 0x7f; });
  std::uint64_t suspects = 0;
  const auto look_at = [&suspects](const char* at) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, kWord);
    // Below 0x20 the subtraction borrows into the high bit; 0x7f carries into it.
    suspects |= (word - 0x2020202020202020) | (word + 0x0101010101010101) | word;
  };
  for (const char* at = begin; at < end - kWord; at += kWord) look_at(at);
  look_at(end - kWord);
  return (suspects & 0x8080808080808080) == 0;
}

bool is_field_value(std::string_view text) {
  return is_printable_ascii(text) || std::ranges::all_of(text, [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
         });
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_value(text[i + 1]);
    const int low = hex_value(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high << 4 | low);
    i += 2;
  }
  return out;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 100: return "Continue";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 402: return "Payment Required";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 411: return "Length Required";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return "Unknown";
  }
}

std::optional<std::string> Request::query_parameter(std::string_view name) const {
  std::string_view rest = query;
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    if (pair.substr(0, equals) != name) continue;
    return percent_decode(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1));
  }
  return std::nullopt;
}

OpenFile::~OpenFile() {
  if (fd_ >= 0) ::close(fd_);
}

void Response::set(std::string_view name, std::string_view value) {
  if (is_field_value(value)) return headers.add(name, value);
  log::error("bad_response_header", {{"name", name}});
}

std::uint64_t body_size(const Body& body) {
  if (const auto* text = std::get_if<std::string>(&body)) return text->size();
  if (const auto* shared = std::get_if<std::shared_ptr<const std::string>>(&body)) return (*shared)->size();
  if (const auto* range = std::get_if<FileRange>(&body)) return range->length;
  if (const auto* source = std::get_if<std::shared_ptr<ByteSource>>(&body)) return (*source)->size();
  return 0;
}

}  // namespace darkroom::http
