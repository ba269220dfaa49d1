#include "api/tasks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/time_text.h"

namespace darkroom::api {
namespace {

// How long to wait before the next poll, after the contract's advice (2 to 3 s, then 5 s, at most 15 s).
int poll_again_seconds(seconds age) {
  if (age < seconds(60)) return 2;
  return age < seconds(300) ? 5 : 15;
}

// Our tags contain no commas, so finding one in the list is comparing with each of its members.
bool is_current(std::optional<std::string_view> if_none_match, std::string_view etag) {
  if (!if_none_match) return false;
  return *if_none_match == "*" || if_none_match->find(etag) != std::string_view::npos;
}

http::Response poll_response(const Exchange& exchange, usecase::TaskViewRef view) {
  http::Response response;
  response.headers.reserve(256);
  response.set("ETag", view->etag);
  response.set("Cache-Control", "private, no-cache");
  if (!task::is_ended(view->state)) {
    const WallTime now = exchange.services.clock.wall_now();
    const auto age = std::chrono::duration_cast<seconds>(now - view->created_at);
    response.set("Retry-After", fmt::format_int(poll_again_seconds(age)).c_str());
  }
  if (is_current(exchange.request.header("if-none-match"), view->etag)) {
    response.status = 304;
    response.content_type = {};
    return response;
  }
  const std::string* body = &view->body;
  response.body = std::shared_ptr<const std::string>(std::move(view), body);
  return response;
}

constexpr auto kPublicNumbers = std::to_array<std::string_view>(
    {"attempt", "bytes", "call", "captured_microcredits", "count", "hold_microcredits", "next_try_in_ms", "outputs"});
constexpr auto kPublicWords = std::to_array<std::string_view>({"error", "outcome"});

bool is_word(const json::value& value) {
  if (!value.is_string()) return false;
  return std::ranges::all_of(value.get_string(), [](char c) { return c == '_' || (c >= 'a' && c <= 'z'); });
}

}  // namespace

Answer show_task(Exchange& exchange) {
  const std::optional<TaskId> id = TaskId::parse(exchange.params.get("id"));
  if (!id) co_return fail(Code::task_not_found);
  usecase::ReadTask& tasks = exchange.services.tasks;
  usecase::TaskViewRef view = tasks.find_cached(*id, exchange.caller->account);
  if (!view) {
    Result<usecase::TaskViewRef> read = co_await tasks.get(exchange.loop, *id, exchange.caller->account);
    if (!read) co_return fail(std::move(read.error()));
    view = std::move(*read);
  }
  co_return poll_response(exchange, std::move(view));
}

json::object public_event(const task::Event& event) {
  json::object shown = {{"number", event.number}, {"at", print_rfc3339(event.at)}, {"type", event.type}};
  const Result<json::object> data = json::parse_object(event.data);
  if (!data) return shown;
  for (const std::string_view name : kPublicNumbers) {
    const json::value* value = json::find(*data, name);
    if (value != nullptr && value->is_number()) shown[name] = *value;
  }
  for (const std::string_view name : kPublicWords) {
    const json::value* value = json::find(*data, name);
    if (value != nullptr && is_word(*value)) shown[name] = *value;
  }
  return shown;
}

Answer list_task_events(Exchange& exchange) {
  const std::optional<TaskId> id = TaskId::parse(exchange.params.get("id"));
  if (!id) co_return fail(Code::task_not_found);
  Result<std::vector<task::Event>> events =
      co_await exchange.services.tasks.get_events(exchange.loop, *id, exchange.caller->account);
  if (!events) co_return fail(std::move(events.error()));
  json::array data;
  for (const task::Event& event : *events) data.push_back(public_event(event));
  http::Response response;
  response.body = json::print(json::object{{"data", std::move(data)}});
  co_return response;
}

}  // namespace darkroom::api
