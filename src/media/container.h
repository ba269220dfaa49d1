// Container: what a picture file says of itself, read without decoding a pixel: format by magic bytes, dimensions from
// the header, whether the file is whole, how many frames and scans a decoder would meet. Small on purpose: it is the
// first code to touch hostile bytes. Pure; every read is bounds-checked.
#pragma once

#include <cstdint>
#include <expected>

#include "base/bytes.h"
#include "media/media_types.h"
#include "media/verdict.h"

namespace darkroom::media {

struct Header {
  Format format = Format::png;
  std::uint32_t width_pixels = 0;
  std::uint32_t height_pixels = 0;
};

// What a decoder would have to work through.
struct Extent {
  std::uint64_t frames = 1;
  std::uint64_t scans = 1;  // of a progressive JPEG
};

// The format by its first bytes and the dimensions by its header. Fails with not_a_picture, cut_off or damaged.
std::expected<Header, Verdict> read_header(ByteView bytes);
// Walks the file from block to block to its end mark; what follows the mark is tolerated, as cameras append data there.
// Fails with cut_off or damaged.
std::expected<Extent, Verdict> walk_container(ByteView bytes, Format format);

}  // namespace darkroom::media
