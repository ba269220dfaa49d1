// OpenAI: the stand-in for the images API, generations and edits, of OpenAI itself and of a server that speaks like it.
// What the words in a prompt do stands in docs/SANDBOX.md. Threads: as StandIn.
#pragma once

#include <memory>

#include "sandbox/openai_request.h"
#include "sandbox/stand_in.h"

namespace darkroom::sandbox {

std::unique_ptr<StandIn> make_openai(OpenaiServer server, const Clock& clock);

}  // namespace darkroom::sandbox
