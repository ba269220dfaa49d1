#include "api/query.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace darkroom::api {
namespace {

constexpr std::int64_t kLatestSeconds = 1LL << 37;

constexpr auto kStatuses = std::to_array<std::string_view>({"processing", "completed", "failed"});

}  // namespace

std::unexpected<Error> refuse_parameter(std::string_view name, std::string_view expected) {
  return fail(Code::invalid_parameter, fmt::format("{} must be {}", name, expected), std::string(name));
}

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Result<std::optional<WallTime>> read_time(const http::Request& request, std::string_view name) {
  const auto text = request.query_parameter(name);
  if (!text || text->empty()) return std::nullopt;
  const auto number = parse_number(*text);
  if (!number || *number < 0 || *number > kLatestSeconds) {
    return refuse_parameter(name, "a time in whole seconds since 1970");
  }
  return WallTime(seconds(*number));
}

Result<std::size_t> read_limit(const http::Request& request, std::size_t usual, std::size_t most) {
  const auto text = request.query_parameter("limit");
  if (!text || text->empty()) return usual;
  const auto number = parse_number(*text);
  if (number && *number >= 1 && *number <= static_cast<std::int64_t>(most)) return static_cast<std::size_t>(*number);
  return refuse_parameter("limit", fmt::format("a whole number from 1 to {}", most));
}

Result<std::optional<TaskId>> read_task_cursor(const http::Request& request) {
  const auto text = request.query_parameter("cursor");
  if (!text || text->empty()) return std::nullopt;
  const auto bytes = parse_hex_id(*text);
  if (!bytes) return refuse_parameter("cursor", "the next_cursor of an earlier page");
  return TaskId{*bytes};
}

Result<std::optional<std::string>> read_task_status(const http::Request& request) {
  auto status = request.query_parameter("status");
  if (!status || status->empty()) return std::nullopt;
  if (std::ranges::find(kStatuses, *status) == kStatuses.end()) {
    return refuse_parameter("status", "processing, completed or failed");
  }
  return status;
}

Result<std::optional<KeyId>> read_task_key(const http::Request& request) {
  const auto text = request.query_parameter("key");
  if (!text || text->empty()) return std::nullopt;
  const std::optional<KeyId> key = KeyId::parse(*text);
  if (!key) return refuse_parameter("key", "the id of an API key, key_ and 32 hex digits");
  return key;
}

}  // namespace darkroom::api
