// Do the configuration's routes fit the catalogue? The two are loaded apart, so this is checked once both are there.
// Threads: a pure function.
#pragma once

#include <string>
#include <vector>

#include "app/config.h"
#include "catalog/catalog.h"

namespace darkroom::app {

// One sentence for each route of a model that is not there, or whose upstream speaks for no route of the model. The
// configuration may have mistakes of its own: upstreams that are unknown or without a kind are passed over.
std::vector<std::string> check_routes(const Config& config, const catalog::Catalog& catalog);

}  // namespace darkroom::app
