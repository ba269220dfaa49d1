#include "api/console/webhooks.h"

#include <algorithm>
#include <utility>

#include "api/console/screens.h"
#include "api/members.h"
#include "api/nullable.h"
#include "api/query.h"
#include "base/time_text.h"

namespace darkroom::api::console {
namespace {

json::object print_endpoint(const webhook::Endpoint& endpoint) {
  json::object shown = {{"id", webhook_name(endpoint.account, endpoint.id)},
                        {"enabled", !endpoint.disabled_at},
                        {"is_default", endpoint.is_default()},
                        {"created_at", print_rfc3339(endpoint.created_at)},
                        {"failing", endpoint.failing_since.has_value()},
                        {"pending_deliveries", endpoint.pending}};
  shown["url"] = endpoint.url;
  json::array& events = shown["events"].emplace_array();
  for (const webhook::EventType type : webhook::kEventTypes) {
    if (endpoint.events.contains(type)) events.emplace_back(webhook::print(type));
  }
  shown["disabled_reason"] = text_or_null(webhook::print(endpoint.disabled_by));
  shown["failing_since"] = time_or_null(endpoint.failing_since);
  return shown;
}

json::object print_with_secret(const webhook::Endpoint& endpoint) {
  json::object shown = print_endpoint(endpoint);
  shown["secret"] = endpoint.secret.reveal();
  return shown;
}

std::string id_of(const Visit& visit) { return std::string(visit.params.get("id")); }

Members members_of(const Visit& visit) {
  return Members(visit.request.body.empty() ? std::string_view("{}") : std::string_view(visit.request.body));
}

// When the endpoint was last sent anything; one look at its newest delivery.
Async<Result<std::optional<WallTime>>> find_last_delivery(Visit& visit, const webhook::Endpoint& endpoint) {
  store::DeliveryFilter filter{endpoint.account, endpoint.id};
  filter.limit = 1;
  using Listed = Result<std::vector<webhook::Delivery>>;
  const Listed listed = co_await await_on<Listed>(
      visit.loop, [&](Done<Listed> done) { visit.services.store.list_deliveries(filter, std::move(done)); });
  if (!listed) co_return fail(listed.error());
  if (listed->empty() || listed->front().attempts.empty()) co_return std::nullopt;
  co_return listed->front().attempts.back().at;
}

Async<Result<json::object>> print_whole(Visit& visit, webhook::Endpoint endpoint) {
  const Result<std::optional<WallTime>> last = co_await find_last_delivery(visit, endpoint);
  if (!last) co_return fail(last.error());
  json::object shown = print_endpoint(endpoint);
  shown["last_delivery_at"] = time_or_null(*last);
  co_return shown;
}

Async<Result<webhook::Endpoint>> get_endpoint(Visit& visit, std::string id) {
  Result<webhook::Endpoint> found =
      co_await visit.services.api.webhooks.get(visit.loop, visit.account().id, std::move(id));
  if (!found && found.error().code == Code::webhook_not_found) co_return fail(Code::object_not_found);
  co_return found;
}

}  // namespace

Answer list_webhooks(Visit& visit) {
  using Listed = Result<std::vector<webhook::Endpoint>>;
  const AccountId account = visit.account().id;
  Listed listed = co_await await_on<Listed>(
      visit.loop, [&](Done<Listed> done) { visit.services.store.list_webhooks(account, std::move(done)); });
  if (!listed) co_return fail(std::move(listed.error()));
  json::array data;
  for (webhook::Endpoint& endpoint : *listed) {
    Result<json::object> shown = co_await print_whole(visit, std::move(endpoint));
    if (!shown) co_return fail(std::move(shown.error()));
    data.push_back(std::move(*shown));
  }
  co_return answer_page(std::move(data));
}

Answer create_webhook(Visit& visit) {
  Members members = members_of(visit);
  usecase::NewWebhook wanted;
  wanted.url = members.required_string("url");
  if (members.has("events")) wanted.events = members.strings("events");
  DR_CO_TRY(members.status());
  const Result<webhook::Endpoint> made =
      co_await visit.services.api.webhooks.create(visit.loop, visit.account().id, std::move(wanted));
  if (!made) co_return fail(made.error());
  Status noted = co_await note(visit, visit.deed("webhook.create", made->id.text(), nullptr, print_endpoint(*made)));
  if (!noted) co_return fail(std::move(noted.error()));
  co_return answer_with(print_with_secret(*made));
}

Answer show_webhook(Visit& visit) {
  Result<webhook::Endpoint> found = co_await get_endpoint(visit, id_of(visit));
  if (!found) co_return fail(std::move(found.error()));
  Result<json::object> shown = co_await print_whole(visit, std::move(*found));
  if (!shown) co_return fail(std::move(shown.error()));
  co_return answer_with(*shown);
}

Answer change_webhook(Visit& visit) {
  Members members = members_of(visit);
  usecase::WebhookPatch patch;
  if (members.has("url")) patch.url = members.string("url");
  if (members.has("events")) patch.events = members.strings("events");
  if (members.has("enabled")) patch.enabled = members.flag("enabled");
  DR_CO_TRY(members.status());
  const Result<webhook::Endpoint> before = co_await get_endpoint(visit, id_of(visit));
  if (!before) co_return fail(before.error());
  const Result<webhook::Endpoint> after =
      co_await visit.services.api.webhooks.change(visit.loop, visit.account().id, id_of(visit), std::move(patch));
  if (!after) co_return fail(after.error());
  Status noted =
      co_await note(visit, visit.deed("webhook.change", id_of(visit), print_endpoint(*before), print_endpoint(*after)));
  if (!noted) co_return fail(std::move(noted.error()));
  co_return answer_with(print_endpoint(*after));
}

Answer remove_webhook(Visit& visit) {
  const Result<webhook::Endpoint> before = co_await get_endpoint(visit, id_of(visit));
  if (!before) co_return fail(before.error());
  Status removed = co_await visit.services.api.webhooks.remove(visit.loop, visit.account().id, id_of(visit));
  if (!removed) co_return fail(std::move(removed.error()));
  Status noted = co_await note(visit, visit.deed("webhook.remove", id_of(visit), print_endpoint(*before)));
  if (!noted) co_return fail(std::move(noted.error()));
  co_return answer_with({});
}

Answer rotate_webhook(Visit& visit) {
  Members members = members_of(visit);
  const seconds overlap(members.integer("overlap_seconds").value_or(webhook::kSecretOverlap.count()));
  DR_CO_TRY(members.status());
  const Result<webhook::Endpoint> rotated =
      co_await visit.services.api.webhooks.rotate(visit.loop, visit.account().id, id_of(visit), overlap);
  if (!rotated && rotated.error().code == Code::webhook_not_found) co_return fail(Code::object_not_found);
  if (!rotated) co_return fail(rotated.error());
  const json::object after = {{"overlap_seconds", overlap.count()}};
  Status noted = co_await note(visit, visit.deed("webhook.rotate", id_of(visit), nullptr, after));
  if (!noted) co_return fail(std::move(noted.error()));
  co_return answer_with(print_with_secret(*rotated));
}

Answer test_webhook(Visit& visit) {
  const Screens& screens = visit.services.screens;
  const Result<webhook::Endpoint> endpoint = co_await get_endpoint(visit, id_of(visit));
  if (!endpoint) co_return fail(endpoint.error());
  if (endpoint->is_default()) co_return fail(Code::conflict, "The default webhook has no URL to send a test to");
  if (!screens.send_test) co_return fail(Code::unavailable);
  const WallTime at = visit.now();
  const SteadyTime began = visit.loop.now();
  const webhook::Answer answer = co_await await_on<webhook::Answer>(
      visit.loop, [&](Done<webhook::Answer> done) { screens.send_test(*endpoint, std::move(done)); });
  const auto took = std::chrono::duration_cast<milliseconds>(visit.loop.now() - began);
  Status noted = co_await note(visit, visit.deed("webhook.test", id_of(visit)));
  if (!noted) co_return fail(std::move(noted.error()));
  json::object shown = {{"at", print_rfc3339(at)}, {"seconds", static_cast<double>(took.count()) / 1000}};
  shown["status"] = answer.status == 0 ? json::value(nullptr) : json::value(answer.status);
  shown["error"] = text_or_null(answer.problem);
  shown["response"] = text_or_null(answer.body);
  co_return answer_with(shown);
}

Answer list_deliveries(Visit& visit) {
  const Result<std::size_t> limit = page_limit(visit);
  if (!limit) co_return fail(limit.error());
  std::optional<TaskId> before;
  if (const auto text = visit.request.query_parameter("cursor"); text && !text->empty()) {
    before = webhook::parse_message_id(*text);
    if (!before) co_return refuse_parameter("cursor", "the next_cursor of an earlier page");
  }
  const Result<usecase::DeliveryPage> page = co_await visit.services.api.webhooks.list_deliveries(
      visit.loop, visit.account().id, id_of(visit), before, *limit);
  if (!page && page.error().code == Code::webhook_not_found) co_return fail(Code::object_not_found);
  if (!page) co_return fail(page.error());
  Result<webhook::Endpoint> endpoint = co_await get_endpoint(visit, id_of(visit));
  if (!endpoint) co_return fail(std::move(endpoint.error()));
  json::object shown;
  Result<json::object> printed = co_await print_whole(visit, std::move(*endpoint));
  if (!printed) co_return fail(std::move(printed.error()));
  shown["webhook"] = std::move(*printed);
  json::array& data = shown["data"].emplace_array();
  for (const webhook::Delivery& delivery : page->deliveries) data.push_back(print_delivery(delivery, page->url));
  const bool has_more = page->has_more && !page->deliveries.empty();
  shown["next_cursor"] =
      has_more ? json::value(webhook::print_message_id(page->deliveries.back().task)) : json::value(nullptr);
  co_return answer_with(shown);
}

Answer resend_webhook_delivery(Visit& visit) {
  const std::optional<DeliveryName> name = parse_delivery_id(visit.params.get("delivery"));
  const bool is_its = name && webhook_name(visit.account().id, name->webhook) == visit.params.get("id");
  if (!is_its) co_return fail(Code::object_not_found);
  co_return co_await resend_delivery(visit, *name);
}

Answer resend_delivery(Visit& visit, DeliveryName name) {
  const std::string id = webhook_name(visit.account().id, name.webhook);
  const Result<webhook::Endpoint> endpoint = co_await get_endpoint(visit, id);
  if (!endpoint) co_return fail(endpoint.error());
  const Result<webhook::Delivery> sent =
      co_await visit.services.api.webhooks.resend(visit.loop, visit.account().id, id, name.task);
  if (!sent && sent.error().code == Code::webhook_not_found) co_return fail(Code::object_not_found);
  if (!sent) co_return fail(sent.error());
  Status noted = co_await note(visit, visit.deed("delivery.resend", delivery_id(*sent)));
  if (!noted) co_return fail(std::move(noted.error()));
  co_return answer_with(print_delivery(*sent, endpoint->url));
}

}  // namespace darkroom::api::console
