// What an operator reads of upstreams: a running server says it as JSON over its administration socket, and `doctor`
// makes sentences of it. Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "engine/upstream_status.h"
#include "usecase/route_planner.h"

namespace darkroom::app {

// Whether upstreams of that kind can be asked for nothing whether they are well.
bool has_free_call(std::string_view kind);

// Times are unix seconds for the administration, RFC 3339 for the console.
using PrintTime = json::value (*)(const std::optional<WallTime>& time);
// What the administration and the console both show of an upstream; each adds what was delivered, in its own words.
json::object print_condition(const engine::UpstreamStatus& status, std::uint32_t weight, PrintTime print_time);
// What a test has shown.
json::object print_finding(const engine::ProbeFinding& finding);
// For the administration socket. The planner knows their weights.
json::array print_upstreams(const std::vector<engine::UpstreamStatus>& upstreams, const usecase::RoutePlanner& planner);

enum class Verdict : std::uint8_t { ok, warn, fail };
std::string_view print(Verdict verdict);

struct Finding {
  Verdict verdict = Verdict::ok;
  std::string text;
};
// Of one member of that array: fail while nothing can go there, warn while something is wrong or it is drained.
Finding judge_upstream(const json::object& upstream, WallTime now);

}  // namespace darkroom::app
