#include "provider/adapters/wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace darkroom::provider {
namespace {

constexpr std::int64_t kMostSeconds = 86'400;
constexpr std::size_t kMostWordLength = 64;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_word_character(char c) {
  return is_digit(c) || c == '_' || c == '-' || c == '.' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::string make_snake_case(std::string_view camel_name) {
  std::string snake;
  for (const char c : camel_name) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper) snake += '_';
    snake += upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return snake;
}

// Digits only; a number above a day is a day.
std::optional<std::int64_t> parse_seconds(std::string_view digits) {
  if (digits.empty() || !std::ranges::all_of(digits, is_digit)) return std::nullopt;
  std::int64_t seconds = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
  return problem == std::errc() ? std::min(seconds, kMostSeconds) : kMostSeconds;
}

// The milliseconds of a decimal fraction's digits, rounded up: waiting too short is what must not happen.
std::int64_t count_milliseconds(std::string_view fraction) {
  std::int64_t millis = 0;
  for (std::size_t i = 0; i < 3; ++i) millis = millis * 10 + (i < fraction.size() ? fraction[i] - '0' : 0);
  const bool rest = fraction.size() > 3 && fraction.find_first_not_of('0', 3) != std::string_view::npos;
  return millis + (rest ? 1 : 0);
}

}  // namespace

BodyWriter& BodyWriter::text(std::string_view raw) {
  pending_ += raw;
  return *this;
}

BodyWriter& BodyWriter::json_string(std::string_view value) {
  json::append_string(pending_, value);
  return *this;
}

BodyWriter& BodyWriter::base64_of(const std::string& blob) {
  flush();
  parts_.emplace_back(BlobPart{blob, true});
  return *this;
}

BodyWriter& BodyWriter::bytes_of(const std::string& blob) {
  flush();
  parts_.emplace_back(BlobPart{blob, false});
  return *this;
}

std::vector<BodyPart> BodyWriter::finish() && {
  flush();
  return std::move(parts_);
}

void BodyWriter::flush() {
  if (pending_.empty()) return;
  parts_.emplace_back(TextPart{std::move(pending_)});
  pending_.clear();
}

Status check_parameters(const Job& job, CanExpress& can_express) {
  for (const auto& [name, value] : job.parameters) {
    if (can_express(job, name, value)) continue;
    return fail(Code::invalid_parameter, fmt::format("this route cannot express {}", std::string_view(name)),
                std::string(name));
  }
  return {};
}

const json::value* find_member(const json::object& tree, std::string_view camel_name) {
  const json::value* value = json::find(tree, camel_name);
  if (value == nullptr) value = json::find(tree, make_snake_case(camel_name));
  return value == nullptr || value->is_null() ? nullptr : value;
}

const json::object* find_object(const json::object& tree, std::string_view camel_name) {
  const json::value* value = find_member(tree, camel_name);
  return value == nullptr ? nullptr : value->if_object();
}

const json::array* find_array(const json::object& tree, std::string_view camel_name) {
  const json::value* value = find_member(tree, camel_name);
  return value == nullptr ? nullptr : value->if_array();
}

std::string_view find_text(const json::object& tree, std::string_view camel_name) {
  const json::value* value = find_member(tree, camel_name);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

bool find_flag(const json::object& tree, std::string_view camel_name) {
  const json::value* value = find_member(tree, camel_name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

std::optional<std::size_t> find_payload(const json::object& tree, std::string_view camel_name) {
  const json::object* lifted = find_object(tree, camel_name);
  if (lifted == nullptr || lifted->size() != 1) return std::nullopt;
  const std::int64_t index = json::get_int(*lifted, "$lifted", -1);
  return index < 0 ? std::nullopt : std::optional(static_cast<std::size_t>(index));
}

std::string print_word(std::string_view word, std::string_view otherwise) {
  const bool good = !word.empty() && word.size() <= kMostWordLength && std::ranges::all_of(word, is_word_character);
  return std::string(good ? word : otherwise);
}

std::optional<milliseconds> parse_duration(std::string_view text) {
  if (!text.ends_with('s')) return std::nullopt;
  text.remove_suffix(1);
  const std::size_t point = text.find('.');
  const std::string_view fraction = point == std::string_view::npos ? "0" : text.substr(point + 1);
  const auto whole = parse_seconds(text.substr(0, point));
  if (!whole || fraction.empty() || !std::ranges::all_of(fraction, is_digit)) return std::nullopt;
  return std::min<milliseconds>(seconds(*whole) + milliseconds(count_milliseconds(fraction)), seconds(kMostSeconds));
}

std::optional<milliseconds> read_retry_after(const std::vector<http::Header>& headers) {
  const auto value = http::find_header(headers, "Retry-After");
  if (!value) return std::nullopt;
  const auto whole = parse_seconds(*value);
  return whole ? std::optional<milliseconds>(seconds(*whole)) : std::nullopt;
}

}  // namespace darkroom::provider
