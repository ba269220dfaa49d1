#include "engine/poll_pace.h"

#include <algorithm>

namespace darkroom::engine {
namespace {

constexpr double kFirstShare = 0.8;   // of the typical time, before the first question
constexpr double kGrowth = 0.15;      // of the job's age, between later ones
constexpr double kJitterShare = 0.2;  // of the step

}  // namespace

milliseconds next_poll(milliseconds age, std::optional<double> typical_seconds, double unit_random) {
  // Ages are differences of wall-clock times: a step of that clock must not put a question off for as long as it was.
  const double age_ms = static_cast<double>(std::max(age, milliseconds(0)).count());
  const double first_ms =
      std::min(typical_seconds.value_or(0) * 1000 * kFirstShare, static_cast<double>(kLongestFirst.count()));
  if (age_ms < first_ms) {
    const double wait_ms = first_ms - age_ms;
    return std::max(kShortestPoll, milliseconds(static_cast<std::int64_t>(wait_ms * (1 + kJitterShare * unit_random))));
  }
  const double step_ms = age_ms * kGrowth * (1 + kJitterShare * unit_random);
  return std::clamp(milliseconds(static_cast<std::int64_t>(step_ms)), kShortestPoll, kLongestPoll);
}

}  // namespace darkroom::engine
