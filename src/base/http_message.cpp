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
  const std::size_t name_at = text_.size();
  text_ += name;
  text_ += ": ";
  const std::size_t value_at = text_.size();
  text_ += value;
  text_ += "\r\n";
  places_.push_back({static_cast<std::uint32_t>(name_at), static_cast<std::uint32_t>(value_at),
                     static_cast<std::uint32_t>(value_at + value.size())});
}

void Headers::clear() {
  text_.clear();
  places_.clear();
}

void Headers::reserve(std::size_t text_bytes) {
  constexpr std::size_t kUsualFields = 8;
  text_.reserve(text_bytes);
  places_.reserve(kUsualFields);
}

Headers::Field Headers::operator[](std::size_t index) const {
  const Place& place = places_[index];
  const std::string_view text = text_;
  return {text.substr(place.name_at, place.value_at - 2 - place.name_at),
          text.substr(place.value_at, place.value_end - place.value_at)};
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
  for (const Headers::Field field : headers) {
    if (equals_ignoring_case(field.name, name)) return field.value;
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
