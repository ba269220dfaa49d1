#include "api/limit_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace darkroom::api {

std::int64_t whole_seconds(std::int64_t micros) { return (micros + 999'999) / 1'000'000; }

LimitPolicy::LimitPolicy(std::string name, const account::Rate& rate)
    : name_('"' + std::move(name) + '"'), rate_(rate) {
  const std::int64_t window = std::max<std::int64_t>(whole_seconds(rate.burst * rate.micros_per_event), 1);
  policy_ = fmt::format("{};q={};w={}", name_, rate.burst, window);
}

void LimitPolicy::add_fields(const account::Decision& decision, http::Headers& headers) const {
  if (rate_.micros_per_event == 0) return;
  const std::int64_t wait = decision.allowed ? decision.reset_after_micros : decision.retry_after_micros;
  const fmt::format_int remaining(decision.remaining);
  const fmt::format_int seconds(whole_seconds(wait));
  std::string state;
  state.reserve(name_.size() + 6 + remaining.size() + seconds.size());
  state += name_;
  state += ";r=";
  state.append(remaining.data(), remaining.size());
  state += ";t=";
  state.append(seconds.data(), seconds.size());
  headers.add("RateLimit-Policy", policy_);
  headers.add("RateLimit", state);
}

}  // namespace darkroom::api
