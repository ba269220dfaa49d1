// What a verb of the store calls with its result: exactly once, on a thread of the store.
#pragma once

#include <functional>

#include "base/result.h"

namespace darkroom::store {

template <class T>
using Done = std::move_only_function<void(Result<T>)>;

}  // namespace darkroom::store
