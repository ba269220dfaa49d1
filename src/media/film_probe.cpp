#include "media/film_probe.h"

#include <sys/stat.h>

#include <array>
#include <cmath>
#include <string>

#include "base/log.h"
#include "media/child_room.h"
#include "media/read_only.h"
#include "media/worker_process.h"

namespace darkroom::media {
namespace {

constexpr std::uint64_t kPosterBytes = 4 << 20;

class ConfinedFilmProber final : public FilmProber {
 public:
  explicit ConfinedFilmProber(std::size_t workers) : workers_("film-worker", workers) {}

  Result<Film> probe_film(int fd, const FilmLimits& limits) override;
  Result<Sound> probe_sound(int fd, const FilmLimits& limits) override;
  Result<Preview> preview_film(int fd, int picture_fd, const FilmLimits& limits) override;

 private:
  // `picture_fd` below 0: no poster. The answer is credible.
  Result<FilmAnswer> ask(int fd, int picture_fd, bool is_sound, const FilmLimits& limits);

  WorkerPool workers_;
};

Error broken(Broken how, std::uint64_t file_bytes, std::string_view subject) {
  if (how == Broken::not_started) return make_error(Code::io_failed, "a media worker could not be started");
  log::warn("media_worker_lost", {{"overrun", how == Broken::overrun}, {"file_bytes", file_bytes}});
  const std::string the = "the " + std::string(subject);
  if (how == Broken::overrun) return make_error(Code::bad_media, the + " takes too long to decode");
  return make_error(Code::bad_media, the + " cannot be decoded within its limits");
}

// The child read hostile bytes, so its word is checked like anyone's.
bool is_credible(const FilmAnswer& answer, const FilmQuestion& question) {
  if (answer.milliseconds > question.milliseconds) return false;
  if (question.is_sound) return answer.format <= static_cast<std::uint8_t>(SoundFormat::ogg);
  const std::uint64_t pixels = std::uint64_t{answer.width_pixels} * answer.height_pixels;
  return answer.format <= static_cast<std::uint8_t>(FilmFormat::webm) && pixels > 0 && pixels <= question.pixels &&
         answer.milliseconds > 0 && std::isfinite(answer.frame_rate) && answer.frame_rate > 0 &&
         answer.poster_bytes <= question.poster_bytes && answer.poster_width_pixels <= kPosterSidePixels &&
         answer.poster_height_pixels <= kPosterSidePixels;
}

Result<FilmAnswer> ConfinedFilmProber::ask(int fd, int picture_fd, bool is_sound, const FilmLimits& limits) {
  const std::string_view subject = is_sound ? "audio" : "video";
  struct stat file{};
  const ReadOnly readable(fd);
  if (readable.fd() < 0 || fstat(readable.fd(), &file) != 0 || !S_ISREG(file.st_mode)) {
    return fail(Code::io_failed, "the " + std::string(subject) + " is not an open file");
  }
  FilmQuestion question;
  question.file_bytes = static_cast<std::uint64_t>(file.st_size);
  question.pixels = limits.pixels;
  question.milliseconds = limits.milliseconds;
  question.poster_bytes = picture_fd >= 0 ? kPosterBytes : 0;
  question.poster_side_pixels = kPosterSidePixels;
  question.is_sound = is_sound;

  const std::array files{readable.fd(), picture_fd};
  const auto sent = std::span(files).first(picture_fd >= 0 ? 2 : 1);
  const auto answer = workers_.ask<FilmQuestion, FilmAnswer>(question, sent, {limits.cpu_seconds, limits.memory_bytes});
  if (!answer) return fail(broken(answer.error(), question.file_bytes, subject));
  const bool known = static_cast<std::uint8_t>(answer->verdict) < kVerdicts;
  if (known && answer->verdict != Verdict::ok) return fail(Code::bad_media, sentence(answer->verdict, subject));
  if (!known || !is_credible(*answer, question)) return fail(Code::bad_media, sentence(Verdict::damaged, subject));
  return *answer;
}

Film film_of(const FilmAnswer& answer) {
  return {static_cast<FilmFormat>(answer.format),
          answer.milliseconds,
          answer.width_pixels,
          answer.height_pixels,
          answer.frame_rate,
          answer.has_audio != 0};
}

Result<Film> ConfinedFilmProber::probe_film(int fd, const FilmLimits& limits) {
  const auto answer = ask(fd, -1, false, limits);
  if (!answer) return fail(answer.error());
  return film_of(*answer);
}

Result<Sound> ConfinedFilmProber::probe_sound(int fd, const FilmLimits& limits) {
  const auto answer = ask(fd, -1, true, limits);
  if (!answer) return fail(answer.error());
  return Sound{static_cast<SoundFormat>(answer->format), answer->milliseconds};
}

Result<Preview> ConfinedFilmProber::preview_film(int fd, int picture_fd, const FilmLimits& limits) {
  const ChildRoom room(kPosterBytes);
  if (room.fd() < 0) return fail(Code::io_failed, "no memory for a poster");
  const auto answer = ask(fd, room.fd(), false, limits);
  if (!answer) return fail(answer.error());
  Preview preview{film_of(*answer), {}};
  if (answer->poster_bytes == 0) return preview;
  DR_TRY(room.copy_to(picture_fd, answer->poster_bytes));
  preview.poster = Picture{Format::jpeg, answer->poster_width_pixels, answer->poster_height_pixels};
  return preview;
}

}  // namespace

std::unique_ptr<FilmProber> make_film_prober(std::size_t workers) {
  return std::make_unique<ConfinedFilmProber>(workers);
}

}  // namespace darkroom::media
