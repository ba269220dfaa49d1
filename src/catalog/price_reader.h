// The `price` of a model file becomes a table. Threads: a free function. Fails by lines in `errors`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalog/field_reader.h"
#include "catalog/model_spec.h"

namespace darkroom::catalog {

// `model` has its modes and parameters already.
Price read_price(FieldReader& model_reader, std::string_view file, const ModelSpec& model,
                 std::vector<std::string>& errors);

}  // namespace darkroom::catalog
