// The people of the memory store as verbs: each runs on the store's executor.
// Threads: as of the store.
#pragma once

#include <memory>

#include "store/memory/memory_store.h"

namespace darkroom::store {

std::unique_ptr<PeopleStore> make_memory_people(std::shared_ptr<MemoryData> data, Executor executor);

}  // namespace darkroom::store
