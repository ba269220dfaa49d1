#include "app/thumbnails.h"

#include <unistd.h>

#include <utility>

#include "base/bytes.h"
#include "base/log.h"

namespace darkroom::app {
namespace {

constexpr int kRetrySeconds = 1;
constexpr media::ProbeLimits kLimits{.accept_gif = true};

// Beside the picture, under a name by which nothing is served to the public.
std::string name_of(const std::string& blob) { return blob + ".thumbnail"; }

Result<std::string> read_small(const http::OpenFile& file) {
  std::string bytes(media::kThumbnailBytes, '\0');
  const ssize_t got = pread(file.fd(), bytes.data(), bytes.size(), 0);
  if (got <= 0) return fail(Code::io_failed, "a thumbnail could not be read");
  bytes.resize(static_cast<std::size_t>(got));
  return bytes;
}

}  // namespace

Thumbnails::Thumbnails(blob::Store& blobs)
    : blobs_(blobs), prober_(media::make_confined_prober(kThreads)), pool_(kThreads, kMostAtOnce) {}

Async<Result<std::string>> Thumbnails::get(Loop& loop, std::string blob) {
  if (at_once_.fetch_add(1, std::memory_order_relaxed) >= kMostAtOnce) {
    at_once_.fetch_sub(1, std::memory_order_relaxed);
    Error refused = make_error(Code::unavailable);
    refused.retry_after_seconds = kRetrySeconds;
    co_return fail(std::move(refused));
  }
  using Made = Result<std::string>;
  Made made = co_await await_on<Made>(loop, [&](Done<Made> done) {
    pool_.submit([this, blob = std::move(blob), done = std::move(done)]() mutable {
      Made result = find_or_make(blob);
      at_once_.fetch_sub(1, std::memory_order_relaxed);
      done(std::move(result));
    });
  });
  co_return made;
}

Result<std::string> Thumbnails::find_or_make(const std::string& blob) {
  if (const auto kept = blobs_.open(name_of(blob))) return read_small(**kept);
  const auto picture = blobs_.open(blob);
  if (!picture) return fail(picture.error());
  Result<std::string> made = prober_->make_thumbnail((*picture)->fd(), kLimits);
  if (!made) return made;
  if (const Status stored = keep(name_of(blob), *made); !stored) {
    log::warn("thumbnail_not_kept", {{"picture", blob}, {"error", stored.error().message}});
  }
  return made;
}

Status Thumbnails::keep(const std::string& name, const std::string& bytes) {
  auto writer = blobs_.create();
  if (!writer) return fail(std::move(writer.error()));
  DR_TRY((*writer)->write(as_bytes(bytes)));
  const auto kept = (*writer)->commit(name);
  if (!kept) return fail(kept.error());
  return {};
}

}  // namespace darkroom::app
