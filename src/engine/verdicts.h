// The tables that turn what happened upstream into what the task machine understands. Pure; exposed for their tests.
#pragma once

#include "engine/upstream_caller.h"
#include "net/http_client.h"
#include "provider/provider.h"

namespace darkroom::engine {

// What a submit's transfer that failed means for its call.
CallOutcome judge_failure(const net::Failure& failure, bool head_seen);
// What the verdict of a submit means, other than Completed.
CallOutcome judge_submit(provider::Verdict verdict);
// What the verdict of a poll means, other than Completed.
CallOutcome judge_poll(provider::Verdict verdict);
// What it means that a route cannot express the request, which `error` says with the field: nothing was asked, and
// another route may.
CallOutcome judge_inexpressible(const Error& error);

}  // namespace darkroom::engine
