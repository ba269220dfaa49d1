// The catalogue as customers see it: parameters, prices, modes and examples; never routes or what they cost us.
// Threads: the connection's loop.
#pragma once

#include "api/exchange.h"

namespace darkroom::api {

// GET /api/v1/models -> {"data": [model]}, by id, each as catalog/describe.h has it, with the measured typical_seconds
// once there is one. No key is needed.
Answer list_models(Exchange& exchange);
// GET /api/v1/models/{id}; unknown_model with status 404.
Answer show_model(Exchange& exchange);

}  // namespace darkroom::api
