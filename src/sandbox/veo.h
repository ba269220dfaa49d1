// Veo: the stand-in for Google's film models: predictLongRunning begins an operation, which is asked for until it is
// done. The Gemini API gives links that want the key; Vertex AI puts the films into its answer. Operations last some
// seconds. What the words in a prompt do stands in docs/SANDBOX.md. Threads: as StandIn.
#pragma once

#include <memory>

#include "base/random.h"
#include "sandbox/google_api.h"
#include "sandbox/stand_in.h"

namespace darkroom::sandbox {

std::unique_ptr<StandIn> make_veo(GoogleHost host, const Clock& clock, Random& random);

}  // namespace darkroom::sandbox
