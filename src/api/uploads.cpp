#include "api/uploads.h"

#include <fmt/format.h>

#include <utility>

#include "net/body_stream.h"

namespace darkroom::api {
namespace {

constexpr int kUploadsRetrySeconds = 1;

// A form on its way. Shared with the work that writes it down, which may outlive the request by a moment.
struct Intake {
  Intake(std::string_view boundary, blob::Store& blobs, const EditLimits& limits)
      : form(blobs, limits), parser(boundary, {}, form) {}
  EditForm form;
  net::MultipartParser parser;
};
using IntakeRef = std::shared_ptr<Intake>;

Async<Status> take(Loop& loop, const Services& services, IntakeRef intake, std::string bytes) {
  Status taken = co_await await_on<Status>(loop, [&](auto done) {
    services.uploads.run(
        [intake, bytes = std::move(bytes), done = std::move(done)]() mutable { done(intake->parser.feed(bytes)); });
  });
  co_return taken;
}

Async<Status> read_form(Loop& loop, const Services& services, const http::Request& request, IntakeRef intake) {
  net::BodyStream* stream = request.body_stream;
  bool at_end = false;
  while (!at_end) {
    std::string piece;
    if (stream == nullptr) {
      piece = request.body;
    } else {
      Result<std::string_view> next = co_await stream->next();
      if (!next) co_return fail(std::move(next.error()));
      piece = *next;
    }
    at_end = stream == nullptr || piece.empty();
    Status taken = co_await take(loop, services, intake, std::move(piece));
    if (!taken) co_return taken;
  }
  co_return intake->parser.finish();
}

}  // namespace

Status UploadTurn::granted() const {
  if (granted_) return {};
  Error refused = make_error(Code::rate_limited, fmt::format("More than {} forms at once", kMostUploads));
  refused.retry_after_seconds = kUploadsRetrySeconds;
  return fail(std::move(refused));
}

Async<Result<UploadedForm>> read_upload(Loop& loop, const Services& services, const http::Request& request) {
  const Result<std::string> boundary = net::parse_form_boundary(request.header("content-type").value_or(""));
  if (!boundary) co_return fail(boundary.error());
  const EditLimits limits{.picture_bytes = services.uploads.picture_bytes};
  auto intake = std::make_shared<Intake>(*boundary, services.media, limits);
  Status read = co_await read_form(loop, services, request, intake);
  if (!read) co_return fail(std::move(read.error()));
  UploadedForm form;
  form.texts = intake->form.texts();
  form.images = intake->form.pictures().size();
  for (const EditForm::Picture& picture : intake->form.pictures()) form.pictures.push_back({picture, "image"});
  if (intake->form.mask()) form.pictures.push_back({intake->form.mask(), "mask"});
  co_return form;
}

Async<Status> keep_uploads(Loop& loop, const Services& services, std::vector<UploadedPicture> pictures,
                           usecase::SubmitCommand* command, std::string* content) {
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const UploadedPicture upload = std::move(pictures[i]);
    Result<blob::Kept> kept = co_await services.uploads.keep(loop, *command->id, i, upload.picture);
    if (!kept) {
      services.uploads.forget(*command->id);
      if (kept.error().code != Code::bad_media) co_return fail(std::move(kept.error()));
      std::string sentence = fmt::format("{}: {}", upload.field, kept.error().message);
      co_return fail(Code::invalid_parameter, std::move(sentence), std::string(upload.field));
    }
    *content += fmt::format("\n{} {}", upload.field, kept->sha256_hex);
    command->uploads[i].blob = std::move(kept->name);
  }
  co_return Status();
}

}  // namespace darkroom::api
