// Film container: what an MP4 or MOV file says of itself, read from its boxes (ISO 14496-12) without decoding anything:
// length, dimensions, frames, whether there is sound, and whether the file is whole. The first code to touch hostile
// films, as container.h is for pictures. Pure; every read is bounds-checked, and work is bounded by the file's length.
#pragma once

#include <cstdint>
#include <expected>

#include "base/bytes.h"
#include "media/media_types.h"
#include "media/verdict.h"

namespace darkroom::media {

struct FilmHeader {
  FilmFormat format = FilmFormat::mp4;
  bool has_pictures = false;  // without them it is a sound file (M4A), and width, height and rate are 0
  bool has_sound = false;
  std::uint64_t duration_milliseconds = 0;  // of the pictures; of the sound if there are none
  std::uint32_t width_pixels = 0;
  std::uint32_t height_pixels = 0;
  double frame_rate = 0;
};

// Whether the first bytes are those of this family; pictures that share its boxes (HEIC, AVIF) are not.
bool looks_like_film(ByteView bytes);
// Fails with not_a_film, cut_off or damaged.
std::expected<FilmHeader, Verdict> read_film_header(ByteView bytes);

}  // namespace darkroom::media
