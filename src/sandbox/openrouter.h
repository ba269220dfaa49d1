// OpenRouter: the stand-in for its image API, one endpoint before many vendors' models, in its own wire format.
// What the words in a prompt do stands in docs/SANDBOX.md. Threads: as StandIn.
#pragma once

#include <memory>

#include "base/clock.h"
#include "sandbox/stand_in.h"

namespace darkroom::sandbox {

// `clock` outlives it.
std::unique_ptr<StandIn> make_openrouter(const Clock& clock);

}  // namespace darkroom::sandbox
