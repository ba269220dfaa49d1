#include "net/multipart.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/http_message.h"
#include "base/text.h"
#include "net/http_syntax.h"

namespace darkroom::net {
namespace {

constexpr std::size_t kMaxBoundaryBytes = 70;  // RFC 2046 5.1.1
constexpr std::string_view kBoundaryMarks = "'()+_,-./:=? ";
constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kEpilogue = "\r\n\r\n";  // at most: what OpenAI's SDK 4 for JavaScript sends

std::unexpected<Error> bad_form(std::string_view what) {
  return fail(Code::bad_form, fmt::format("Body is not valid multipart/form-data: {}", what));
}

bool is_boundary(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kBoundaryMarks.find(c) != std::string_view::npos;
  };
  return !text.empty() && text.size() <= kMaxBoundaryBytes && text.back() != ' ' && std::ranges::all_of(text, allowed);
}

struct Parameter {
  std::string_view name;
  std::string value;
};

// The text in quotes at the front of `text`, which is taken off. Only a quote and a backslash are escaped: browsers
// send a lone backslash as it is.
std::optional<std::string> take_quoted(std::string_view& text) {
  std::string value;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return value;
    }
    const bool escaped = text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\');
    value += text[escaped ? ++i : i];
  }
  return std::nullopt;
}

// `; name=value` at the front of `text`, which is taken off; nothing if that is not what stands there.
std::optional<Parameter> take_parameter(std::string_view& text) {
  text = trim(text);
  if (!text.starts_with(';')) return std::nullopt;
  text = trim(text.substr(1));
  const std::size_t equals = text.find('=');
  Parameter parameter{text.substr(0, equals), {}};
  if (equals == std::string_view::npos || !is_token(parameter.name)) return std::nullopt;
  text.remove_prefix(equals + 1);
  if (text.starts_with('"')) {
    auto value = take_quoted(text);
    if (!value) return std::nullopt;
    parameter.value = std::move(*value);
  } else {
    const std::string_view token = trim(text.substr(0, text.find(';')));
    if (!is_token(token)) return std::nullopt;
    parameter.value = token;
    text.remove_prefix(static_cast<std::size_t>(token.data() - text.data()) + token.size());
  }
  return parameter;
}

// `form-data; name="…"; filename="…"`
Status read_disposition(std::string_view value, PartHead& head) {
  std::string_view rest = value;
  const std::string_view type = trim(rest.substr(0, rest.find(';')));
  if (!http::equals_ignoring_case(type, "form-data")) return bad_form("a part is no form-data");
  rest.remove_prefix(std::min(rest.find(';'), rest.size()));
  bool has_name = false;
  while (!trim(rest).empty()) {
    std::optional<Parameter> parameter = take_parameter(rest);
    if (!parameter) return bad_form("malformed Content-Disposition");
    if (http::equals_ignoring_case(parameter->name, "name")) {
      if (std::exchange(has_name, true)) return bad_form("a part with two names");
      head.name = std::move(parameter->value);
    } else if (http::equals_ignoring_case(parameter->name.substr(0, 8), "filename")) {
      head.is_file = true;  // filename and filename*
    }
  }
  if (!has_name || head.name.empty() || !is_utf8(head.name)) return bad_form("a part without a name");
  return {};
}

bool is_plain_encoding(std::string_view value) {
  return http::equals_ignoring_case(value, "binary") || http::equals_ignoring_case(value, "8bit") ||
         http::equals_ignoring_case(value, "7bit");
}

}  // namespace

Result<std::string> parse_form_boundary(std::string_view content_type) {
  std::string_view rest = content_type;
  const std::string_view type = trim(rest.substr(0, rest.find(';')));
  if (!http::equals_ignoring_case(type, "multipart/form-data")) {
    return fail(Code::unsupported_media_type, "Content-Type must be multipart/form-data");
  }
  rest.remove_prefix(std::min(rest.find(';'), rest.size()));
  std::optional<std::string> boundary;
  while (!trim(rest).empty()) {
    std::optional<Parameter> parameter = take_parameter(rest);
    if (!parameter) return bad_form("malformed Content-Type");
    if (!http::equals_ignoring_case(parameter->name, "boundary")) continue;
    if (boundary) return bad_form("two boundaries");
    boundary = std::move(parameter->value);
  }
  if (!boundary || !is_boundary(*boundary)) return bad_form("the Content-Type has no valid boundary");
  return *std::move(boundary);
}

