#include "api/limit_policy.h"

#include <fmt/format.h>

#include <algorithm>

namespace darkroom::api {

std::int64_t whole_seconds(std::int64_t micros) { return (micros + 999'999) / 1'000'000; }

LimitPolicy::LimitPolicy(std::string_view name, const account::Rate& rate) : rate_(rate) {
  const std::int64_t window = std::max<std::int64_t>(whole_seconds(rate.burst * rate.micros_per_event), 1);
  before_numbers_ =
      fmt::format("RateLimit-Policy: \"{0}\";q={1};w={2}\r\nRateLimit: \"{0}\";r=", name, rate.burst, window);
}

void LimitPolicy::add_fields(const account::Decision& decision, http::Headers& headers) const {
  if (rate_.micros_per_event == 0) return;
  const std::int64_t wait = decision.allowed ? decision.reset_after_micros : decision.retry_after_micros;
  const fmt::format_int remaining(decision.remaining);
  const fmt::format_int seconds(whole_seconds(wait));
  headers.add_text(before_numbers_);
  headers.add_text({remaining.data(), remaining.size()});
  headers.add_text(";t=");
  headers.add_text({seconds.data(), seconds.size()});
  headers.add_text("\r\n");
}

}  // namespace darkroom::api
