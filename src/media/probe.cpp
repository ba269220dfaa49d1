#include "media/probe.h"

#include <sys/stat.h>

#include <array>

#include "base/log.h"
#include "media/child_room.h"
#include "media/worker_process.h"

namespace darkroom::media {
namespace {

class ConfinedProber final : public Prober {
 public:
  explicit ConfinedProber(std::size_t workers) : workers_("media-worker", workers) {}

  Result<Picture> probe(int fd, const ProbeLimits& limits) override;
  Result<std::string> make_thumbnail(int fd, const ProbeLimits& limits) override;

 private:
  // `room_fd` below 0: no thumbnail. The answer is credible.
  Result<PictureAnswer> ask(int fd, int room_fd, const ProbeLimits& limits);

  WorkerPool workers_;
};

Error broken(Broken how, std::uint64_t file_bytes) {
  if (how == Broken::not_started) return make_error(Code::io_failed, "a media worker could not be started");
  log::warn("media_worker_lost", {{"overrun", how == Broken::overrun}, {"file_bytes", file_bytes}});
  if (how == Broken::overrun) return make_error(Code::bad_media, "the picture takes too long to decode");
  return make_error(Code::bad_media, "the picture cannot be decoded within its limits");
}

Result<PictureAnswer> checked(const PictureAnswer& answer, const ProbeLimits& limits) {
  // The child read hostile bytes, so its word is checked like anyone's.
  if (static_cast<std::uint8_t>(answer.verdict) >= kVerdicts) return fail(Code::bad_media, "the picture is damaged");
  if (answer.verdict != Verdict::ok) return fail(Code::bad_media, sentence(answer.verdict, "picture"));
  const std::uint64_t pixels = std::uint64_t{answer.width_pixels} * answer.height_pixels;
  const bool credible = answer.format <= Format::gif && pixels > 0 && pixels <= limits.pixels &&
                        answer.thumbnail_bytes <= kThumbnailBytes;
  if (!credible) return fail(Code::bad_media, "the picture is damaged");
  return answer;
}

Result<PictureAnswer> ConfinedProber::ask(int fd, int room_fd, const ProbeLimits& limits) {
  struct stat file{};
  if (fstat(fd, &file) != 0 || !S_ISREG(file.st_mode)) return fail(Code::io_failed, "the picture is not an open file");
  PictureQuestion question;
  question.file_bytes = static_cast<std::uint64_t>(file.st_size);
  question.pixels = limits.pixels;
  question.accept_gif = limits.accept_gif;
  question.thumbnail_bytes = room_fd >= 0 ? kThumbnailBytes : 0;
  question.thumbnail_side_pixels = kThumbnailSidePixels;
  const std::array files{fd, room_fd};
  const auto sent = std::span(files).first(room_fd >= 0 ? 2 : 1);
  const auto answer =
      workers_.ask<PictureQuestion, PictureAnswer>(question, sent, {limits.cpu_seconds, limits.memory_bytes});
  if (!answer) return fail(broken(answer.error(), question.file_bytes));
  return checked(*answer, limits);
}

Result<Picture> ConfinedProber::probe(int fd, const ProbeLimits& limits) {
  const auto answer = ask(fd, -1, limits);
  if (!answer) return fail(answer.error());
  return Picture{answer->format, answer->width_pixels, answer->height_pixels};
}

Result<std::string> ConfinedProber::make_thumbnail(int fd, const ProbeLimits& limits) {
  const ChildRoom room(kThumbnailBytes);
  if (room.fd() < 0) return fail(Code::io_failed, "no memory for a thumbnail");
  const auto answer = ask(fd, room.fd(), limits);
  if (!answer) return fail(answer.error());
  if (answer->thumbnail_bytes == 0) return fail(Code::bad_media, "the picture cannot be shrunk");
  return room.read(answer->thumbnail_bytes);
}

}  // namespace

std::unique_ptr<Prober> make_confined_prober(std::size_t workers) { return std::make_unique<ConfinedProber>(workers); }

}  // namespace darkroom::media
