// Pocket Lab's stand-in: what a new file of src/sandbox/ is made of. Threads: as StandIn.
#pragma once

#include <memory>

#include "sandbox/stand_in.h"

namespace darkroom::sandbox {

std::unique_ptr<StandIn> make_pocket_lab();

}  // namespace darkroom::sandbox
