// Ark video: Seedance on Volcengine Ark or BytePlus: a task is submitted, polled and, while it is queued, cancelled;
// the list of tasks tells whether a submit arrived whose answer was lost.
// Threads: the adapter is immutable. Every row of the vendor's tables is a fixture in tests/provider/ark-video/.
#pragma once

#include <memory>

#include "provider/provider.h"

namespace darkroom::provider {

std::unique_ptr<const Adapter> make_ark_video_adapter();

}  // namespace darkroom::provider
