// OpenAI's image models: one synchronous call for all the pictures of a job, which come back as base64. Threads: the
// adapter is immutable. Every row of the vendor's tables is a fixture in tests/provider/openai/.
#pragma once

#include <memory>

#include "provider/provider.h"

namespace darkroom::provider {

std::unique_ptr<const Adapter> make_openai_adapter();

}  // namespace darkroom::provider
