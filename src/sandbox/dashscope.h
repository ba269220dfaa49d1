// DashScope: the stand-in for Alibaba Model Studio's film tasks with the HappyHorse and Wan models, in the vendor's
// wire format. Threads: as StandIn.
#pragma once

#include <memory>

#include "base/clock.h"
#include "base/random.h"
#include "sandbox/stand_in.h"

namespace darkroom::sandbox {

std::unique_ptr<StandIn> make_dashscope(const Clock& clock, Random& random);

}  // namespace darkroom::sandbox
