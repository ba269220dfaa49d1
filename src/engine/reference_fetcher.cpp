#include "engine/reference_fetcher.h"

#include <fmt/format.h>

#include "engine/mailbox.h"
#include "net/fetch_turns.h"
#include "runtime/async_scope.h"

namespace darkroom::engine {
namespace {

constexpr std::size_t kPerTask = net::kFetchesPerOwner;  // more would only wait for their turn
constexpr seconds kMeasureTurn{10};                      // somebody waits for the answer to a submit

}  // namespace

ReferenceFetcher::ReferenceFetcher(Loop& loop, net::Fetcher& fetcher, blob::Store& blobs, Probers probers,
                                   BlockingPool& pool, ReferenceLimits limits)
    : loop_(loop), fetcher_(fetcher), blobs_(blobs), probers_(probers), pool_(pool), limits_(std::move(limits)) {}

Result<std::string> ReferenceFetcher::examine(const std::string& role, int fd) const {
  if (role == "video") {
    const Result<media::Film> film = probers_.films.probe_film(fd, limits_.film);
    if (!film) return fail(film.error());
    return std::string(media::mime_type(film->format));
  }
  if (role == "audio") {
    const Result<media::Sound> sound = probers_.films.probe_sound(fd, limits_.film);
    if (!sound) return fail(sound.error());
    return std::string(media::mime_type(sound->format));
  }
  const Result<media::Picture> picture = probers_.pictures.probe(fd, limits_.picture);
  if (!picture) return fail(picture.error());
  return std::string(media::mime_type(picture->format));
}

Result<task::Reference> ReferenceFetcher::keep(std::unique_ptr<blob::Writer> writer, const std::string& role,
                                               const std::string& name) const {
  auto file = writer->view();
  if (!file) return fail(std::move(file.error()));
  Result<std::string> mime = examine(role, (*file)->fd());
  if (!mime) return fail(std::move(mime.error()));
  Result<blob::Info> stored = writer->commit(name);
  if (!stored) return fail(std::move(stored.error()));
  task::Reference reference;
  reference.role = role;
  reference.blob = name;
  reference.mime = std::move(*mime);
  reference.size_bytes = stored->size_bytes;
  return reference;
}

Async<Result<std::vector<task::Reference>>> ReferenceFetcher::fetch(TaskId task, AccountId account,
                                                                    std::vector<task::ReferenceSource> sources) {
  std::vector<task::Reference> references(sources.size());
  std::optional<Error> problem;
  AsyncScope scope;
  std::size_t next = 0;
  struct Lane {
    static Async<void> run(ReferenceFetcher* self, TaskId id, AccountId owner,
                           const std::vector<task::ReferenceSource>* all, std::size_t* turn,
                           std::vector<task::Reference>* out, std::optional<Error>* first_problem) {
      while (*turn < all->size() && !*first_problem) {
        const std::size_t index = (*turn)++;
        task::ReferenceSource source = (*all)[index];
        Result<task::Reference> one = co_await self->fetch_one(id, owner, index, std::move(source));
        if (one) {
          (*out)[index] = std::move(*one);
        } else if (!*first_problem) {
          *first_problem = Error{one.error().code, fmt::format("{}: {}", (*all)[index].field, one.error().message)};
        }
      }
    }
  };
  for (std::size_t lane = 0; lane < std::min(kPerTask, sources.size()); ++lane) {
    scope.spawn(Lane::run(this, task, account, &sources, &next, &references, &problem));
  }
  co_await scope.join();
  if (problem) co_return std::unexpected(std::move(*problem));
  co_return references;
}

Async<Result<std::shared_ptr<ReferenceFetcher::Spool>>> ReferenceFetcher::spool(Loop& loop, AccountId account,
                                                                                std::string url,
                                                                                net::FetchLimits limits) {
  auto spool = std::make_shared<Spool>();
  Result<net::Fetched> fetched = co_await await_on<Result<net::Fetched>>(loop, [&](auto done) {
    auto open = [spool, &blobs = blobs_]() -> Result<ByteSink*> {
      auto writer = blobs.create();
      if (!writer) return fail(std::move(writer.error()));
      spool->writer = std::move(*writer);
      return spool->writer.get();
    };
    net::FetchOrder order{.url = std::move(url), .limits = std::move(limits), .owner = account.hex()};
    fetcher_.fetch(std::move(order), std::move(open), std::move(done));
  });
  if (!fetched) co_return std::unexpected(std::move(fetched.error()));
  co_return spool;
}

// Examined once more: what the disk gives is what the vendor gets.
Result<task::Reference> ReferenceFetcher::find_upload(const task::ReferenceSource& source) const {
  Result<std::shared_ptr<const http::OpenFile>> file = blobs_.open(source.upload);
  if (!file) return fail(std::move(file.error()));
  Result<std::string> mime = examine(source.role, (*file)->fd());
  if (!mime) return fail(std::move(mime.error()));
  const Result<blob::Info> stored = blobs_.stat(source.upload);
  if (!stored) return fail(stored.error());
  return task::Reference{source.role, {}, source.upload, std::move(*mime), stored->size_bytes};
}

Async<Result<task::Reference>> ReferenceFetcher::fetch_one(TaskId task, AccountId account, std::size_t index,
                                                           task::ReferenceSource source) {
  if (!source.upload.empty()) {
    using Found = Result<task::Reference>;
    Found found = co_await await_on<Found>(loop_, [&](auto done) {
      pool_.submit([this, source, done = std::move(done)]() mutable { done(find_upload(source)); });
    });
    co_return found;
  }
  const bool is_picture = source.role != "video" && source.role != "audio";
  net::FetchLimits limits = is_picture ? limits_.fetch : limits_.fetch_film;
  auto spooled = co_await spool(loop_, account, source.url, std::move(limits));
  if (!spooled) co_return std::unexpected(std::move(spooled.error()));
  using Kept = Result<task::Reference>;
  std::string name = fmt::format("references/{}/{}", task.hex(), index);
  Kept kept = co_await await_on<Kept>(loop_, [&](auto done) {
    pool_.submit([this, spool = *spooled, name = std::move(name), role = source.role,
                  done = std::move(done)]() mutable { done(keep(std::move(spool->writer), role, name)); });
  });
  if (kept) kept->url = std::move(source.url);
  co_return kept;
}

Async<Result<blob::Kept>> ReferenceFetcher::keep_upload(Loop& loop, TaskId task, std::size_t index,
                                                        std::shared_ptr<blob::Writer> picture) {
  using Kept = Result<blob::Kept>;
  Kept kept = co_await await_on<Kept>(loop, [&](auto done) {
    std::string name = fmt::format("references/{}/upload-{}", task.hex(), index);
    pool_.submit([this, picture = std::move(picture), name = std::move(name), done = std::move(done)]() mutable {
      auto file = picture->view();
      if (!file) return done(fail(std::move(file.error())));
      if (auto mime = examine("image", (*file)->fd()); !mime) return done(fail(std::move(mime.error())));
      Result<blob::Info> stored = picture->commit(name);
      if (!stored) return done(fail(std::move(stored.error())));
      done(blob::Kept{std::move(name), std::move(stored->sha256_hex)});
    });
  });
  co_return kept;
}

Async<Result<media::Film>> ReferenceFetcher::probe_film(Loop& loop, AccountId account, std::string url) {
  net::FetchLimits limits = limits_.fetch_film;
  limits.turn = kMeasureTurn;
  auto spooled = co_await spool(loop, account, std::move(url), std::move(limits));
  if (!spooled) co_return std::unexpected(std::move(spooled.error()));
  using Probed = Result<media::Film>;
  Probed probed = co_await await_on<Probed>(loop, [&](auto done) {
    pool_.submit([this, spool = *spooled, done = std::move(done)]() mutable {
      auto file = spool->writer->view();
      if (!file) return done(fail(std::move(file.error())));
      done(probers_.films.probe_film((*file)->fd(), limits_.film));
    });
  });
  co_return probed;
}

void ReferenceFetcher::forget(TaskId task) {
  pool_.submit([&blobs = blobs_, folder = fmt::format("references/{}", task.hex())] {
    // What stays behind here is removed with the task's media.
    (void)blobs.remove_folder(folder);
  });
}

}  // namespace darkroom::engine
