// Servers that speak OpenAI's images API in their own way: LocalAI, stable-diffusion.cpp, vLLM, SGLang, LiteLLM and
// others ("openai-compatible"), and OpenRouter's image endpoint ("openrouter"). Only what all of them take is sent, and
// whatever shape their pictures come in is read. Threads: the adapters are immutable. Fixtures: tests/provider/<kind>/.
#pragma once

#include <memory>

#include "provider/provider.h"

namespace darkroom::provider {

std::unique_ptr<const Adapter> make_openai_compatible_adapter();
std::unique_ptr<const Adapter> make_openrouter_adapter();

}  // namespace darkroom::provider
