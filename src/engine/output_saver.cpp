#include "engine/output_saver.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/log.h"
#include "media/identify.h"

namespace darkroom::engine {
namespace {

constexpr milliseconds kLinkConnect{10'000};
constexpr milliseconds kLinkHead{60'000};
constexpr std::uint64_t kLongestFilm = 3'600'000;  // ms; no vendor makes as much, enhancing keeps what it was given

struct Describe {
  task::Output& output;
  void operator()(const media::Picture& picture) const {
    output.width_pixels = picture.width_pixels;
    output.height_pixels = picture.height_pixels;
  }
  void operator()(const media::Film& film) const {
    output.width_pixels = film.width_pixels;
    output.height_pixels = film.height_pixels;
    output.duration_milliseconds = static_cast<std::int64_t>(film.duration_milliseconds);
  }
  void operator()(const media::Sound&) const {}
};

Result<task::Output> commit_as(blob::Writer& writer, const std::string& stem, const media::Medium& medium) {
  task::Output output;
  output.blob = fmt::format("{}.{}", stem, media::extension(medium));
  output.mime = media::mime_type(medium);
  std::visit(Describe{output}, medium);
  Result<blob::Info> stored = writer.commit(output.blob);
  if (!stored) return fail(std::move(stored.error()));
  output.size_bytes = stored->size_bytes;
  output.sha256_hex = std::move(stored->sha256_hex);
  return output;
}

provider::OutputRole role_of(const provider::OutputSource& source) {
  return std::visit([](const auto& output) { return output.role; }, source);
}

// Without its extension, which follows from the content.
std::string name_output(const CallOrder& order, std::uint32_t index) {
  return fmt::format("tasks/{}/{}", order.task.hex(), index);
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
    Parcel parcel;
    parcel.role = is_result ? task::OutputRole::result : task::OutputRole::last_frame;
    parcel.is_film = is_result && order.kind != "image";
    parcel.stem = name_output(order, is_result ? order.first_index + results++ : order.extra_index + extras++);
    if (parcel.is_film) parcel.poster_stem = name_output(order, order.extra_index + extras++);
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
    Result<std::vector<task::Output>> stored = fail(Code::bad_media, "the answer has no payload");
    if (writer != nullptr) stored = co_await commit(std::move(writer), std::move(parcel));
    if (!stored) {
      Failure failure{std::move(stored.error()), false};
      co_return std::unexpected(std::move(failure));
    }
    std::ranges::move(*stored, std::back_inserter(outputs));
  }
  if (results == 0) {
    Failure failure{make_error(Code::bad_media, "the answer has no output"), false};
    co_return std::unexpected(std::move(failure));
  }
  co_return outputs;
}

Async<OutputSaver::Saved> OutputSaver::save_film(CallOrder order, Writer film) {
  Parcel parcel;
  parcel.is_film = true;
  parcel.stem = name_output(order, order.first_index);
  parcel.poster_stem = name_output(order, order.extra_index);
  Result<std::vector<task::Output>> stored = co_await commit(std::move(film), std::move(parcel));
  if (stored) co_return std::move(*stored);
  Failure failure{std::move(stored.error()), false};
  co_return std::unexpected(std::move(failure));
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

Async<Result<std::vector<task::Output>>> OutputSaver::commit(Writer writer, Parcel parcel) {
  using Stored = Result<std::vector<task::Output>>;
  Stored stored = co_await await_on<Stored>(loop_, [&](auto done) {
    pool_.submit([this, writer = std::move(writer), parcel = std::move(parcel), done = std::move(done)]() mutable {
      done(store(std::move(writer), parcel));
    });
  });
  co_return stored;
}

Result<std::vector<task::Output>> OutputSaver::store(Writer writer, const Parcel& parcel) {
  auto file = writer->view();
  if (!file) return fail(std::move(file.error()));
  const Result<media::Medium> medium = media::identify_any((*file)->fd(), limits_.pixels);
  if (!medium) return fail(medium.error());
  const bool is_right =
      parcel.is_film ? std::holds_alternative<media::Film>(*medium) : std::holds_alternative<media::Picture>(*medium);
  if (!is_right) {
    return fail(Code::bad_media,
                fmt::format("{} where {} was due", media::mime_type(*medium), parcel.is_film ? "a film" : "a picture"));
  }
  if (parcel.is_film) {
    const media::Film film = std::get<media::Film>(*medium);
    return store_film(std::move(writer), (*file)->fd(), parcel, film);
  }
  Result<task::Output> output = commit_as(*writer, parcel.stem, *medium);
  if (!output) return fail(std::move(output.error()));
  output->role = parcel.role;
  return std::vector<task::Output>{std::move(*output)};
}

// A film is what a decoder finds in it, since its length is what was paid for; its header's word, `film`, counts only
// where no decoder could be started, which is our fault.
Result<std::vector<task::Output>> OutputSaver::store_film(Writer writer, int fd, const Parcel& parcel,
                                                          media::Film film) {
  Result<ScratchFile> room = ScratchFile::in_memory();
  if (!room) return fail(std::move(room.error()));
  media::FilmLimits limits;
  limits.pixels = limits_.pixels;
  limits.milliseconds = kLongestFilm;
  const Result<media::Preview> preview = films_.preview_film(fd, room->fd(), limits);
  if (preview) {
    film = preview->film;
  } else if (preview.error().code == Code::bad_media) {
    return fail(preview.error());
  } else {
    log::warn("film_not_checked", {{"film", parcel.stem}, {"error", preview.error().message}});
  }
  Result<task::Output> output = commit_as(*writer, parcel.stem, film);
  if (!output) return fail(std::move(output.error()));
  output->role = parcel.role;
  std::vector<task::Output> outputs{std::move(*output)};
  if (!preview || !preview->poster) return outputs;
  Result<task::Output> poster = store_poster(*room, *preview->poster, parcel.poster_stem);
  if (poster) {
    outputs.push_back(std::move(*poster));
  } else {
    log::warn("poster_failed", {{"film", outputs.front().blob}, {"error", poster.error().message}});
  }
  return outputs;
}

Result<task::Output> OutputSaver::store_poster(ScratchFile& room, const media::Picture& picture,
                                               const std::string& stem) {
  auto writer = blobs_.create();
  if (!writer) return fail(std::move(writer.error()));
  DR_TRY(room.copy_to(**writer));
  Result<task::Output> output = commit_as(**writer, stem, picture);
  if (output) output->role = task::OutputRole::poster;
  return output;
}

}  // namespace darkroom::engine
