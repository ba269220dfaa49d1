// xAI video: the stand-in for xAI's films with the grok-imagine models, in the vendor's wire format.
// Threads: as StandIn.
#pragma once

#include <memory>

#include "base/clock.h"
#include "base/random.h"
#include "sandbox/stand_in.h"

namespace darkroom::sandbox {

std::unique_ptr<StandIn> make_xai_video(const Clock& clock, Random& random);

}  // namespace darkroom::sandbox
