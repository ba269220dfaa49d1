// The public face of a model: the JSON of GET /api/v1/models/{id}.
// Threads: a free function. Routes, vendors and costs are the operator's and never appear in it.
#pragma once

#include "base/json.h"
#include "catalog/model_spec.h"

namespace darkroom::catalog {

// Members: id, kind, endpoint, title, summary, modes, parameters, price {unit, credits, microcredits}, limits
// {cap_seconds}, typical_seconds, example, related. A parameter has name, type, required and description, and, where
// they apply, allowed, minimum, maximum, min_length, max_length, default, default_unless.
json::object describe(const ModelSpec& model);

}  // namespace darkroom::catalog
