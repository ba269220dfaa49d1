#include "api/tasks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "api/event_stream.h"
#include "api/waiting.h"
#include "base/time_text.h"

namespace darkroom::api {
namespace {

// Our tags contain no commas, so finding one in the list is comparing with each of its members.
bool is_current(std::optional<std::string_view> if_none_match, std::string_view etag) {
  if (!if_none_match) return false;
  return *if_none_match == "*" || if_none_match->find(etag) != std::string_view::npos;
}

// The answer to a poll, or that the client has it already.
http::Response poll_response(const Exchange& exchange, usecase::TaskViewRef view) {
  const bool is_known = is_current(exchange.request.header("if-none-match"), view->etag);
  http::Response response = task_response(exchange, std::move(view));
  if (!is_known) return response;
  response.status = 304;
  response.content_type = {};
  response.body = {};
  return response;
}

// With a query, such as ?wait=30.
Answer show_task_later(Exchange& exchange, TaskId id) {
  const std::optional<std::string> text = exchange.request.query_parameter("wait");
  const std::optional<seconds> wait = text ? parse_wait(*text) : seconds(0);
  if (!wait) {
    co_return fail(Code::invalid_parameter,
                   fmt::format("wait must be a whole number of seconds, at most {}", kLongestWait.count()), "wait");
  }
  usecase::ReadTask& tasks = exchange.services.tasks;
  const AccountId account = exchange.caller->account;
  Result<usecase::TaskViewRef> view = co_await tasks.get(exchange.loop, id, account);
  // Whoever knows another state than this one need not wait for a change.
  const auto known = exchange.request.header("if-none-match");
  const bool is_news = view && known && !is_current(known, (*view)->etag);
  if (view && !is_news && !task::is_ended((*view)->state) && wait->count() > 0) {
    view =
        co_await tasks.get_ended(exchange.loop, id, account, exchange.loop.now() + *wait, exchange.request.request_id);
  }
  if (!view) co_return fail(std::move(view.error()));
  co_return poll_response(exchange, std::move(*view));
}

Answer show_task_now(Exchange& exchange, TaskId id) {
  usecase::ReadTask& tasks = exchange.services.tasks;
  usecase::TaskViewRef view = tasks.find_cached(id, exchange.caller->account);
  if (!view) {
    Result<usecase::TaskViewRef> read = co_await tasks.get(exchange.loop, id, exchange.caller->account);
    if (!read) co_return fail(std::move(read.error()));
    view = std::move(*read);
  }
  co_return poll_response(exchange, std::move(view));
}

Answer not_found() { co_return fail(Code::task_not_found); }

constexpr auto kPublicNumbers = std::to_array<std::string_view>(
    {"attempt", "bytes", "call", "captured_microcredits", "count", "hold_microcredits", "next_try_in_ms", "outputs"});
constexpr auto kPublicWords = std::to_array<std::string_view>({"error", "outcome"});

bool is_word(const json::value& value) {
  if (!value.is_string()) return false;
  return std::ranges::all_of(value.get_string(), [](char c) { return c == '_' || (c >= 'a' && c <= 'z'); });
}

}  // namespace

// Not a coroutine itself, so that a plain poll costs no frame beyond its own.
Answer show_task(Exchange& exchange) {
  const std::optional<TaskId> id = TaskId::parse(exchange.params.get("id"));
  if (!id) return not_found();
  return exchange.request.query.empty() ? show_task_now(exchange, *id) : show_task_later(exchange, *id);
}

http::Response task_response(const Exchange& exchange, usecase::TaskViewRef view) {
  http::Response response;
  response.headers.reserve(256);
  response.set("ETag", view->etag);
  response.set("Cache-Control", "private, no-cache");
  add_retry_after(exchange, *view, response);
  const std::string* body = &view->body;
  response.body = std::shared_ptr<const std::string>(std::move(view), body);
  return response;
}

void add_retry_after(const Exchange& exchange, const usecase::TaskView& view, http::Response& response) {
  if (task::is_ended(view.state)) return;
  const int pause = poll_again_seconds(view, exchange.services.clock.wall_now());
  response.set("Retry-After", fmt::format_int(pause).c_str());
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

namespace {

Answer list_events_now(Exchange& exchange) {
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

}  // namespace

Answer list_task_events(Exchange& exchange) {
  const std::string_view accepted = exchange.request.header("accept").value_or("");
  const bool streams = accepted.find("text/event-stream") != std::string_view::npos;
  return streams ? stream_task_events(exchange) : list_events_now(exchange);
}

Answer cancel_task(Exchange& exchange) {
  const std::optional<TaskId> id = TaskId::parse(exchange.params.get("id"));
  if (!id) co_return fail(Code::task_not_found);
  const Result<usecase::CancelledTask> cancelled =
      co_await exchange.services.cancels.cancel(exchange.loop, *id, exchange.caller->account);
  if (!cancelled) co_return fail(cancelled.error());
  std::string body = cancelled->view->body;
  body.pop_back();  // the closing brace
  body += fmt::format(",\"charged_microcredits\":{}}}", cancelled->charged.count());
  http::Response response;
  response.body = std::move(body);
  co_return response;
}

}  // namespace darkroom::api
