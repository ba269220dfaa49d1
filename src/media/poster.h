// Poster: a decoded frame as a small JPEG. Threads: any; pure but for memory. For confined processes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "media/libav.h"

namespace darkroom::media {

struct Poster {
  std::uint64_t bytes = 0;
  std::uint32_t width_pixels = 0;
  std::uint32_t height_pixels = 0;
};

// Shrinks `frame` until neither side has more than `side_pixels`, and writes it to `room`. Nothing when it cannot be
// converted, or needs more room.
std::optional<Poster> make_poster(const AVFrame& frame, std::uint32_t side_pixels, std::span<std::uint8_t> room);

}  // namespace darkroom::media
