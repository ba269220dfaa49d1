// Coverage: what a model promises and an upstream that would serve it cannot do, found by asking the adapters, without
// a call: each allowed value of each parameter is put into the model's own examples, one at a time.
// Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "app/config.h"
#include "catalog/catalog.h"
#include "provider/provider.h"

namespace darkroom::app {

// A sentence for each parameter of a model some values of which a configured upstream cannot serve, with what becomes
// of such requests. Without upstreams there is nothing to say: the sandbox serves everything else.
std::vector<std::string> find_gaps(const Config& config, const catalog::Catalog& catalog,
                                   const provider::Registry& adapters);

}  // namespace darkroom::app
