#include "api/submit_headers.h"

#include <fmt/format.h>

#include <charconv>
#include <string>
#include <utility>

#include "api/waiting.h"

namespace darkroom::api {
namespace {

constexpr std::string_view kIdempotencyKey = "Idempotency-Key";
constexpr std::string_view kCancelAfter = "Cancel-After";

std::unexpected<Error> refuse(std::string_view field, std::string_view rule) {
  return fail(Code::invalid_parameter, fmt::format("{} {}", field, rule), std::string(field));
}

Status read_idempotency_key(std::string_view value, SubmitHeaders& into) {
  if (into.idempotency_key) return refuse(kIdempotencyKey, "must be sent once");
  if (value.empty() || value.size() > kMaxIdempotencyKeyBytes || !http::is_printable_ascii(value)) {
    return refuse(kIdempotencyKey, fmt::format("must be 1 to {} printable ASCII characters", kMaxIdempotencyKeyBytes));
  }
  into.idempotency_key = value;
  return {};
}

Status read_cancel_after(std::string_view value, SubmitHeaders& into) {
  if (into.cancel_after) return refuse(kCancelAfter, "must be sent once");
  into.cancel_after = parse_cancel_after(value);
  if (!into.cancel_after || into.cancel_after->count() < 1 || *into.cancel_after > kLongestCancelAfter) {
    return refuse(kCancelAfter, "must be a time from 1s to 24h, such as 90s, 5m or 1h30m");
  }
  return {};
}

}  // namespace

std::optional<seconds> parse_cancel_after(std::string_view text) {
  constexpr std::pair<char, std::int64_t> kUnits[] = {{'h', 3600}, {'m', 60}, {'s', 1}};
  constexpr std::size_t kMostDigits = 6;
  if (text.empty()) return std::nullopt;
  std::int64_t sum = 0;
  for (const auto& [letter, unit_seconds] : kUnits) {
    std::int64_t count = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), count);
    const auto digits = static_cast<std::size_t>(end - text.data());
    if (problem != std::errc() || count < 0 || digits > kMostDigits || digits == text.size()) break;
    if (text[digits] != letter) continue;
    sum += count * unit_seconds;
    text.remove_prefix(digits + 1);
  }
  if (!text.empty()) return std::nullopt;
  return seconds(sum);
}

Result<SubmitHeaders> read_submit_headers(const http::Headers& headers) {
  SubmitHeaders read;
  std::optional<seconds> preferred;
  for (auto field = headers.begin(); field != headers.end(); ++field) {
    if (field.is(kIdempotencyKey)) DR_TRY(read_idempotency_key((*field).value, read));
    if (field.is(kCancelAfter)) DR_TRY(read_cancel_after((*field).value, read));
    if (field.is("Prefer") && !preferred) preferred = find_wait_preference((*field).value);
  }
  read.wait = preferred.value_or(seconds(0));
  return read;
}

std::optional<usecase::Repeatable> find_repeat(const SubmitHeaders& headers, std::string_view path,
                                               std::string_view content) {
  if (!headers.idempotency_key) return std::nullopt;
  return usecase::Repeatable{account::sha256({*headers.idempotency_key}), account::sha256({path, "\n", content})};
}

}  // namespace darkroom::api
