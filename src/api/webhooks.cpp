#include "api/webhooks.h"

#include <optional>
#include <string>
#include <utility>

#include "api/members.h"
#include "api/nullable.h"
#include "api/query.h"
#include "api/warnings.h"
#include "base/time_text.h"

namespace darkroom::api {
namespace {

constexpr std::size_t kDefaultDeliveries = 20;

json::object print_endpoint(const webhook::Endpoint& endpoint, WallTime now) {
  json::object shown;
  shown["id"] = endpoint.is_default() ? std::string(usecase::kDefaultWebhook) : endpoint.id.text();
  shown["url"] = text_or_null(endpoint.url);
  json::array events;
  for (const webhook::EventType type : webhook::kEventTypes) {
    if (endpoint.events.contains(type)) events.emplace_back(webhook::print(type));
  }
  shown["events"] = std::move(events);
  shown["enabled"] = !endpoint.disabled_at;
  shown["disabled_reason"] = text_or_null(webhook::print(endpoint.disabled_by));
  shown["disabled_at"] = time_or_null(endpoint.disabled_at);
  shown["failing_since"] = time_or_null(endpoint.failing_since);
  shown["pending_deliveries"] = endpoint.pending;
  const bool overlaps = endpoint.former_until && now < *endpoint.former_until;
  shown["former_secret_until"] = overlaps ? time_or_null(endpoint.former_until) : json::value(nullptr);
  shown["created_at"] = print_rfc3339(endpoint.created_at);
  return shown;
}

json::object print_delivery(const webhook::Delivery& delivery, const std::string& endpoint_url) {
  json::object shown = {{"id", webhook::print_message_id(delivery.task)},
                        {"task", delivery.task.text()},
                        {"type", webhook::print(delivery.message.type)}};
  shown["url"] = delivery.callback_url.empty() ? endpoint_url : delivery.callback_url;
  shown["status"] = webhook::print(delivery.state);
  shown["created_at"] = print_rfc3339(delivery.created_at);
  shown["next_attempt_at"] = time_or_null(delivery.due_at);
  json::array attempts;
  for (const webhook::Attempt& attempt : delivery.attempts) {
    json::object row = {{"at", print_rfc3339(attempt.at)}};
    row["status"] = attempt.status == 0 ? json::value(nullptr) : json::value(attempt.status);
    row["ms"] = attempt.took_ms;
    row["error"] = text_or_null(attempt.problem);
    row["response"] = text_or_null(attempt.body);
    attempts.push_back(std::move(row));
  }
  shown["attempts"] = std::move(attempts);
  return shown;
}

http::Response answer_with(const json::object& tree) {
  http::Response response;
  response.set("Cache-Control", "private, no-store");
  response.body = json::print(tree);
  return response;
}

http::Response answer_with_secret(const webhook::Endpoint& endpoint, WallTime now) {
  json::object shown = print_endpoint(endpoint, now);
  shown["secret"] = endpoint.secret.reveal();
  return answer_with(shown);
}

std::string id_of(const Exchange& exchange) { return std::string(exchange.params.get("id")); }

// An empty body is an object without members.
Members members_of(const Exchange& exchange) {
  return Members(exchange.request.body.empty() ? std::string_view("{}") : std::string_view(exchange.request.body));
}

Result<std::optional<TaskId>> read_cursor(const http::Request& request) {
  const auto text = request.query_parameter("cursor");
  if (!text || text->empty()) return std::nullopt;
  const auto id = webhook::parse_message_id(*text);
  if (!id) return refuse_parameter("cursor", "the next_cursor of an earlier page");
  return id;
}

}  // namespace

Answer create_webhook(Exchange& exchange) {
  Members members = members_of(exchange);
  usecase::NewWebhook wanted;
  wanted.url = members.required_string("url");
  if (members.has("events")) wanted.events = members.strings("events");
  DR_CO_TRY(members.mistakes());
  Result<webhook::Endpoint> made =
      co_await exchange.services.webhooks.create(exchange.loop, exchange.caller->account, std::move(wanted));
  if (!made) co_return fail(std::move(made.error()));
  http::Response response = answer_with_secret(*made, exchange.services.clock.wall_now());
  add_warnings(members.unknown_names(), response);
  co_return response;
}

Answer list_webhooks(Exchange& exchange) {
  Result<std::vector<webhook::Endpoint>> listed =
      co_await exchange.services.webhooks.list(exchange.loop, exchange.caller->account);
  if (!listed) co_return fail(std::move(listed.error()));
  const WallTime now = exchange.services.clock.wall_now();
  json::array data;
  for (const webhook::Endpoint& endpoint : *listed) data.push_back(print_endpoint(endpoint, now));
  co_return answer_with({{"data", std::move(data)}});
}

Answer show_webhook(Exchange& exchange) {
  Result<webhook::Endpoint> found =
      co_await exchange.services.webhooks.get(exchange.loop, exchange.caller->account, id_of(exchange));
  if (!found) co_return fail(std::move(found.error()));
  co_return answer_with(print_endpoint(*found, exchange.services.clock.wall_now()));
}

Answer change_webhook(Exchange& exchange) {
  Members members = members_of(exchange);
  usecase::WebhookPatch patch;
  if (members.has("url")) patch.url = members.string("url");
  if (members.has("events")) patch.events = members.strings("events");
  if (members.has("enabled")) patch.enabled = members.flag("enabled");
  DR_CO_TRY(members.mistakes());
  Result<webhook::Endpoint> changed = co_await exchange.services.webhooks.change(
      exchange.loop, exchange.caller->account, id_of(exchange), std::move(patch));
  if (!changed) co_return fail(std::move(changed.error()));
  http::Response response = answer_with(print_endpoint(*changed, exchange.services.clock.wall_now()));
  add_warnings(members.unknown_names(), response);
  co_return response;
}

Answer remove_webhook(Exchange& exchange) {
  Status removed = co_await exchange.services.webhooks.remove(exchange.loop, exchange.caller->account, id_of(exchange));
  if (!removed) co_return fail(std::move(removed.error()));
  co_return answer_with({{"id", exchange.params.get("id")}, {"deleted", true}});
}

Answer rotate_webhook(Exchange& exchange) {
  Members members = members_of(exchange);
  const seconds overlap(members.integer("overlap_seconds").value_or(webhook::kSecretOverlap.count()));
  DR_CO_TRY(members.mistakes());
  Result<webhook::Endpoint> rotated =
      co_await exchange.services.webhooks.rotate(exchange.loop, exchange.caller->account, id_of(exchange), overlap);
  if (!rotated) co_return fail(std::move(rotated.error()));
  http::Response response = answer_with_secret(*rotated, exchange.services.clock.wall_now());
  add_warnings(members.unknown_names(), response);
  co_return response;
}

Answer list_webhook_deliveries(Exchange& exchange) {
  const Result<std::size_t> limit = read_limit(exchange.request, kDefaultDeliveries, usecase::kMostDeliveriesShown);
  if (!limit) co_return fail(limit.error());
  const Result<std::optional<TaskId>> before = read_cursor(exchange.request);
  if (!before) co_return fail(before.error());
  Result<usecase::DeliveryPage> page = co_await exchange.services.webhooks.list_deliveries(
      exchange.loop, exchange.caller->account, id_of(exchange), *before, *limit);
  if (!page) co_return fail(std::move(page.error()));
  json::array data;
  for (const webhook::Delivery& delivery : page->deliveries) data.push_back(print_delivery(delivery, page->url));
  json::object shown = {{"data", std::move(data)}};
  shown["next_cursor"] = nullptr;
  if (page->has_more) shown["next_cursor"] = webhook::print_message_id(page->deliveries.back().task);
  co_return answer_with(shown);
}

Answer resend_webhook_delivery(Exchange& exchange) {
  const std::optional<TaskId> task = webhook::parse_message_id(exchange.params.get("delivery"));
  if (!task) co_return fail(Code::webhook_not_found);
  usecase::ManageWebhooks& webhooks = exchange.services.webhooks;
  Result<webhook::Endpoint> endpoint = co_await webhooks.get(exchange.loop, exchange.caller->account, id_of(exchange));
  if (!endpoint) co_return fail(std::move(endpoint.error()));
  Result<webhook::Delivery> sent =
      co_await webhooks.resend(exchange.loop, exchange.caller->account, id_of(exchange), *task);
  if (!sent) co_return fail(std::move(sent.error()));
  co_return answer_with(print_delivery(*sent, endpoint->url));
}

}  // namespace darkroom::api
