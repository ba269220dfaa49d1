// Film: the sandbox's moving pictures: a painting in whose sky a balloon sways, as an MP4 (H.264, and AAC where sound
// is asked for) of the true length, size and frame rate. The same order gives the same bytes. Threads: any; costs
// tenths of a second of CPU (a few of them at 4K, whatever the length), so it belongs on a BlockingPool. A film is a
// file in memory, shared by all who send it. Fails with Code::internal when the machine cannot (no memory, no encoder).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/guarded.h"
#include "base/http_message.h"
#include "sandbox/lru.h"
#include "sandbox/painter.h"

namespace darkroom::sandbox {

struct FilmOrder {
  // What the film shows. An odd side loses a pixel, since the colours of H.264 belong to two pixels by two;
  // at_least_bytes counts for the film, which is padded with bytes that players pass over.
  Painting picture;
  milliseconds length{5000};  // rounded to whole frames, from one frame to kLongestFilm
  unsigned frames_per_second = 24;
  bool sound = false;
};
inline constexpr milliseconds kLongestFilm{60'000};

struct Film {
  std::shared_ptr<const http::OpenFile> file;  // in memory; nobody writes to it any more
  std::uint64_t bytes = 0;

  // For an answer of the whole film.
  http::Body body() const { return http::FileRange{file, 0, bytes}; }
};

Result<Film> paint_film(const FilmOrder& order);
// The film's first or last frame as a PNG, for vendors that send it along.
enum class Moment : std::uint8_t { first, last };
Result<std::string> paint_frame(const FilmOrder& order, Moment moment);

// What "#badimage" sends in place of a film.
inline constexpr std::string_view kNoFilm = "This is not a film, whatever its label says.";

// Films by their orders: the lately asked ones are not painted again. Threads: any.
class FilmShelf {
 public:
  Result<Film> get(const FilmOrder& order);

 private:
  static constexpr std::uint64_t kKeptBytes = 64 << 20;  // of memory; padding takes none
  Guarded<Lru<Film>> films_{kKeptBytes};
};

}  // namespace darkroom::sandbox
