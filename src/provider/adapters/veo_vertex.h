// Vertex AI's film models: predictLongRunning starts an operation, fetchPredictOperation asks for it, and the films
// come as base64 inside the last answer. Addresses and keys are those of vertex.h. Threads: the adapter is immutable.
// Every row of the vendor's tables is a fixture in tests/provider/veo-vertex/.
#pragma once

#include <memory>

#include "provider/provider.h"

namespace darkroom::provider {

std::unique_ptr<const Adapter> make_veo_vertex_adapter();

}  // namespace darkroom::provider
