// The catalogue as customers see it: parameters, prices, modes and examples; never routes or what they cost us.
// Threads: the connection's loop.
#pragma once

#include "api/exchange.h"
#include "base/json.h"
#include "catalog/model_spec.h"

namespace darkroom::api {

// GET /api/v1/models -> {"data": [model]}, by id. No key is needed.
Answer list_models(Exchange& exchange);
// GET /api/v1/models/{id}; unknown_model with status 404.
Answer show_model(Exchange& exchange);

// {"id", "kind", "endpoint", "title", "summary", "modes", "price": {"credits": "14.375", "microcredits", "unit"},
// "typical_seconds", "parameters": [{"name", "type", "required", …}], "example", "related"}
json::object public_model(const catalog::ModelSpec& model, std::optional<double> typical_seconds);

}  // namespace darkroom::api
