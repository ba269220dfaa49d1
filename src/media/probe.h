// Probe: what a file really is, by its bytes. Magic bytes, then the header's dimensions against the pixel limit, then
// a full decode in a confined child process (no network, no files, memory and CPU limits). The only door to libvips
// outside the sandbox's painter.
// Threads: probe() from any thread, blocks (belongs on a BlockingPool). Fails with Code::bad_media and a sentence that
// says what is wrong with the picture, or with Code::io_failed when no child could be started.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "media/media_types.h"

namespace darkroom::media {

struct ProbeLimits {
  std::uint64_t pixels = 67'108'864;
  bool accept_gif = false;
  int cpu_seconds = 5;
  std::uint64_t memory_bytes = 512ULL << 20;
};

class Prober {
 public:
  virtual ~Prober() = default;
  // Reads the regular file `fd` from offset 0; it stays open and its position unchanged.
  virtual Result<Picture> probe(int fd, const ProbeLimits& limits) = 0;
  // Its first frame as a WebP of kThumbnailBytes at most, whose sides are kThumbnailSidePixels at most. `fd` is read as
  // above.
  virtual Result<std::string> make_thumbnail(int fd, const ProbeLimits& limits) = 0;
};

inline constexpr std::uint32_t kThumbnailSidePixels = 320;
inline constexpr std::uint64_t kThumbnailBytes = 20'000;

// Decodes in child processes of this same program (started as `/proc/self/exe media-worker 3`), the first on the first
// picture, at most `workers` at a time, replaced when one dies or overruns; one that rests for a minute ends. A program
// with a prober must hand `media-worker FD` to run_media_worker in main(), before anything else is set up.
std::unique_ptr<Prober> make_confined_prober(std::size_t workers);
// The child's side: serves probe requests on the socket `fd` until it closes. Returns an exit code if it cannot begin.
int run_media_worker(int fd);

}  // namespace darkroom::media
