#include "api/openai_edits.h"

#include <optional>
#include <string>
#include <utility>

#include "api/edit_request.h"
#include "api/openai.h"
#include "api/submit_headers.h"
#include "api/uploads.h"

namespace darkroom::api {

Answer edit_openai_image(Exchange& exchange) {
  const http::Request& request = exchange.request;
  const Services& services = exchange.services;
  if (!services.uploads.run) co_return fail(Code::unavailable);
  const Result<SubmitHeaders> headers = read_submit_headers(request.headers);
  if (!headers) co_return fail(headers.error());
  std::optional<UploadTurn> turn(std::in_place, *exchange.caller->state);
  DR_CO_TRY(turn->granted());
  Result<UploadedForm> form = co_await read_upload(exchange.loop, services, request);
  if (!form) co_return fail(std::move(form.error()));
  Result<json::object> body = make_edit_body(form->texts, form->images, form->has_mask(), services.catalog);
  if (!body) co_return fail(std::move(body.error()));
  std::string content = json::print(*body);
  Result<OpenAiRequest> wanted = read_openai_request(std::move(*body), services.catalog);
  if (!wanted) co_return fail(std::move(wanted.error()));

  usecase::SubmitCommand command;
  command.caller = exchange.caller;
  command.request_id = exchange.request.request_id;
  command.endpoint = kImageEndpoint;
  command.body = std::move(wanted->body);
  command.id = services.submits.make_id();
  for (std::size_t i = 0; i < form->pictures.size(); ++i) command.uploads.push_back({upload_link(i), {}});
  if (Status fine = services.submits.check_alone(command); !fine) {
    co_return fail(in_words_of_form(std::move(fine.error()), command.body, services.catalog));
  }
  Status kept = co_await keep_uploads(exchange.loop, services, std::move(form->pictures), &command, &content);
  if (!kept) co_return fail(std::move(kept.error()));
  turn.reset();  // from here on it waits like any other request
  command.repeat = find_repeat(*headers, request.path, content);
  command.cancel_after = headers->cancel_after;
  const account::Digest digest = account::sha256({exchange.caller->key.text(), "\n", request.path, "\n", content});
  Answer answer = submit_and_wait(exchange, std::move(command), wanted->form, digest);
  Result<http::Response> response = co_await answer;
  co_return response;
}

}  // namespace darkroom::api
