// A place of a price's table as people and programs name it: by the values that lead to it.
// Threads: free functions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "catalog/price.h"

namespace darkroom::catalog {

// {"resolution": "720p", "with_video": false}; empty where the price goes by nothing.
json::object describe_place(const Price& price, std::size_t place);

// The place that is described so, if it is offered.
std::optional<std::size_t> find_place(const Price& price, const json::object& when);

// "resolution 720p, with_video false"; "all" where the price goes by nothing.
std::string name_place(const Price& price, std::size_t place);

}  // namespace darkroom::catalog