MultipartParser::MultipartParser(std::string_view boundary, const MultipartLimits& limits, PartSink& sink)
    : limits_(limits), sink_(sink), delimiter_(fmt::format("\r\n--{}", boundary)) {}

Status MultipartParser::feed(std::string_view bytes) {
  if (step_ == Step::failed) return bad_form("it goes on after its fault");
  buffer_ += bytes;
  for (;;) {
    const Result<bool> more = take();
    if (more && *more) continue;
    if (more) return {};
    step_ = Step::failed;
    return fail(more.error());
  }
}

Status MultipartParser::finish() {
  const bool at_line_end = buffer_.empty() || buffer_ == kLineEnd || buffer_ == kEpilogue;
  if (step_ == Step::epilogue && at_line_end) return {};
  return bad_form("it ends before its last boundary");
}

Result<bool> MultipartParser::take() {
  switch (step_) {
    case Step::first_delimiter: return take_first_delimiter();
    case Step::after_delimiter: return take_after_delimiter();
    case Step::header: return take_header_line();
    case Step::content: return take_content();
    case Step::epilogue: return take_epilogue();
    case Step::failed: break;
  }
  return false;
}

// Nothing stands before the first boundary, not even the line end that belongs to the others.
Result<bool> MultipartParser::take_first_delimiter() {
  const std::string_view first = std::string_view(delimiter_).substr(kLineEnd.size());
  if (!std::string_view(buffer_).starts_with(first.substr(0, buffer_.size()))) {
    return bad_form("it does not begin with its boundary");
  }
  if (buffer_.size() < first.size()) return false;
  buffer_.erase(0, first.size());
  step_ = Step::after_delimiter;
  return true;
}

Result<bool> MultipartParser::take_after_delimiter() {
  if (buffer_.size() < 2) return false;
  const bool is_last = buffer_.starts_with("--");
  if (!is_last && !buffer_.starts_with(kLineEnd)) return bad_form("a boundary does not end its line");
  buffer_.erase(0, 2);
  if (is_last) {
    step_ = Step::epilogue;
    return true;
  }
  if (++parts_ > limits_.parts) return bad_form(fmt::format("more than {} parts", limits_.parts));
  step_ = Step::header;
  header_bytes_ = 0;
  has_disposition_ = false;
  head_ = {};
  return true;
}

Result<bool> MultipartParser::take_header_line() {
  const std::size_t end = buffer_.find(kLineEnd);
  const std::size_t seen = end == std::string::npos ? buffer_.size() : end + kLineEnd.size();
  if (header_bytes_ + seen > limits_.header_bytes) return bad_form("the header of a part is too long");
  if (end == std::string::npos) return false;
  const std::string line = buffer_.substr(0, end);
  buffer_.erase(0, seen);
  header_bytes_ += seen;
  DR_TRY(line.empty() ? begin_content() : read_header_line(line));
  return true;
}

Status MultipartParser::read_header_line(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
    return bad_form("malformed header of a part");
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trim(line.substr(colon + 1));
  if (!http::is_field_value(value)) return bad_form("malformed header of a part");
  if (http::equals_ignoring_case(name, "content-disposition")) {
    if (std::exchange(has_disposition_, true)) return bad_form("a part with two dispositions");
    return read_disposition(value, head_);
  }
  if (http::equals_ignoring_case(name, "content-type")) head_.content_type = value;
  if (http::equals_ignoring_case(name, "content-transfer-encoding") && !is_plain_encoding(value)) {
    return bad_form("transfer encodings of parts are not supported");
  }
  return {};
}

Status MultipartParser::begin_content() {
  if (!has_disposition_) return bad_form("a part without Content-Disposition");
  DR_TRY(sink_.begin_part(std::move(head_)));
  step_ = Step::content;
  return {};
}

// What could still be the beginning of a delimiter stays in the buffer.
Result<bool> MultipartParser::take_content() {
  const std::size_t end = buffer_.find(delimiter_);
  const bool found = end != std::string::npos;
  const std::size_t count = found ? end : buffer_.size() - std::min(buffer_.size(), delimiter_.size() - 1);
  if (count > 0) DR_TRY(sink_.write_part(std::string_view(buffer_).substr(0, count)));
  buffer_.erase(0, found ? count + delimiter_.size() : count);
  if (!found) return false;
  DR_TRY(sink_.end_part());
  step_ = Step::after_delimiter;
  return true;
}

Result<bool> MultipartParser::take_epilogue() {
  if (!kEpilogue.starts_with(buffer_)) return bad_form("something follows its last boundary");
  return false;
}

}  // namespace darkroom::net
