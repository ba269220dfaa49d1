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

void LimitPolicy::add_fields(const account::Decision& decision, std::vector<http::Header>& headers) const {
  if (rate_.micros_per_event == 0) return;
  const std::int64_t wait = decision.allowed ? decision.reset_after_micros : decision.retry_after_micros;
  std::string state;
  state.reserve(48);
  state += name_;
  state += ";r=";
  state += fmt::format_int(decision.remaining).c_str();
  state += ";t=";
  state += fmt::format_int(whole_seconds(wait)).c_str();
  headers.emplace_back("RateLimit-Policy", policy_);
  headers.emplace_back("RateLimit", std::move(state));
}

}  // namespace darkroom::api
