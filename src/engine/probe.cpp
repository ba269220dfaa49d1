#include "engine/probe.h"

#include "base/check.h"

namespace darkroom::engine {
namespace {

WallTime after(WallTime last, milliseconds pause, double jitter) {
  const double factor = 1 - kProbeJitter + 2 * kProbeJitter * jitter;
  return last + milliseconds(static_cast<std::int64_t>(static_cast<double>(pause.count()) * factor));
}

}  // namespace

std::string_view print(ProbePolicy policy) {
  switch (policy) {
    case ProbePolicy::off: return "off";
    case ProbePolicy::recovery: return "recovery";
    case ProbePolicy::always: return "always";
  }
  DR_CHECK(false);
}

std::optional<ProbePolicy> parse_probe_policy(std::string_view word) {
  for (const ProbePolicy policy : {ProbePolicy::off, ProbePolicy::recovery, ProbePolicy::always}) {
    if (word == print(policy)) return policy;
  }
  return std::nullopt;
}

std::optional<WallTime> next_probe(ProbePolicy policy, bool is_troubled, const std::optional<ProbeFinding>& last,
                                   double jitter) {
  const bool is_wanted = policy == ProbePolicy::always || (policy == ProbePolicy::recovery && is_troubled);
  if (!is_wanted) return std::nullopt;
  if (!last) return WallTime{};
  if (!is_troubled) return after(last->at, kProbePause, jitter);
  return after(last->at, last->is_well() ? kCalmProbePause : kTroubledProbePause, jitter);
}

std::optional<WallTime> next_balance(const ProbeStatus& status, std::optional<WallTime> last_asked, double jitter) {
  if (status.policy == ProbePolicy::off || !status.tells_balance) return std::nullopt;
  return last_asked ? after(*last_asked, kBalancePause, jitter) : WallTime{};
}

}  // namespace darkroom::engine
