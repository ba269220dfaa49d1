// One object of a model file's `parameters` becomes a Param. What can be judged by the object alone is judged here.
// Threads: free functions. Fails by lines in `errors`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalog/names.h"

namespace darkroom::catalog {

inline constexpr std::int64_t kMaxCount = 100;  // outputs of one request

Param read_param(std::string_view file, std::string path, const json::object& tree, const Names& names,
                 std::vector<std::string>& errors);

}  // namespace darkroom::catalog
