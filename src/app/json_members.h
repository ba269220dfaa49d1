// Members of JSON answers for display: one that is missing or of another kind reads as empty.
// Threads: free functions. The returned references live as long as the object.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace darkroom::app {

// A string as it is, anything else as JSON, "" for null.
std::string text_of(const json::object& object, std::string_view name);
const json::object& object_of(const json::object& object, std::string_view name);
const json::array& array_of(const json::object& object, std::string_view name);

}  // namespace darkroom::app
