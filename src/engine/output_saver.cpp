#include "engine/output_saver.h"

#include <fmt/format.h>

#include "media/identify.h"

namespace darkroom::engine {
namespace {

constexpr milliseconds kLinkConnect{10'000};
constexpr milliseconds kLinkHead{60'000};

// Identifies and commits; blocks.
Result<task::Output> store_picture(std::unique_ptr<blob::Writer> writer, const std::string& stem,
                                   std::uint64_t pixels_limit) {
  auto file = writer->view();
  if (!file) return fail(std::move(file.error()));
  const Result<media::Picture> picture = media::identify((*file)->fd(), pixels_limit);
  if (!picture) return fail(picture.error());
  task::Output output;
  output.blob = fmt::format("{}.{}", stem, media::extension(picture->format));
  output.mime = media::mime_type(picture->format);
  output.width_pixels = picture->width_pixels;
  output.height_pixels = picture->height_pixels;
  Result<blob::Info> stored = writer->commit(output.blob);
  if (!stored) return fail(std::move(stored.error()));
  output.size_bytes = stored->size_bytes;
  output.sha256_hex = std::move(stored->sha256_hex);
  return output;
}

provider::OutputRole role_of(const provider::OutputSource& source) {
  return std::visit([](const auto& output) { return output.role; }, source);
}

}  // namespace

Async<OutputSaver::Saved> OutputSaver::save(CallOrder order, provider::Completed completed,
                                            std::shared_ptr<LiftReader> reader) {
  std::vector<task::Output> outputs;
  std::uint32_t results = 0;
  std::uint32_t extras = 0;
  for (provider::OutputSource& source : completed.outputs) {
    const bool is_result = role_of(source) == provider::OutputRole::result;
    if (is_result && results == order.outputs) continue;  // more than was asked and paid for
    Place place;
    place.role = is_result ? task::OutputRole::result : task::OutputRole::last_frame;
    place.stem = fmt::format("tasks/{}/{}", order.task.hex(),
                             is_result ? order.first_index + results++ : order.extra_index + extras++);
    Writer writer;
    if (auto* link = std::get_if<provider::UrlOutput>(&source)) {
      Result<Writer> fetched = co_await fetch(order.upstream, std::move(*link));
      if (!fetched) {
        Failure failure{std::move(fetched.error()), true};
        co_return std::unexpected(std::move(failure));
      }
      writer = std::move(*fetched);
    } else {
      writer = reader->take_payload(std::get<provider::PayloadOutput>(source).payload);
    }
    Result<task::Output> output = fail(Code::bad_media, "the answer has no payload");
    if (writer != nullptr) output = co_await commit(std::move(writer), std::move(place));
    if (!output) {
      Failure failure{std::move(output.error()), false};
      co_return std::unexpected(std::move(failure));
    }
    outputs.push_back(std::move(*output));
  }
  if (results == 0) {
    Failure failure{make_error(Code::bad_media, "the answer has no output"), false};
    co_return std::unexpected(std::move(failure));
  }
  co_return outputs;
}

Async<Result<OutputSaver::Writer>> OutputSaver::fetch(const Upstream* upstream, provider::UrlOutput link) {
  net::FetchOrder order;
  order.url = std::move(link.url);
  order.limits.body_bytes = limits_.file_bytes;
  order.limits.connect = kLinkConnect;
  order.limits.head = kLinkHead;
  order.limits.total = limits_.link_seconds;
  order.trusted_origin = upstream->base_url;
  for (provider::RequestHeader& header : link.headers) {
    order.origin_headers.push_back({std::move(header.name), std::move(header.value)});
  }
  struct Spool {
    Writer writer;
  };
  auto spool = std::make_shared<Spool>();
  Result<net::Fetched> fetched = co_await await_on<Result<net::Fetched>>(loop_, [&](auto done) {
    auto open = [spool, &blobs = blobs_]() -> Result<ByteSink*> {
      auto writer = blobs.create();
      if (!writer) return fail(std::move(writer.error()));
      spool->writer = std::move(*writer);
      return spool->writer.get();
    };
    fetcher_.fetch(std::move(order), std::move(open), std::move(done));
  });
  if (!fetched) co_return std::unexpected(std::move(fetched.error()));
  co_return std::move(spool->writer);
}

Async<Result<task::Output>> OutputSaver::commit(Writer writer, Place place) {
  using Stored = Result<task::Output>;
  Stored stored = co_await await_on<Stored>(loop_, [&](auto done) {
    pool_.submit([writer = std::move(writer), stem = std::move(place.stem), pixels = limits_.pixels,
                  done = std::move(done)]() mutable { done(store_picture(std::move(writer), stem, pixels)); });
  });
  if (stored) stored->role = place.role;
  co_return stored;
}

}  // namespace darkroom::engine
