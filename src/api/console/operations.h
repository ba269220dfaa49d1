// The screens of models, and, for operators, of upstreams and the queue. Threads: the connection's loop.
#pragma once

#include "api/console/visit.h"

namespace darkroom::api::console {

// ModelCard of every model, by id.
Async<Result<json::array>> print_models(Visit& visit);
// GET /models and GET /models/{id}
Answer list_models(Visit& visit);
Answer show_model(Visit& visit);
// GET /upstreams, PATCH /upstreams/{name} and POST /upstreams/{name}/test
Answer list_upstreams(Visit& visit);
Answer change_upstream(Visit& visit);
Answer test_upstream(Visit& visit);
// GET /queue
Answer show_queue(Visit& visit);

}  // namespace darkroom::api::console
