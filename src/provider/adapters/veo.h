// The Gemini API's film models: predictLongRunning starts an operation, a GET asks for it, and the film lies behind a
// link that wants the key. Threads: the adapter is immutable. Every row of the vendor's tables is a fixture in
// tests/provider/veo/.
#pragma once

#include <memory>

#include "provider/provider.h"

namespace darkroom::provider {

std::unique_ptr<const Adapter> make_veo_adapter();

}  // namespace darkroom::provider
