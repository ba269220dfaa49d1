// The messages between the probers and their media workers, over a SOCK_SEQPACKET pair: one packet each, fixed size,
// same program on both sides. A question carries the descriptors of its files (SCM_RIGHTS).
#pragma once

#include <cstddef>
#include <cstdint>

#include "media/media_types.h"
#include "media/verdict.h"

namespace darkroom::media {

// Sent once by a worker, when it is confined and ready.
struct Hello {
  std::uint64_t address_space_bytes = 0;  // in use before any file; 0: it cannot be limited (address sanitizer)
};

struct PictureQuestion {  // the picture; and the file for its thumbnail, if one is wanted
  std::uint64_t file_bytes = 0;
  std::uint64_t pixels = 0;
  std::uint64_t thumbnail_bytes = 0;  // room in the second file; 0: there is none
  std::uint32_t thumbnail_side_pixels = 0;
  std::uint8_t accept_gif = 0;
};

struct PictureAnswer {
  Verdict verdict = Verdict::unreadable;
  Format format = Format::png;
  std::uint32_t width_pixels = 0;
  std::uint32_t height_pixels = 0;
  std::uint64_t thumbnail_bytes = 0;  // a WebP
};

struct FilmQuestion {  // the film or sound; and the file for its first frame, if one is wanted
  std::uint64_t file_bytes = 0;
  std::uint64_t pixels = 0;        // of a frame, at most
  std::uint64_t milliseconds = 0;  // at most
  std::uint64_t poster_bytes = 0;  // room in the second file; 0: there is none
  std::uint32_t poster_side_pixels = 0;
  std::uint8_t is_sound = 0;  // whether a sound was announced, not a film
};

struct FilmAnswer {
  Verdict verdict = Verdict::unreadable;
  std::uint8_t format = 0;  // a FilmFormat, or a SoundFormat
  std::uint8_t has_audio = 0;
  std::uint64_t milliseconds = 0;
  std::uint32_t width_pixels = 0;
  std::uint32_t height_pixels = 0;
  double frame_rate = 0;
  std::uint64_t poster_bytes = 0;  // a JPEG; 0: there is none
  std::uint32_t poster_width_pixels = 0;
  std::uint32_t poster_height_pixels = 0;
};

struct EnhanceQuestion {  // the film, and the file for the result
  std::uint64_t file_bytes = 0;
  std::uint64_t pixels = 0;        // of a frame of the source, at most
  std::uint64_t milliseconds = 0;  // at most
  double frame_rate = 0;           // 0: as it is
  std::uint32_t short_side_pixels = 0;
  std::uint32_t threads = 1;
  std::uint8_t is_professional = 0;
};

struct EnhanceReport {  // several, until the last one
  Verdict verdict = Verdict::unreadable;
  std::uint8_t is_last = 0;
  double part = 0;  // that is done
};

inline constexpr std::size_t kMaxFiles = 2;
// A worker that hears nothing for this long ends by itself, so an idle server keeps no decoder in memory.
inline constexpr int kIdleSeconds = 60;

}  // namespace darkroom::media
