#include "api/generations.h"

#include <string>
#include <utility>

#include "api/submit_headers.h"
#include "api/tasks.h"
#include "api/warnings.h"
#include "base/json_pen.h"

namespace darkroom::api {
namespace {

constexpr std::int64_t kMillisecondsPerSecond = 1000;
constexpr std::string_view kVideoEndpoint = "/api/v1/videos/generations";
constexpr std::string_view kSourceTask = "source_task_id";

Answer refuse(Error error) { co_return fail(std::move(error)); }

std::string print_submitted(const usecase::Submitted& submitted) {
  Pen pen;
  json::ObjectPen object(pen);
  object.plain("id", submitted.id);
  object.text("model", submitted.model);
  object.text("status", "processing");
  object.number("created_at", to_unix_seconds(submitted.created_at));
  object.end();
  return pen.take();
}

Answer answer_quote(Exchange& exchange, usecase::SubmitCommand command) {
  Result<usecase::Quoted> quoted = co_await exchange.services.submits.quote(exchange.loop, std::move(command));
  if (!quoted) co_return fail(std::move(quoted.error()));
  http::Response response;
  response.body = json::print(describe_quoted(*quoted));
  add_warnings(quoted->ignored, response);
  co_return response;
}

// The answer to `Prefer: wait`: that to a poll. The preference was applied unless there was no place to wait in.
http::Response waited_response(const Exchange& exchange, usecase::TaskViewRef view, seconds wait, SteadyTime deadline) {
  const bool applied = task::is_ended(view->state) || exchange.loop.now() >= deadline;
  http::Response response = task_response(exchange, std::move(view));
  if (applied) response.set("Preference-Applied", fmt::format("wait={}", wait.count()));
  return response;
}

// `endpoint`: the model's, whatever the request's own path is.
Answer submit_body(Exchange& exchange, SubmitHeaders headers, json::object body, std::string endpoint) {
  usecase::SubmitCommand command;
  command.caller = exchange.caller;
  command.request_id = exchange.request.request_id;
  command.endpoint = std::move(endpoint);
  command.body = std::move(body);
  Result<bool> dry_run = read_dry_run(command.body);
  if (!dry_run) co_return fail(std::move(dry_run.error()));
  if (*dry_run) co_return co_await answer_quote(exchange, std::move(command));
  command.repeat = find_repeat(headers, exchange.request.path, exchange.request.body);
  command.cancel_after = headers.cancel_after;
  Result<usecase::Submitted> submitted = co_await exchange.services.submits.submit(exchange.loop, std::move(command));
  if (!submitted) co_return fail(std::move(submitted.error()));
  http::Response response;
  response.body = print_submitted(*submitted);
  const usecase::TaskViewRef fresh = exchange.services.tasks.find_cached(submitted->id, exchange.caller->account);
  if (fresh) add_retry_after(exchange, *fresh, response);
  if (headers.wait.count() > 0) {
    const SteadyTime deadline = exchange.loop.now() + headers.wait;
    Result<usecase::TaskViewRef> view = co_await exchange.services.tasks.get_ended(
        exchange.loop, submitted->id, exchange.caller->account, deadline, exchange.request.request_id);
    // The task is accepted whatever became of the wait.
    if (view) response = waited_response(exchange, std::move(*view), headers.wait, deadline);
  }
  add_submit_fields(*submitted, response);
  co_return response;
}

}  // namespace

// {"model", "mode", "quote": {"credits", "microcredits", "unit", "unit_credits", "count", "billed_seconds"}}: the whole
// price first; billed_seconds of one output, where the price goes by time.
json::object describe_quoted(const usecase::Quoted& quoted) {
  const catalog::Quote& quote = quoted.quote;
  json::object price = {{"credits", quote.total.text()},
                        {"microcredits", quote.total.count()},
                        {"unit", quoted.unit},
                        {"unit_credits", quote.rate.text()},
                        {"count", quote.outputs}};
  if (quote.billed_milliseconds > 0) {
    const std::int64_t whole = quote.billed_milliseconds / kMillisecondsPerSecond;
    const bool is_whole = quote.billed_milliseconds % kMillisecondsPerSecond == 0;
    price["billed_seconds"] =
        is_whole ? json::value(whole)
                 : json::value(static_cast<double>(quote.billed_milliseconds) / kMillisecondsPerSecond);
  }
  return {{"model", quoted.model}, {"mode", quoted.mode}, {"quote", std::move(price)}};
}

Result<bool> read_dry_run(const json::object& body) {
  const json::value* wish = json::find(body, "dry_run");
  if (wish == nullptr || wish->is_null()) return false;
  if (wish->is_bool()) return wish->get_bool();
  return fail(Code::invalid_parameter, "dry_run must be true or false", "dry_run");
}

Result<json::object> parse_submit_body(const http::Request& request) {
  const auto encoding = request.header("content-encoding");
  if (encoding && !http::equals_ignoring_case(*encoding, "identity")) return fail(Code::unsupported_media_type);
  json::Limits limits;
  limits.bytes = request.body.size();  // the server has bounded it
  return json::parse_object(request.body, limits);
}

void add_submit_fields(const usecase::Submitted& submitted, http::Response& response) {
  if (submitted.is_repeat) response.set("Idempotent-Replayed", "true");
  add_warnings(submitted.ignored, response);
}

// Not a coroutine itself, so that a submit costs no frame beyond what it needs.
Answer submit_generation(Exchange& exchange) {
  Result<SubmitHeaders> headers = read_submit_headers(exchange.request.headers);
  if (!headers) return refuse(std::move(headers.error()));
  Result<json::object> body = parse_submit_body(exchange.request);
  if (!body) return refuse(std::move(body.error()));
  return submit_body(exchange, std::move(*headers), std::move(*body), exchange.request.path);
}

Answer submit_remix(Exchange& exchange) {
  Result<SubmitHeaders> headers = read_submit_headers(exchange.request.headers);
  if (!headers) co_return fail(std::move(headers.error()));
  Result<json::object> body = parse_submit_body(exchange.request);
  if (!body) co_return fail(std::move(body.error()));
  const std::optional<TaskId> id = TaskId::parse(exchange.params.get("id"));
  if (!id) co_return fail(Code::task_not_found);
  const json::value* named = json::find(*body, kSourceTask);
  if (named != nullptr && !named->is_null() && *named != json::value(id->text())) {
    co_return fail(Code::invalid_parameter, "source_task_id is that of the path and must not differ",
                   std::string(kSourceTask));
  }
  Result<usecase::TaskViewRef> source =
      co_await exchange.services.tasks.get(exchange.loop, *id, exchange.caller->account);
  if (!source) co_return fail(std::move(source.error()));
  if (const json::value* model = json::find(*body, "model"); model == nullptr || model->is_null()) {
    const Result<json::object> shown = json::parse_object((*source)->body);
    if (!shown) co_return fail(shown.error());
    (*body)["model"] = json::get_string(*shown, "model");
  }
  (*body)[kSourceTask] = id->text();
  Answer answer = submit_body(exchange, std::move(*headers), std::move(*body), std::string(kVideoEndpoint));
  Result<http::Response> response = co_await answer;
  co_return response;
}

}  // namespace darkroom::api
