// How long a client is willing to wait for a task's end, and when it should ask again if it does not wait.
// Threads: pure functions.
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.h"
#include "usecase/task_cache.h"

namespace darkroom::api {

inline constexpr seconds kLongestWait{60};

// A whole number of seconds; one above kLongestWait counts as kLongestWait. Nothing for any other text.
std::optional<seconds> parse_wait(std::string_view text);
// The preference `wait` in the value of a Prefer field, or of several in their order. The first of its kind counts
// (RFC 7240, 2): one that makes no sense is ignored, and so is whatever follows it. Nothing if there is none.
std::optional<seconds> find_wait_preference(std::string_view prefer);

// The value of Retry-After for a task that has not ended.
int poll_again_seconds(const usecase::TaskView& view, WallTime now);

}  // namespace darkroom::api
