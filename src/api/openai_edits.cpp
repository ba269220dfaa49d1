#include "api/openai_edits.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "api/edit_form.h"
#include "api/edit_request.h"
#include "api/openai.h"
#include "api/submit_headers.h"
#include "net/body_stream.h"

namespace darkroom::api {
namespace {

constexpr int kUploadsRetrySeconds = 1;

// One of the account's kMostUploads.
class Turn {
 public:
  explicit Turn(usecase::AccountState& account)
      : account_(account), granted_(account.uploads.fetch_add(1, std::memory_order_relaxed) < kMostUploads) {}
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() { account_.uploads.fetch_sub(1, std::memory_order_relaxed); }
  bool granted() const { return granted_; }

 private:
  usecase::AccountState& account_;
  bool granted_;
};

// A form on its way. Shared with the work that writes it down, which may outlive the request by a moment.
struct Intake {
  Intake(std::string_view boundary, blob::Store& blobs, const EditLimits& limits)
      : form(blobs, limits), parser(boundary, {}, form) {}
  EditForm form;
  net::MultipartParser parser;
};
using IntakeRef = std::shared_ptr<Intake>;

Async<Status> take(Exchange& exchange, IntakeRef intake, std::string bytes) {
  Status taken = co_await await_on<Status>(exchange.loop, [&](auto done) {
    exchange.services.uploads.run(
        [intake, bytes = std::move(bytes), done = std::move(done)]() mutable { done(intake->parser.feed(bytes)); });
  });
  co_return taken;
}

Async<Status> read_form(Exchange& exchange, IntakeRef intake) {
  net::BodyStream* stream = exchange.request.body_stream;
  bool at_end = false;
  while (!at_end) {
    std::string piece;
    if (stream == nullptr) {
      piece = exchange.request.body;
    } else {
      Result<std::string_view> next = co_await stream->next();
      if (!next) co_return fail(std::move(next.error()));
      piece = *next;
    }
    at_end = stream == nullptr || piece.empty();
    Status taken = co_await take(exchange, intake, std::move(piece));
    if (!taken) co_return taken;
  }
  co_return intake->parser.finish();
}

struct Upload {
  EditForm::Picture picture;
  std::string_view field;
};

std::vector<Upload> uploads_of(const EditForm& form) {
  std::vector<Upload> uploads;
  for (const EditForm::Picture& picture : form.pictures()) uploads.push_back({picture, "image"});
  if (form.mask()) uploads.push_back({form.mask(), "mask"});
  return uploads;
}

// Makes the pictures durable under the command's id. `content` gets what makes them the same in a repetition.
Async<Status> keep_uploads(Exchange& exchange, std::vector<Upload> uploads, usecase::SubmitCommand* command,
                           std::string* content) {
  for (std::size_t i = 0; i < uploads.size(); ++i) {
    const Upload upload = std::move(uploads[i]);
    Result<blob::Kept> kept = co_await exchange.services.uploads.keep(exchange.loop, *command->id, i, upload.picture);
    if (!kept && kept.error().code == Code::bad_media) {
      std::string sentence = fmt::format("{}: {}", upload.field, kept.error().message);
      co_return fail(Code::invalid_parameter, std::move(sentence), std::string(upload.field));
    }
    if (!kept) co_return fail(std::move(kept.error()));
    *content += fmt::format("\n{} {}", upload.field, kept->sha256_hex);
    command->uploads[i].blob = std::move(kept->name);
  }
  co_return Status();
}

}  // namespace

Answer edit_openai_image(Exchange& exchange) {
  const http::Request& request = exchange.request;
  const Services& services = exchange.services;
  if (!services.uploads.run) co_return fail(Code::unavailable);
  const Result<SubmitHeaders> headers = read_submit_headers(request.headers);
  if (!headers) co_return fail(headers.error());
  const Result<std::string> boundary = net::parse_form_boundary(request.header("content-type").value_or(""));
  if (!boundary) co_return fail(boundary.error());
  std::optional<Turn> turn(std::in_place, *exchange.caller->state);
  if (!turn->granted()) {
    Error refused = make_error(Code::rate_limited, fmt::format("More than {} forms at once", kMostUploads));
    refused.retry_after_seconds = kUploadsRetrySeconds;
    co_return fail(std::move(refused));
  }

  const EditLimits limits{.picture_bytes = services.uploads.picture_bytes};
  auto intake = std::make_shared<Intake>(*boundary, services.media, limits);
  Status read = co_await read_form(exchange, intake);
  if (!read) co_return fail(std::move(read.error()));
  std::vector<Upload> uploads = uploads_of(intake->form);
  Result<json::object> body = make_edit_body(intake->form.texts(), intake->form.pictures().size(),
                                             intake->form.mask() != nullptr, services.catalog);
  intake.reset();
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
  for (std::size_t i = 0; i < uploads.size(); ++i) command.uploads.push_back({upload_link(i), {}});
  if (Status fine = services.submits.check_alone(command); !fine) {
    co_return fail(in_words_of_form(std::move(fine.error()), command.body, services.catalog));
  }
  Status kept = co_await keep_uploads(exchange, std::move(uploads), &command, &content);
  if (!kept) {
    services.uploads.forget(*command.id);
    co_return fail(std::move(kept.error()));
  }
  turn.reset();  // from here on it waits like any other request
  command.repeat = find_repeat(*headers, request.path, content);
  const account::Digest digest = account::sha256({exchange.caller->key.text(), "\n", request.path, "\n", content});
  Answer answer = submit_and_wait(exchange, std::move(command), wanted->form, digest);
  Result<http::Response> response = co_await answer;
  co_return response;
}

}  // namespace darkroom::api
