// UpstreamStatus: one upstream as its operator sees it, from live traffic; beside it, what free calls have shown.
// Threads: a plain value. No secrets in it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "engine/probe.h"

namespace darkroom::engine {

enum class BreakerState : std::uint8_t {
  closed = 0,     // calls go
  half_open = 1,  // it has rested: the next call goes alone and decides
  open = 2        // it rests
};
std::string_view print(BreakerState state);  // "closed", "half open", "open"

struct UpstreamStatus {
  std::string name;
  std::string kind;  // the adapter
  bool is_sandbox = false;
  bool is_drained = false;  // by an operator: no new calls go there
  BreakerState breaker = BreakerState::closed;
  std::uint32_t keys = 0;
  std::uint32_t keys_resting = 0;
  std::uint32_t in_flight = 0;  // calls that are unanswered or that the vendor works on
  std::uint32_t capacity = 0;
  std::optional<WallTime> last_success_at;
  std::optional<WallTime> last_failure_at;
  std::string last_failure;  // its class, such as "provider_submit_failed" or "key_refused"
  // Of the calls that ended within kHealthWindow; what says nothing about the upstream (a refused prompt, a cancel) is
  // left out.
  std::uint32_t calls = 0;
  std::uint32_t calls_delivered = 0;
  std::optional<double> p50_seconds;  // of the delivered ones, from submit to the stored output
  std::optional<double> p95_seconds;
  ProbeStatus probe;
};

inline constexpr milliseconds kHealthWindow{300'000};

}  // namespace darkroom::engine
