// Film probe: what a film or sound that a customer names really is, and a film's first frame as a picture. A decoder
// looks at it, in a confined child process (no network, no files, memory and CPU limits), never in this one. The length
// is that of the samples that are there, not what a header says.
// Threads: any; blocks (belongs on a BlockingPool). Fails with Code::bad_media and a sentence that says what is wrong
// with the file, or with Code::io_failed when no child could be started.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/result.h"
#include "media/media_types.h"

namespace darkroom::media {

struct FilmLimits {
  std::uint64_t pixels = 16'777'216;  // of a frame: 4096 x 4096
  std::uint64_t milliseconds = 600'000;
  int cpu_seconds = 10;
  std::uint64_t memory_bytes = 1ULL << 30;
};

// What a film is, and its first frame.
struct Preview {
  Film film;
  std::optional<Picture> poster;  // nothing: the frame could not be made a picture
};

class FilmProber {
 public:
  virtual ~FilmProber() = default;
  // All read the regular file `fd` from offset 0; it stays open, its position and its bytes unchanged.
  virtual Result<Film> probe_film(int fd, const FilmLimits& limits) = 0;
  virtual Result<Sound> probe_sound(int fd, const FilmLimits& limits) = 0;
  // As probe_film; writes the first frame to `picture_fd`, at its position, as a JPEG whose sides are kPosterSidePixels
  // at most.
  virtual Result<Preview> preview_film(int fd, int picture_fd, const FilmLimits& limits) = 0;
};

inline constexpr std::uint32_t kPosterSidePixels = 1280;

// Children of this same program (started as `/proc/self/exe film-worker 3`), the first with the first film, at most
// `workers` at a time. A program with such a prober must hand `film-worker FD` to run_film_worker in main().
std::unique_ptr<FilmProber> make_film_prober(std::size_t workers);
// The child's side: serves questions on the socket `fd` until it closes. Returns an exit code if it cannot begin.
int run_film_worker(int fd);

}  // namespace darkroom::media
