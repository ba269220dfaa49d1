// When an asynchronous vendor is asked whether a job is done. Pure; threads: no state.
// The first question comes when most jobs of that kind are nearly done, the next ones in steps that grow with the age
// of the job: early answers are found early, and a job of an hour costs few questions.
#pragma once

#include <optional>

#include "base/clock.h"

namespace darkroom::engine {

inline constexpr milliseconds kShortestPoll{1'000};
inline constexpr milliseconds kLongestPoll{15'000};
inline constexpr milliseconds kLongestFirst{600'000};  // before the first question, its jitter apart

// From now to the next question, for a job that the vendor accepted `age` ago. `typical_seconds`: how long such jobs
// took lately, if known. `unit_random` in [0, 1) keeps jobs apart that began together.
milliseconds next_poll(milliseconds age, std::optional<double> typical_seconds, double unit_random);

}  // namespace darkroom::engine
