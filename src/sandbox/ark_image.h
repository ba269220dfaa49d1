// Ark image: the stand-in for Volcengine Ark's image generation with the Seedream models, in the vendor's wire format.
// Threads: as StandIn. Remembers the pictures that links lead to, 32 MB in all.
#pragma once

#include <memory>

#include "base/random.h"
#include "sandbox/stand_in.h"

namespace darkroom::sandbox {

std::unique_ptr<StandIn> make_ark_image(Random& random);

}  // namespace darkroom::sandbox
