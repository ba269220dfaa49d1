// Thumbnail: the first frame of a picture as a small WebP, within a number of bytes. For confined processes: the
// picture is anybody's. Threads: any; libvips starts its own, which stay confined.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.h"

namespace darkroom::media {

// Shrinks the picture until neither side has more than `side_pixels`, and writes it to `room` in the best quality that
// has a place there; gives its bytes. Nothing when it cannot be decoded, or has no place in any quality.
std::optional<std::uint64_t> make_thumbnail(ByteView picture, std::uint32_t side_pixels, std::span<std::uint8_t> room);

}  // namespace darkroom::media
