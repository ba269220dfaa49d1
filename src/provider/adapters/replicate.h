// Replicate: upscalers of films: a prediction is created, polled and cancelled.
// Threads: the adapter is immutable. Every row of the vendor's tables is a fixture in tests/provider/replicate/.
#pragma once

#include <memory>

#include "provider/provider.h"

namespace darkroom::provider {

std::unique_ptr<const Adapter> make_replicate_adapter();

}  // namespace darkroom::provider
