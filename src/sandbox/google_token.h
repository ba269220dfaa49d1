// Google token: the stand-in for the place where a service account's signed statement is exchanged for a token
// (RFC 7523). It checks the statement's form and claims; whose signature it bears it cannot know. An account whose
// e-mail starts with "bad-" is refused. Threads: as StandIn.
#pragma once

#include <memory>

#include "base/random.h"
#include "sandbox/stand_in.h"

namespace darkroom::sandbox {

std::unique_ptr<StandIn> make_google_token(const Clock& clock, Random& random);

}  // namespace darkroom::sandbox
