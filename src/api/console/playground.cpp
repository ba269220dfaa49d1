#include "api/console/playground.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "api/console/task_query.h"
#include "api/edit_request.h"
#include "api/generations.h"
#include "api/limit_policy.h"
#include "api/openai.h"
#include "api/submit_headers.h"
#include "api/uploads.h"
#include "base/log.h"
#include "base/time_text.h"
#include "net/body_stream.h"

namespace darkroom::api::console {
namespace {

constexpr std::string_view kRequestPart = "request";
constexpr std::size_t kMostJsonBytes = 1 << 20;

// What is to be submitted, with the pictures that came along.
struct Wanted {
  json::object body;
  UploadedForm form;
};

bool is_form(const http::Request& request) {
  return request.header("content-type").value_or("").find("multipart/form-data") != std::string_view::npos;
}

// As the chain of the API counts a submit: for the account, and for the key if that has a limit of its own.
Status count_submit(const Visit& visit, const usecase::Caller& caller) {
  const SteadyTime now = visit.services.api.clock.steady_now();
  account::Decision decision = caller.state->submits.take(visit.services.api.limits.submits, now);
  if (decision.allowed && caller.key_rate.micros_per_event != 0) {
    decision = caller.key_state->requests.take(caller.key_rate, now);
    if (!decision.allowed) caller.state->submits.give_back(visit.services.api.limits.submits);
  }
  if (decision.allowed) return {};
  Error refused = make_error(Code::rate_limited);
  refused.retry_after_seconds = static_cast<int>(std::max<std::int64_t>(whole_seconds(decision.retry_after_micros), 1));
  return fail(std::move(refused));
}

Async<Result<std::string>> read_text(Visit& visit) {
  net::BodyStream* stream = visit.request.body_stream;
  if (stream == nullptr) co_return visit.request.body;
  std::string text;
  while (true) {
    const Result<std::string_view> piece = co_await stream->next();
    if (!piece) co_return fail(piece.error());
    if (piece->empty()) co_return text;
    if (text.size() + piece->size() > kMostJsonBytes) co_return fail(Code::body_too_large);
    text += *piece;
  }
}

Result<json::object> parse_part(const UploadedForm& form) {
  const auto part = std::ranges::find(form.texts, kRequestPart, &EditForm::Text::name);
  if (part == form.texts.end()) {
    return fail(Code::missing_parameter, "Missing required part: request", std::string(kRequestPart));
  }
  return json::parse_object(part->value);
}

Async<Result<Wanted>> read_wanted(Visit& visit) {
  const Services& services = visit.services.api;
  Wanted wanted;
  if (!is_form(visit.request)) {
    const Result<std::string> text = co_await read_text(visit);
    if (!text) co_return fail(text.error());
    Result<json::object> body = json::parse_object(*text);
    if (!body) co_return fail(std::move(body.error()));
    wanted.body = std::move(*body);
    co_return wanted;
  }
  if (!services.uploads.run) co_return fail(Code::unavailable);
  Result<UploadedForm> form = co_await read_upload(visit.loop, services, visit.request);
  if (!form) co_return fail(std::move(form.error()));
  wanted.form = std::move(*form);
  Result<json::object> body = parse_part(wanted.form);
  if (!body) co_return fail(std::move(body.error()));
  wanted.body = std::move(*body);
  DR_CO_TRY(add_upload_links(wanted.body, wanted.form.images, wanted.form.has_mask(), services.catalog));
  co_return wanted;
}

// A model is offered by one path only, and the playground is not asked which.
std::string_view endpoint_of(const json::object& body, const catalog::Catalog& catalog) {
  const catalog::ModelSpec* model = catalog.find(json::get_string(body, "model"));
  return model == nullptr ? kImageEndpoint : std::string_view(model->endpoint);
}

Answer answer_quote(Visit& visit, usecase::SubmitCommand command) {
  const Result<usecase::Quoted> quoted = co_await visit.services.api.submits.quote(visit.loop, std::move(command));
  if (!quoted) co_return fail(quoted.error());
  http::Response response;
  response.body = json::print(describe_quoted(*quoted));
  usecase::Submitted nothing_yet;
  nothing_yet.ignored = quoted->ignored;
  add_submit_fields(nothing_yet, response);
  co_return response;
}

http::Response answer_submitted(const usecase::Submitted& submitted) {
  http::Response response = answer_with({{"id", submitted.id.text()},
                                         {"model", submitted.model},
                                         {"status", "processing"},
                                         {"created_at", print_rfc3339(submitted.created_at)}});
  add_submit_fields(submitted, response);
  return response;
}

Answer submit(Visit& visit, usecase::SubmitCommand command, Wanted wanted) {
  const Services& services = visit.services.api;
  const Result<SubmitHeaders> headers = read_submit_headers(visit.request.headers);
  if (!headers) co_return fail(headers.error());
  std::string content = json::print(command.body);
  const json::object body = command.body;
  if (Status fine = services.submits.check_alone(command); !fine) {
    co_return fail(in_words_of_form(std::move(fine.error()), body, services.catalog));
  }
  if (!wanted.form.pictures.empty()) {
    Status kept = co_await keep_uploads(visit.loop, services, std::move(wanted.form.pictures), &command, &content);
    if (!kept) co_return fail(std::move(kept.error()));
  }
  const std::optional<TaskId> id = command.id;
  command.repeat = find_repeat(*headers, visit.request.path, content);
  command.cancel_after = headers->cancel_after;
  Result<usecase::Submitted> submitted = co_await services.submits.submit(visit.loop, std::move(command));
  const bool uploads_are_used = submitted && id && submitted->id == *id;
  if (id && !uploads_are_used) services.uploads.forget(*id);
  if (!submitted) co_return fail(in_words_of_form(std::move(submitted.error()), body, services.catalog));
  const Status noted = co_await note(visit, visit.deed("playground.submit", submitted->id.text()));
  // The task is accepted, whatever became of the note.
  if (!noted) log::warn("deed_not_noted", {{"request_id", visit.request.request_id}, {"error", noted.error().message}});
  co_return answer_submitted(*submitted);
}

}  // namespace

Answer submit_playground(Visit& visit) {
  const Services& services = visit.services.api;
  const Result<std::optional<ledger::Book>> book = read_book(visit.request);
  if (!book) co_return fail(book.error());
  const Result<usecase::CallerRef> caller =
      co_await services.accounts.get_console_caller(visit.loop, visit.account(), book->value_or(ledger::Book::test));
  if (!caller) co_return fail(caller.error());
  DR_CO_TRY(count_submit(visit, **caller));
  std::optional<UploadTurn> turn;
  if (is_form(visit.request)) {
    turn.emplace(*(*caller)->state);
    DR_CO_TRY(turn->granted());
  }
  Result<Wanted> wanted = co_await read_wanted(visit);
  if (!wanted) co_return fail(std::move(wanted.error()));
  usecase::SubmitCommand command;
  command.caller = *caller;
  command.request_id = visit.request.request_id;
  command.endpoint = endpoint_of(wanted->body, services.catalog);
  command.body = std::move(wanted->body);
  for (std::size_t i = 0; i < wanted->form.pictures.size(); ++i) command.uploads.push_back({upload_link(i), {}});
  const Result<bool> dry_run = read_dry_run(command.body);
  if (!dry_run) co_return fail(dry_run.error());
  if (*dry_run) co_return co_await answer_quote(visit, std::move(command));
  if (!command.uploads.empty()) command.id = services.submits.make_id();
  co_return co_await submit(visit, std::move(command), std::move(*wanted));
}

}  // namespace darkroom::api::console
