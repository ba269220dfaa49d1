// A model's request body as JSON Schema (2020-12, the dialect of OpenAPI 3.1), from the same parameters that validate
// it. Threads: a free function.
#pragma once

#include "base/json.h"
#include "catalog/model_spec.h"

namespace darkroom::catalog {

// An object schema whose `model` is this model's id. It says what is worth sending; the server accepts a little more
// (null for absent, another case where the parameter ignores it, names that it does not know).
json::object body_schema(const ModelSpec& model);

}  // namespace darkroom::catalog
