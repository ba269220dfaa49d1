// Upstream: one vendor's account as the configuration, and an operator since, have it. Threads: a plain value.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "engine/probe.h"
#include "engine/repeat_budget.h"

namespace darkroom::engine {

struct Upstream {
  std::string name;
  std::string kind;      // the adapter
  std::string base_url;  // trusted: the operator's
  std::vector<Secret> api_keys;
  std::uint32_t concurrency = 64;             // calls out at once: unanswered, or jobs that the vendor works on
  std::uint32_t key_concurrency = 0;          // the same for each key; 0: no limit of its own
  std::uint32_t requests_per_minute = 0;      // submits of each key; 0: no limit
  std::uint32_t polls_per_second = 10;        // of the whole upstream; 0: no limit
  milliseconds timeout{300'000};              // of one call
  std::uint32_t breaker_failures = 20;        // consecutive failures that open the breaker; 0: never
  std::uint32_t free_repeats = kFreeRepeats;  // see RepeatBudget
  bool is_drained = false;                    // at the start: an operator wants no new calls to go there
  // A stand-in of this process: one customer's asked-for failure must not rest it for the others, so neither its key
  // nor its breaker ever rests, nor is there an end of repeats. It is told which call of which task it serves.
  bool is_sandbox = false;
  ProbeSettings probe;
};

}  // namespace darkroom::engine
