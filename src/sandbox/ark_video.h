// Ark video: the stand-in for Volcengine Ark's tasks with the Seedance models, in the vendor's wire format.
// Threads: as StandIn.
#pragma once

#include <memory>

#include "base/clock.h"
#include "base/random.h"
#include "sandbox/stand_in.h"

namespace darkroom::sandbox {

std::unique_ptr<StandIn> make_ark_video(const Clock& clock, Random& random);

}  // namespace darkroom::sandbox
