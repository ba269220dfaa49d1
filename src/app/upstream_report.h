// What an operator reads of upstreams: a running server says it as JSON over its administration socket, and `doctor`
// makes sentences of it. Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "engine/upstream_status.h"

namespace darkroom::app {

json::array print_upstreams(const std::vector<engine::UpstreamStatus>& upstreams);

enum class Verdict : std::uint8_t { ok, warn, fail };
std::string_view print(Verdict verdict);

struct Finding {
  Verdict verdict = Verdict::ok;
  std::string text;
};
// Of one member of that array: fail while nothing can go there, warn while something is wrong.
Finding judge_upstream(const json::object& upstream, WallTime now);

}  // namespace darkroom::app
