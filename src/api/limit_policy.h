// LimitPolicy: one named rate limit and the header fields that tell a client about it, after the draft "RateLimit
// header fields for HTTP": RateLimit-Policy: "submit";q=100;w=10 says that 100 may come at once and are all back after
// 10 s; RateLimit: "submit";r=42;t=6 says that 42 may come now, and that after 6 s the quota is full again (or, when a
// request has been refused, that the next one may come). Threads: immutable.
#pragma once

#include <string>
#include <string_view>

#include "account/rate_limit.h"
#include "base/http_message.h"

namespace darkroom::api {

class LimitPolicy {
 public:
  LimitPolicy(std::string_view name, const account::Rate& rate);

  const account::Rate& rate() const { return rate_; }
  // Both fields; nothing when there is no limit.
  void add_fields(const account::Decision& decision, http::Headers& headers) const;

 private:
  account::Rate rate_;
  std::string before_numbers_;  // of both fields
};

// Rounded up: a client that waits so long is not refused again.
std::int64_t whole_seconds(std::int64_t micros);

}  // namespace darkroom::api
