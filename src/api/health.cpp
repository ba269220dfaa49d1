#include "api/health.h"

#include <utility>

namespace darkroom::api {

Answer show_alive(Exchange&) {
  http::Response response;
  response.body = std::string(R"({"status":"ok"})");
  co_return response;
}

Answer show_ready(Exchange& exchange) {
  Status ready = co_await exchange.services.readiness.check(exchange.loop);
  if (!ready) co_return fail(std::move(ready.error()));
  http::Response response;
  response.body = std::string(R"({"status":"ok"})");
  co_return response;
}

Answer show_metrics(Exchange& exchange) {
  http::Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = exchange.services.metrics.print();
  co_return response;
}

}  // namespace darkroom::api
