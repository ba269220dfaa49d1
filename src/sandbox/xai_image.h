// xAI images: the stand-in for xAI's pictures with the grok-imagine models, in the vendor's wire format.
// Threads: as StandIn.
#pragma once

#include <memory>

#include "sandbox/stand_in.h"

namespace darkroom::sandbox {

std::unique_ptr<StandIn> make_xai_image();

}  // namespace darkroom::sandbox
