// Vertex AI's image models: the Gemini models of Google Cloud. An upstream's base_url names project and location
// (".../v1/projects/P/locations/global") for service accounts, or ends with "/v1" for a key of the express mode.
// Threads: the adapter is immutable. Every row of the vendor's tables is a fixture in tests/provider/vertex/.
#pragma once

#include <memory>

#include "provider/provider.h"

namespace darkroom::provider {

std::unique_ptr<const Adapter> make_vertex_adapter();

}  // namespace darkroom::provider
