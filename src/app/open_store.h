// The store that a configuration names, for a server: its folder is made, and no second server may have it.
// Threads: any. Fails with Code::store_failed and what is wrong with which file.
#pragma once

#include <memory>

#include "app/config.h"
#include "base/metrics.h"
#include "store/store.h"

namespace darkroom::app {

// `metrics` outlives it.
Result<std::unique_ptr<store::Store>> open_store(const Config& config, Metrics& metrics);

}  // namespace darkroom::app
