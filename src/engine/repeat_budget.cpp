#include "engine/repeat_budget.h"

#include <algorithm>

namespace darkroom::engine {
namespace {

constexpr std::uint64_t kFirstsARepeat = 10;
constexpr seconds kNoneAtAll{1};  // where not one is free: new calls may have made room by then

}  // namespace

std::optional<WallTime> RepeatBudget::full_until(WallTime now) const {
  const std::uint64_t most = std::max<std::uint64_t>(free_, firsts_.count(now) / kFirstsARepeat);
  if (repeats_.count(now) < most) return std::nullopt;
  return std::max(repeats_.first_end(now).value_or(now + kNoneAtAll), now + milliseconds(1));
}

}  // namespace darkroom::engine
