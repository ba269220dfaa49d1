// xAI video: grok-imagine films: a request is submitted and polled. Nothing can be cancelled or looked up.
// Threads: the adapter is immutable. Every row of the vendor's tables is a fixture in tests/provider/xai-video/.
#pragma once

#include <memory>

#include "provider/provider.h"

namespace darkroom::provider {

std::unique_ptr<const Adapter> make_xai_video_adapter();

}  // namespace darkroom::provider
