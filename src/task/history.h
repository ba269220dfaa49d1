// What became of a task's calls, told by its event log alone: each attempt with its begin, its end and the wait behind
// it. For who looks into a task afterwards; nothing is decided by it. Threads: pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "task/task.h"

namespace darkroom::task {

struct PastAttempt {
  enum class Outcome : std::uint8_t {
    running,  // not ended yet
    delivered,
    failed,
    unknown,    // sent, and the answer lost
    postponed,  // not sent: a breaker or resting keys kept it waiting
    given_up,   // the task ended over it
  };
  std::uint32_t number = 1;  // in its call, from 1; also those that count for no retry
  std::string upstream;      // empty when postponed
  WallTime started_at{};
  std::optional<WallTime> accepted_at;  // an asynchronous vendor took it
  std::optional<WallTime> saving_at;    // its outputs were being fetched, for the first time
  std::optional<WallTime> ended_at;
  Outcome outcome = Outcome::running;
  int upstream_status = 0;  // of the answer that failed it; 0: none, or it was not kept
  std::optional<Code> error;
  std::string detail;                  // for operators: may be in a vendor's words
  std::optional<WallTime> wait_until;  // before the next one
};
std::string_view print(PastAttempt::Outcome outcome);  // "running", …

struct PastCall {
  std::vector<PastAttempt> attempts;
};

// `events` in their order. Members that are absent or of another type are passed over, since logs are older than code.
std::vector<PastCall> history_of(const std::vector<Event>& events);

}  // namespace darkroom::task
