// What monitoring asks: is the process alive, may it be sent requests, how is it doing.
// Threads: the connection's loop.
#pragma once

#include "api/exchange.h"

namespace darkroom::api {

// GET /livez: answered by the loop alone; never touches the store.
Answer show_alive(Exchange& exchange);
// GET /startupz: answered as soon as the server accepts requests, which it does when everything has been started.
Answer show_started(Exchange& exchange);
// GET /readyz: 200, or 503 with what is wrong.
Answer show_ready(Exchange& exchange);
// GET /metrics: Prometheus text.
Answer show_metrics(Exchange& exchange);

}  // namespace darkroom::api
