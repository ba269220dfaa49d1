// Gemini: the stand-in for Google's generateContent with the image models, in the vendor's wire format: answers,
// refusals and errors, as the Gemini API and as Vertex AI give them. What the words in a prompt do stands in
// docs/SANDBOX.md. Threads: as StandIn. Remembers recent answers, 32 MB in all, so that equal requests are painted
// once.
#pragma once

#include <memory>

#include "sandbox/google_api.h"
#include "sandbox/stand_in.h"

namespace darkroom::sandbox {

std::unique_ptr<StandIn> make_gemini(GoogleHost host);

}  // namespace darkroom::sandbox
