// Every adapter that this program has, by its kind. Adding a vendor is one file of its own and one line in
// registry.cpp. Threads: immutable.
#pragma once

#include "provider/provider.h"

namespace darkroom::provider {

const Registry& built_in_adapters();

}  // namespace darkroom::provider
