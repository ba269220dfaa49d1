// Pocket Lab: the vendor of docs/EXTENDING.md, which nobody has. POST /draw takes {"model", "text", "shape"} and
// answers
// {"picture": base64} or {"error": word}. Threads: as Adapter.
#pragma once

#include <memory>

#include "provider/provider.h"

namespace darkroom::provider {

std::unique_ptr<const Adapter> make_pocket_lab_adapter();

}  // namespace darkroom::provider
