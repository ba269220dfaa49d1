// QueueReport: what the engine has before it and in hand, as its operator sees it. Threads: a plain value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace darkroom::engine {

struct QueueReport {
  struct OfModel {
    std::string model;
    std::size_t waiting = 0;
    std::size_t running = 0;
    std::optional<WallTime> oldest_at;  // of those that wait: when it was accepted
  };
  struct OfUpstream {
    std::string upstream;
    std::uint32_t running = 0;  // calls that are out
    std::uint32_t capacity = 0;
  };
  WallTime at{};
  std::size_t waiting = 0;    // for their turn, a slot, or the time of their next try
  std::size_t running = 0;    // in hand, those at a vendor included
  std::size_t at_vendor = 0;  // of them: between two questions about a job
  std::optional<WallTime> oldest_at;
  std::uint64_t ended = 0;              // within the last minute, however they ended
  std::vector<OfModel> by_model;        // by name
  std::vector<OfUpstream> by_upstream;  // by name
};

// A report costs a look at all that waits, so it is made anew at most this often.
inline constexpr milliseconds kQueueReportPause{1'000};

}  // namespace darkroom::engine
