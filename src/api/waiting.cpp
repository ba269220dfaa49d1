#include "api/waiting.h"

#include <algorithm>
#include <charconv>

#include "base/http_message.h"
#include "base/text.h"

namespace darkroom::api {
namespace {

constexpr int kLongestPause = 15;

// The part before the first `separator`, which is taken from `text` together with it.
std::string_view take_until(std::string_view& text, char separator) {
  const std::string_view part = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(text.size(), part.size() + 1));
  return trim(part);
}

}  // namespace

std::optional<seconds> parse_wait(std::string_view text) {
  if (text.empty() || !std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  std::int64_t count = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (problem != std::errc()) return kLongestWait;  // more than 64 bits
  return std::min(seconds(count), kLongestWait);
}

std::optional<seconds> find_wait_preference(std::string_view prefer) {
  while (!prefer.empty()) {
    std::string_view preference = take_until(prefer, ',');
    std::string_view value = take_until(preference, ';');
    const std::string_view name = take_until(value, '=');
    value = trim(value);
    if (!http::equals_ignoring_case(name, "wait")) continue;
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    return parse_wait(value).value_or(seconds(0));
  }
  return std::nullopt;
}

int poll_again_seconds(const usecase::TaskView& view, WallTime now) {
  if (view.likely_end) {
    // Until the likely end; after it less and less often, since whatever takes that long may take longer still.
    const milliseconds left = *view.likely_end - now;
    const milliseconds pause = left.count() > 0 ? left : -left / 2;
    return static_cast<int>(std::clamp<std::int64_t>(std::chrono::ceil<seconds>(pause).count(), 1, kLongestPause));
  }
  // Nothing is measured yet: the contract's advice of 2 to 3 s, then 5 s, at most 15 s.
  const milliseconds age = now - view.created_at;
  if (age < seconds(60)) return 2;
  return age < seconds(300) ? 5 : kLongestPause;
}

}  // namespace darkroom::api
