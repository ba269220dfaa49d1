// The limits of a key as JSON, the same for its operator and its owner: "requests_per_minute", "concurrent_tasks",
// "monthly_microcredits" (each null without a limit) and "allow_from", a list of networks, empty for anywhere.
// Threads: no state.
#pragma once

#include "account/key_limits.h"
#include "api/members.h"
#include "base/json.h"

namespace darkroom::api {

json::object show_limits(const account::KeyLimits& limits);

// What a body asks for: "requests_per_minute", "concurrent_tasks", "monthly_credits" (such as "12.5") and "allow_from";
// a member that is absent changes nothing, null lifts the limit. Fails with invalid_parameter, the field named.
Result<account::LimitsChange> read_limits(Members& members);

}  // namespace darkroom::api
