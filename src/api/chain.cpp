#include "api/chain.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

#include "api/error_map.h"
#include "base/log.h"

namespace darkroom::api {
namespace {

bool has_two_authorizations(const http::Request& request) {
  return std::ranges::count_if(request.headers, [](const http::Header& header) {
           return http::equals_ignoring_case(header.name, "authorization");
         }) > 1;
}

// Two fields are a broken request rather than a wrong key, hence 400 with the number of a malformed header.
http::Response two_authorizations(std::string_view request_id) {
  http::Response response =
      error_response(make_error(Code::auth_malformed, "More than one Authorization header"), request_id);
  response.status = 400;
  std::erase_if(response.headers, [](const http::Header& header) { return header.name == "WWW-Authenticate"; });
  return response;
}

Async<Result<http::Response>> handle_inside_wall(Handle handle, Exchange& exchange) {
  std::string what;
  try {
    co_return co_await handle(exchange);
  } catch (const std::exception& exception) {
    what = exception.what();
  }
  co_return fail(Code::internal, std::move(what));
}

}  // namespace

Chain::Chain(const Services& services)
    : services_(services), reads_("poll", services.limits.polls), submits_("submit", services.limits.submits) {}

Chain::Counters Chain::make_counters(const Endpoint& endpoint) const {
  Counters counters{};
  const char* const classes[] = {"2xx", "3xx", "4xx", "5xx"};
  for (std::size_t i = 0; i < std::size(classes); ++i) {
    const Metrics::Labels labels = {{"method", std::string(endpoint.method)},
                                    {"route", std::string(endpoint.pattern)},
                                    {"status", classes[i]}};
    counters.by_class[i] =
        &services_.metrics.counter("darkroom_api_answers_total", "Answers by route and class of status", labels);
  }
  return counters;
}

Status Chain::admit(Gate gate, Exchange& exchange, std::vector<http::Header>& headers) const {
  if (gate == Gate::open) return {};
  Result<usecase::CallerRef> caller =
      services_.keys.authenticate(exchange.request.header("authorization"), services_.clock.wall_now());
  if (!caller) return fail(std::move(caller.error()));
  exchange.caller = std::move(*caller);

  usecase::AccountState& account = *exchange.caller->state;
  const LimitPolicy& policy = gate == Gate::submit ? submits_ : reads_;
  account::RateLimiter& limiter = gate == Gate::submit ? account.submits : account.polls;
  const account::Decision decision = limiter.take(policy.rate(), services_.clock.steady_now());
  policy.add_fields(decision, headers);
  if (decision.allowed) return {};
  Error refused = make_error(Code::rate_limited);
  refused.retry_after_seconds = static_cast<int>(std::max<std::int64_t>(whole_seconds(decision.retry_after_micros), 1));
  return fail(std::move(refused));
}

Async<http::Response> Chain::serve(const Endpoint& endpoint, const Counters& counters, Loop& loop,
                                   http::Request request, net::PathParams params) const {
  Exchange exchange{services_, loop, std::move(request), std::move(params), nullptr};
  const std::string& request_id = exchange.request.request_id;
  std::vector<http::Header> limit_fields;
  http::Response response;
  if (endpoint.gate != Gate::open && has_two_authorizations(exchange.request)) {
    response = two_authorizations(request_id);
  } else if (const Status admitted = admit(endpoint.gate, exchange, limit_fields); !admitted) {
    response = error_response(admitted.error(), request_id);
  } else {
    Result<http::Response> answer = co_await handle_inside_wall(endpoint.handle, exchange);
    response = answer ? std::move(*answer) : error_response(answer.error(), request_id);
  }
  std::ranges::move(limit_fields, std::back_inserter(response.headers));
  if (exchange.caller) response.account = exchange.caller->account_name;
  const auto status_class = static_cast<std::size_t>(std::clamp(response.status / 100, 2, 5) - 2);
  counters.by_class[status_class]->Increment();
  co_return response;
}

}  // namespace darkroom::api
