// xAI images: grok-imagine pictures, made and edited at once; both calls are JSON.
// Threads: the adapter is immutable. Every row of the vendor's tables is a fixture in tests/provider/xai-image/.
#pragma once

#include <memory>

#include "provider/provider.h"

namespace darkroom::provider {

std::unique_ptr<const Adapter> make_xai_image_adapter();

}  // namespace darkroom::provider
