// Vidu: the stand-in for Vidu's four film endpoints and its tasks, in the vendor's wire format.
// Threads: as StandIn.
#pragma once

#include <memory>

#include "base/clock.h"
#include "base/random.h"
#include "sandbox/stand_in.h"

namespace darkroom::sandbox {

std::unique_ptr<StandIn> make_vidu(const Clock& clock, Random& random);

}  // namespace darkroom::sandbox
