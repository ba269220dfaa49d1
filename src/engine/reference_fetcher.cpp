#include "engine/reference_fetcher.h"

#include <fmt/format.h>

#include "engine/mailbox.h"
#include "runtime/async_scope.h"

namespace darkroom::engine {
namespace {

constexpr std::size_t kPerTask = 4;

// Keeps the writer and its name together while a fetch writes into it.
struct Spool {
  std::unique_ptr<blob::Writer> writer;
};

Result<task::Reference> keep(std::unique_ptr<blob::Writer> writer, media::Prober& prober,
                             const media::ProbeLimits& limits, const std::string& name) {
  auto file = writer->view();
  if (!file) return fail(std::move(file.error()));
  const Result<media::Picture> picture = prober.probe((*file)->fd(), limits);
  if (!picture) return fail(picture.error());
  Result<blob::Info> stored = writer->commit(name);
  if (!stored) return fail(std::move(stored.error()));
  task::Reference reference;
  reference.blob = name;
  reference.mime = media::mime_type(picture->format);
  reference.size_bytes = stored->size_bytes;
  return reference;
}

}  // namespace

ReferenceFetcher::ReferenceFetcher(Loop& loop, net::Fetcher& fetcher, blob::Store& blobs, media::Prober& prober,
                                   BlockingPool& pool, net::FetchLimits limits, media::ProbeLimits probe_limits)
    : loop_(loop),
      fetcher_(fetcher),
      blobs_(blobs),
      prober_(prober),
      pool_(pool),
      limits_(std::move(limits)),
      probe_limits_(probe_limits) {}

Async<Result<std::vector<task::Reference>>> ReferenceFetcher::fetch(TaskId task,
                                                                    std::vector<task::ReferenceSource> sources) {
  std::vector<task::Reference> references(sources.size());
  std::optional<Error> problem;
  AsyncScope scope;
  std::size_t next = 0;
  struct Lane {
    static Async<void> run(ReferenceFetcher* self, TaskId id, const std::vector<task::ReferenceSource>* all,
                           std::size_t* turn, std::vector<task::Reference>* out, std::optional<Error>* first_problem) {
      while (*turn < all->size() && !*first_problem) {
        const std::size_t index = (*turn)++;
        task::ReferenceSource source = (*all)[index];
        Result<task::Reference> one = co_await self->fetch_one(id, index, std::move(source));
        if (one) {
          (*out)[index] = std::move(*one);
        } else if (!*first_problem) {
          *first_problem = Error{one.error().code, fmt::format("{}: {}", (*all)[index].field, one.error().message)};
        }
      }
    }
  };
  for (std::size_t lane = 0; lane < std::min(kPerTask, sources.size()); ++lane) {
    scope.spawn(Lane::run(this, task, &sources, &next, &references, &problem));
  }
  co_await scope.join();
  if (problem) co_return std::unexpected(std::move(*problem));
  co_return references;
}

Async<Result<task::Reference>> ReferenceFetcher::fetch_one(TaskId task, std::size_t index,
                                                           task::ReferenceSource source) {
  auto spool = std::make_shared<Spool>();
  Result<net::Fetched> fetched = co_await await_on<Result<net::Fetched>>(loop_, [&](auto done) {
    auto open = [spool, &blobs = blobs_]() -> Result<ByteSink*> {
      auto writer = blobs.create();
      if (!writer) return fail(std::move(writer.error()));
      spool->writer = std::move(*writer);
      return spool->writer.get();
    };
    fetcher_.fetch(net::FetchOrder{source.url, limits_}, std::move(open), std::move(done));
  });
  if (!fetched) co_return std::unexpected(std::move(fetched.error()));
  using Kept = Result<task::Reference>;
  std::string name = fmt::format("references/{}/{}", task.hex(), index);
  Kept kept = co_await await_on<Kept>(loop_, [&](auto done) {
    pool_.submit([spool, name = std::move(name), &prober = prober_, limits = probe_limits_,
                  done = std::move(done)]() mutable { done(keep(std::move(spool->writer), prober, limits, name)); });
  });
  if (kept) {
    kept->role = std::move(source.role);
    kept->url = std::move(source.url);
  }
  co_return kept;
}

void ReferenceFetcher::forget(TaskId task) {
  pool_.submit([&blobs = blobs_, folder = fmt::format("references/{}", task.hex())] {
    // What stays behind here is removed with the task's media.
    (void)blobs.remove_folder(folder);
  });
}

}  // namespace darkroom::engine
