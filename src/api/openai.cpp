#include "api/openai.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/error_map.h"
#include "api/generations.h"
#include "api/openai_answer.h"
#include "api/openai_repeats.h"
#include "api/submit_headers.h"
#include "base/json.h"

namespace darkroom::api {
namespace {

// SDKs count here how often they have sent the same request before.
bool is_retry(const http::Request& request) {
  const auto count = request.header("x-stainless-retry-count");
  return count && !count->empty() && std::ranges::all_of(*count, [](char c) { return c >= '0' && c <= '9'; }) &&
         count->find_first_not_of('0') != std::string_view::npos;
}

constexpr std::chrono::minutes kLateAnswer{15};  // for an SDK to ask again after a wait of any length

using Earlier = Result<std::optional<TaskId>>;

// The task that the same request has become before, if its answer may not have arrived.
Async<Earlier> find_earlier(Exchange& exchange, account::Digest request) {
  OpenAiRepeats& repeats = *exchange.services.openai_repeats;
  const bool says_so = is_retry(exchange.request);
  const std::optional<TaskId> known = repeats.find(request, says_so, exchange.loop.now());
  if (known || !says_so || repeats.knows(request)) co_return known;
  // The request may have come to this server before it was started anew.
  const seconds within = exchange.services.limits.openai_wait + kLateAnswer;
  Earlier stored = co_await exchange.services.submits.find_latest(exchange.loop, exchange.caller, request, within);
  if (stored && *stored) repeats.note(request, **stored, exchange.loop.now());
  co_return stored;
}

bool is_offered(const catalog::ModelSpec& model, const usecase::Caller& caller) {
  return model.endpoint == kImageEndpoint && caller.may_use(model.id);
}

json::object print_model(const catalog::ModelSpec& model) {
  return {{"id", model.id}, {"object", "model"}, {"created", 0}, {"owned_by", "darkroom"}};
}

}  // namespace

Answer submit_and_wait(Exchange& exchange, usecase::SubmitCommand command, PictureForm form, account::Digest request) {
  const Services& services = exchange.services;
  OpenAiRepeats& repeats = *services.openai_repeats;
  const SteadyTime deadline = exchange.loop.now() + services.limits.openai_wait;
  const std::optional<TaskId> uploads_of = command.uploads.empty() ? std::nullopt : command.id;
  Earlier earlier = std::nullopt;
  if (!command.repeat) earlier = co_await find_earlier(exchange, request);
  if (!earlier && uploads_of) services.uploads.forget(*uploads_of);
  if (!earlier) co_return fail(std::move(earlier.error()));
  usecase::Submitted submitted;
  if (*earlier) {
    submitted.id = **earlier;
    submitted.is_repeat = true;
  } else {
    command.trace = request;
    Result<usecase::Submitted> made = co_await services.submits.submit(exchange.loop, std::move(command));
    if (!made && uploads_of) services.uploads.forget(*uploads_of);
    if (!made) co_return fail(std::move(made.error()));
    submitted = std::move(*made);
    repeats.note(request, submitted.id, exchange.loop.now());
  }
  if (uploads_of && submitted.id != *uploads_of) services.uploads.forget(*uploads_of);

  const Result<usecase::TaskViewRef> view = co_await exchange.services.tasks.get_ended(
      exchange.loop, submitted.id, exchange.caller->account, deadline, exchange.request.request_id);
  const bool ended = view && task::is_ended((*view)->state);
  // Who has hung up has been told nothing, and may say so when it comes back.
  if (!services.tasks.has_left(exchange.request.request_id)) {
    repeats.note_answer(request, submitted.id, !ended, exchange.loop.now());
  }
  Result<http::Response> answer = fail(Code::unavailable);
  if (view) answer = openai_answer(**view, form, services.media);
  if (!answer) answer = error_response(answer.error(), exchange.request.request_id, {}, Dialect::openai);
  answer->set("Darkroom-Task", submitted.id.text());
  answer->set("x-should-retry", "false");
  add_submit_fields(submitted, *answer);
  co_return answer;
}

Answer create_openai_image(Exchange& exchange) {
  const http::Request& request = exchange.request;
  const Result<SubmitHeaders> headers = read_submit_headers(request.headers);
  if (!headers) co_return fail(headers.error());
  Result<json::object> body = parse_submit_body(request);
  if (!body) co_return fail(std::move(body.error()));
  Result<OpenAiRequest> wanted = read_openai_request(std::move(*body), exchange.services.catalog);
  if (!wanted) co_return fail(std::move(wanted.error()));
  usecase::SubmitCommand command;
  command.caller = exchange.caller;
  command.request_id = exchange.request.request_id;
  command.endpoint = kImageEndpoint;
  command.body = std::move(wanted->body);
  command.repeat = find_repeat(*headers, request.path, request.body);
  command.cancel_after = headers->cancel_after;
  const account::Digest digest = account::sha256({exchange.caller->key.text(), "\n", request.path, "\n", request.body});
  Answer answer = submit_and_wait(exchange, std::move(command), wanted->form, digest);
  Result<http::Response> response = co_await answer;
  co_return response;
}

Answer list_openai_models(Exchange& exchange) {
  json::array data;
  for (const catalog::ModelSpec& model : exchange.services.catalog.models()) {
    if (is_offered(model, *exchange.caller)) data.push_back(print_model(model));
  }
  http::Response response;
  response.body = json::print(json::object{{"object", "list"}, {"data", std::move(data)}});
  co_return response;
}

Answer show_openai_model(Exchange& exchange) {
  const catalog::ModelSpec* model = exchange.services.catalog.find(exchange.params.get("id"));
  if (model == nullptr || !is_offered(*model, *exchange.caller)) {
    // Here the model is the resource and not a parameter, hence 404.
    co_return error_response(make_error(Code::unknown_model), exchange.request.request_id, 404, Dialect::openai);
  }
  http::Response response;
  response.body = json::print(print_model(*model));
  co_return response;
}

}  // namespace darkroom::api
