#include "media/probe.h"

#include <sys/stat.h>

#include <array>

#include "base/log.h"
#include "media/worker_process.h"

namespace darkroom::media {
namespace {

class ConfinedProber final : public Prober {
 public:
  explicit ConfinedProber(std::size_t workers) : workers_("media-worker", workers) {}

  Result<Picture> probe(int fd, const ProbeLimits& limits) override;

 private:
  WorkerPool workers_;
};

Error broken(Broken how, std::uint64_t file_bytes) {
  if (how == Broken::not_started) return make_error(Code::io_failed, "a media worker could not be started");
  log::warn("media_worker_lost", {{"overrun", how == Broken::overrun}, {"file_bytes", file_bytes}});
  if (how == Broken::overrun) return make_error(Code::bad_media, "the picture takes too long to decode");
  return make_error(Code::bad_media, "the picture cannot be decoded within its limits");
}

Result<Picture> checked(const PictureAnswer& answer, const ProbeLimits& limits) {
  // The child read hostile bytes, so its word is checked like anyone's.
  if (static_cast<std::uint8_t>(answer.verdict) >= kVerdicts) return fail(Code::bad_media, "the picture is damaged");
  if (answer.verdict != Verdict::ok) return fail(Code::bad_media, sentence(answer.verdict, "picture"));
  const std::uint64_t pixels = std::uint64_t{answer.width_pixels} * answer.height_pixels;
  const bool credible = answer.format <= Format::gif && pixels > 0 && pixels <= limits.pixels;
  if (!credible) return fail(Code::bad_media, "the picture is damaged");
  return Picture{answer.format, answer.width_pixels, answer.height_pixels};
}

Result<Picture> ConfinedProber::probe(int fd, const ProbeLimits& limits) {
  struct stat file{};
  if (fstat(fd, &file) != 0 || !S_ISREG(file.st_mode)) return fail(Code::io_failed, "the picture is not an open file");
  const PictureQuestion question{static_cast<std::uint64_t>(file.st_size), limits.pixels, limits.accept_gif};
  const auto answer =
      workers_.ask<PictureQuestion, PictureAnswer>(question, std::array{fd}, {limits.cpu_seconds, limits.memory_bytes});
  if (!answer) return fail(broken(answer.error(), question.file_bytes));
  return checked(*answer, limits);
}

}  // namespace

std::unique_ptr<Prober> make_confined_prober(std::size_t workers) { return std::make_unique<ConfinedProber>(workers); }

}  // namespace darkroom::media
