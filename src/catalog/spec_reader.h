// One model file's text becomes a ModelSpec. What can be judged by the file alone is judged here; what needs its
// neighbours (same id twice, related models, the example against the family) is the loader's.
// Threads: a free function.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalog/model_spec.h"

namespace darkroom::catalog {

// Appends one line "file: field: what is wrong and what is allowed" for each fault; with any, the result is of no use.
ModelSpec read_model(std::string_view file, std::string_view text, std::vector<std::string>& errors);

}  // namespace darkroom::catalog
