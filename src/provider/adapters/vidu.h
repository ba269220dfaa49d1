// Vidu: one endpoint for each mode, a task that is polled and, while it is queued, cancelled. A task carries a word of
// ours along, by which the list of tasks tells whether a submit arrived whose answer was lost.
// Threads: the adapter is immutable. Every row of the vendor's tables is a fixture in tests/provider/vidu/.
#pragma once

#include <memory>

#include "provider/provider.h"

namespace darkroom::provider {

std::unique_ptr<const Adapter> make_vidu_adapter();

}  // namespace darkroom::provider
