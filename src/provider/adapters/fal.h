// fal queue: upscalers of films: a request is queued, its status polled and, once it is complete, its result asked for
// in a step of its own.
// Threads: the adapter is immutable. Every row of the vendor's tables is a fixture in tests/provider/fal/.
#pragma once

#include <memory>

#include "provider/provider.h"

namespace darkroom::provider {

std::unique_ptr<const Adapter> make_fal_adapter();

}  // namespace darkroom::provider
