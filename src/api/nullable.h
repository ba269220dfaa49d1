// What may be missing from an answer, as JSON: the value, or null. Threads: pure functions.
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/json.h"
#include "base/time_text.h"

namespace darkroom::api {

template <class T>
json::value or_null(const std::optional<T>& value) {
  return value ? json::value(*value) : json::value(nullptr);
}

// RFC 3339.
inline json::value time_or_null(const std::optional<WallTime>& time) {
  return time ? json::value(print_rfc3339(*time)) : json::value(nullptr);
}

// Null if it is empty.
inline json::value text_or_null(std::string_view text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

}  // namespace darkroom::api
