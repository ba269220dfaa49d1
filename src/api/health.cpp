#include "api/health.h"

#include <utility>

namespace darkroom::api {

Answer show_alive(Exchange&) {
  http::Response response;
  response.body = std::string(R"({"status":"ok"})");
  co_return response;
}

Answer show_started(Exchange& exchange) { return show_alive(exchange); }

Answer show_ready(Exchange& exchange) {
  Status ready = co_await exchange.services.readiness.check(exchange.loop);
  if (!ready) co_return fail(std::move(ready.error()));
  http::Response response;
  response.body = std::string(R"({"status":"ok"})");
  co_return response;
}

Answer show_metrics(Exchange& exchange) {
  const Services& services = exchange.services;
  if (services.list_upstreams) {
    co_await await_on<json::array>(exchange.loop,
                                   [&services](Done<json::array> done) { services.list_upstreams(std::move(done)); });
  }
  http::Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = services.metrics.print();
  co_return response;
}

}  // namespace darkroom::api
