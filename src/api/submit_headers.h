// What a submit's header fields ask for beside its body. Pure. Threads: no state.
// Fails with invalid_parameter, the field named, for a field that changes what a submit costs or means.
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/http_message.h"
#include "base/result.h"
#include "usecase/submit_task.h"

namespace darkroom::api {

struct SubmitHeaders {
  // 1 to kMaxIdempotencyKeyBytes printable ASCII characters, as draft-ietf-httpapi-idempotency-key-header asks for.
  std::optional<std::string_view> idempotency_key;  // a view into the headers
  seconds wait{0};                                  // for the task's end, before the answer
  std::optional<seconds> cancel_after;              // the caller's own deadline: 1 s to kLongestCancelAfter
};
inline constexpr std::size_t kMaxIdempotencyKeyBytes = 255;
inline constexpr std::chrono::hours kLongestCancelAfter{24};

// "90s", "5m", "1h30m": whole numbers with h, m and s, each once and in this order. Nothing for any other text.
std::optional<seconds> parse_cancel_after(std::string_view text);

Result<SubmitHeaders> read_submit_headers(const http::Headers& headers);

// What makes the submit repeatable, if it has an idempotency key; `content` is all of the body that counts.
std::optional<usecase::Repeatable> find_repeat(const SubmitHeaders& headers, std::string_view path,
                                               std::string_view content);

}  // namespace darkroom::api
