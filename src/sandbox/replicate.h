// Replicate: the stand-in for Replicate's predictions with the upscalers of films, in the vendor's wire format.
// Threads: as StandIn.
#pragma once

#include <memory>

#include "base/clock.h"
#include "base/random.h"
#include "sandbox/stand_in.h"

namespace darkroom::sandbox {

std::unique_ptr<StandIn> make_replicate(const Clock& clock, Random& random);

}  // namespace darkroom::sandbox
