// The Gemini API's image models: one synchronous call of generateContent for each picture, which comes back as base64
// inside the answer.
// Threads: the adapter is immutable. Every row of the vendor's tables is a fixture in tests/provider/gemini/.
#pragma once

#include <memory>

#include "provider/provider.h"

namespace darkroom::provider {

std::unique_ptr<const Adapter> make_gemini_adapter();

}  // namespace darkroom::provider
