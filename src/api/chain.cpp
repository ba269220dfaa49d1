#include "api/chain.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

namespace darkroom::api {
namespace {

struct Authorization {
  int count = 0;
  std::optional<std::string_view> value;
};

Authorization find_authorization(const http::Request& request) {
  Authorization found;
  for (auto field = request.headers.begin(); field != request.headers.end(); ++field) {
    if (!field.is("authorization")) continue;
    ++found.count;
    found.value = (*field).value;
  }
  return found;
}

// Else a filter with a broken escape would be one that is not there, and a broken cursor the first page.
bool is_decodable(std::string_view query) { return query.empty() || http::percent_decode(query).has_value(); }

bool is_limit(const account::Rate& rate) { return rate.micros_per_event != 0; }

bool is_tighter(const account::Decision& one, const account::Decision& other) {
  if (one.allowed != other.allowed) return other.allowed;
  if (!one.allowed) return one.retry_after_micros > other.retry_after_micros;
  return one.remaining < other.remaining;
}

}  // namespace

Chain::Chain(const Services& services)
    : services_(services), reads_("poll", services.limits.polls), submits_("submit", services.limits.submits) {}

Status Chain::admit(Gate gate, Exchange& exchange, Admission& admission) const {
  if (gate == Gate::open) return {};
  const Authorization authorization = find_authorization(exchange.request);
  if (authorization.count > 1) {
    admission.status = 400;  // a broken request rather than a wrong key: no other key would help
    return fail(Code::auth_malformed, "More than one Authorization header");
  }
  Result<usecase::CallerRef> caller = services_.keys.authenticate(authorization.value, services_.clock.wall_now());
  if (!caller) return fail(std::move(caller.error()));
  exchange.caller = std::move(*caller);

  if (!exchange.caller->may_come_from(exchange.request.peer)) return fail(Code::address_not_allowed);
  return count(gate, *exchange.caller, admission);
}

// A request counts for its account and for its key, if that has a limit of its own, or for neither. The client is told
// of the tighter one.
Status Chain::count(Gate gate, const usecase::Caller& caller, Admission& admission) const {
  const SteadyTime now = services_.clock.steady_now();
  admission.policy = gate == Gate::submit ? &submits_ : &reads_;
  account::RateLimiter& limiter = gate == Gate::submit ? caller.state->submits : caller.state->polls;
  const account::Rate& rate = admission.policy->rate();
  admission.decision = limiter.take(rate, now);
  if (is_limit(caller.key_rate)) {
    account::RateLimiter& of_key = caller.key_state->requests;
    const bool allowed = admission.decision.allowed;
    const account::Decision decision = allowed ? of_key.take(caller.key_rate, now) : of_key.peek(caller.key_rate, now);
    if (allowed && !decision.allowed) limiter.give_back(rate);
    if (!is_limit(rate) || is_tighter(decision, admission.decision)) {
      admission.of_key = std::make_unique<const LimitPolicy>("key", caller.key_rate);
      admission.policy = admission.of_key.get();
      admission.decision = decision;
    }
  }
  if (admission.decision.allowed) return {};
  Error refused = make_error(Code::rate_limited);
  refused.retry_after_seconds =
      static_cast<int>(std::max<std::int64_t>(whole_seconds(admission.decision.retry_after_micros), 1));
  return fail(std::move(refused));
}

// Members are moved once and nothing is built that is not sent: this is every poll.
Async<http::Response> Chain::serve(const Endpoint& endpoint, const AnswerCounters& counters, Loop& loop,
                                   const http::Request& request, net::PathParams params) const {
  Exchange exchange{services_, loop, request, params, nullptr};
  Admission admission;
  std::optional<Result<http::Response>> answer;
  if (Status admitted = admit(endpoint.gate, exchange, admission); !admitted) {
    answer.emplace(fail(std::move(admitted.error())));
  } else if (request.lacks_length && endpoint.doc != nullptr && endpoint.doc->needs_body()) {
    answer.emplace(fail(Code::length_required));
  } else if (!is_decodable(request.query)) {
    answer.emplace(fail(Code::bad_request, "The query has a % that is not followed by two hex digits"));
  } else {
    try {
      Result<http::Response> given = co_await endpoint.handle(exchange);
      answer.emplace(std::move(given));
    } catch (const std::exception& exception) {
      answer.emplace(fail(Code::internal, exception.what()));
    }
  }
  if (!*answer) {
    answer.emplace(error_response(answer->error(), exchange.request.request_id, admission.status, endpoint.dialect));
  }
  http::Response& response = **answer;
  if (admission.policy != nullptr) admission.policy->add_fields(admission.decision, response.headers);
  if (const usecase::CallerRef caller = std::move(exchange.caller)) {
    response.account = std::shared_ptr<const std::string>(caller, &caller->account_name);
  }
  counters.count(response.status);
  co_return std::move(response);
}

}  // namespace darkroom::api
