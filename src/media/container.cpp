#include "media/container.h"

#include <algorithm>

#include "media/cursor.h"

namespace darkroom::media {
namespace {

constexpr std::string_view kPngMagic{"\x89PNG\r\n\x1a\n", 8};
constexpr std::string_view kJpegMagic{"\xff\xd8\xff", 3};

std::expected<Header, Verdict> finished(const Cursor& cursor, Format format, std::uint32_t width,
                                        std::uint32_t height) {
  if (cursor.short_read()) return std::unexpected(Verdict::cut_off);
  if (width == 0 || height == 0) return std::unexpected(Verdict::damaged);
  return Header{format, width, height};
}

// PNG (ISO 15948): an eight-byte signature, then chunks; IHDR comes first and is 13 bytes long.
std::expected<Header, Verdict> read_png_header(ByteView bytes) {
  Cursor cursor(bytes, kPngMagic.size());
  const std::uint32_t length = cursor.big_endian(4);
  const bool is_header = cursor.starts_with("IHDR");
  cursor.skip(4);
  if (!cursor.short_read() && (length != 13 || !is_header)) return std::unexpected(Verdict::damaged);
  const std::uint32_t width = cursor.big_endian(4);
  const std::uint32_t height = cursor.big_endian(4);
  return finished(cursor, Format::png, width, height);
}

std::expected<Extent, Verdict> walk_png(ByteView bytes) {
  Cursor cursor(bytes, kPngMagic.size());
  for (bool has_pixels = false;;) {
    const std::uint32_t length = cursor.big_endian(4);
    const bool is_end = cursor.starts_with("IEND");
    has_pixels = has_pixels || cursor.starts_with("IDAT");
    cursor.skip(4 + std::uint64_t{length} + 4);
    if (cursor.short_read()) return std::unexpected(Verdict::cut_off);
    if (is_end) return has_pixels ? std::expected<Extent, Verdict>(Extent{}) : std::unexpected(Verdict::damaged);
  }
}

// JPEG (ITU T.81): markers of 0xFF and a code; all but a few carry a big-endian length that counts itself.
constexpr std::uint8_t kStartOfScan = 0xDA;
constexpr std::uint8_t kEndOfImage = 0xD9;

bool is_start_of_frame(std::uint8_t marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}
bool stands_alone(std::uint8_t marker) { return marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8); }

// The next marker's code. Within a scan, stuffed zeros and restart marks belong to the data and are passed over.
std::uint8_t next_marker(Cursor& cursor, bool in_scan) {
  for (;;) {
    if (!cursor.seek(0xFF)) {
      cursor.byte();
      return 0;
    }
    std::uint8_t code = 0xFF;
    while (code == 0xFF && !cursor.short_read()) code = cursor.byte();
    if (cursor.short_read()) return 0;
    const bool is_data = code == 0 || (code >= 0xD0 && code <= 0xD7);
    if (!(in_scan && is_data)) return code;
  }
}

std::expected<Header, Verdict> read_jpeg_header(ByteView bytes) {
  Cursor cursor(bytes, 2);
  for (;;) {
    const std::uint8_t marker = next_marker(cursor, false);
    if (cursor.short_read()) return std::unexpected(Verdict::cut_off);
    if (stands_alone(marker)) continue;
    if (marker == kStartOfScan || marker == kEndOfImage || marker == 0) return std::unexpected(Verdict::damaged);
    const std::uint32_t length = cursor.big_endian(2);
    if (!cursor.short_read() && length < 2) return std::unexpected(Verdict::damaged);
    if (!is_start_of_frame(marker)) {
      cursor.skip(length - 2);
      continue;
    }
    cursor.skip(1);  // sample precision
    const std::uint32_t height = cursor.big_endian(2);
    const std::uint32_t width = cursor.big_endian(2);
    return finished(cursor, Format::jpeg, width, height);
  }
}

std::expected<Extent, Verdict> walk_jpeg(ByteView bytes) {
  Cursor cursor(bytes, 2);
  Extent extent{1, 0};
  for (;;) {
    const std::uint8_t marker = next_marker(cursor, extent.scans > 0);
    if (cursor.short_read()) return std::unexpected(Verdict::cut_off);
    if (marker == kEndOfImage) {
      return extent.scans > 0 ? std::expected<Extent, Verdict>(extent) : std::unexpected(Verdict::damaged);
    }
    if (stands_alone(marker)) continue;
    const std::uint32_t length = cursor.big_endian(2);
    if (!cursor.short_read() && length < 2) return std::unexpected(Verdict::damaged);
    cursor.skip(length - 2);
    if (marker == kStartOfScan) ++extent.scans;
  }
}

// WebP: a RIFF file of the form WEBP, its chunks padded to even lengths. VP8X names a canvas; a plain file has one
// VP8 (lossy) or VP8L (lossless) chunk.
std::expected<Header, Verdict> read_webp_header(ByteView bytes) {
  Cursor cursor(bytes, 12);
  const bool extended = cursor.starts_with("VP8X");
  const bool lossy = cursor.starts_with("VP8 ");
  const bool lossless = cursor.starts_with("VP8L");
  cursor.skip(8);
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  if (extended) {
    cursor.skip(4);  // flags
    width = cursor.little_endian(3) + 1;
    height = cursor.little_endian(3) + 1;
  } else if (lossy) {
    cursor.skip(3);  // frame tag
    if (cursor.big_endian(3) != 0x9D012A && !cursor.short_read()) return std::unexpected(Verdict::damaged);
    width = cursor.little_endian(2) & 0x3FFF;
    height = cursor.little_endian(2) & 0x3FFF;
  } else if (lossless) {
    if (cursor.byte() != 0x2F && !cursor.short_read()) return std::unexpected(Verdict::damaged);
    const std::uint32_t packed = cursor.little_endian(4);
    width = (packed & 0x3FFF) + 1;
    height = (packed >> 14 & 0x3FFF) + 1;
  } else if (!cursor.short_read()) {
    return std::unexpected(Verdict::damaged);
  }
  return finished(cursor, Format::webp, width, height);
}

std::expected<Extent, Verdict> walk_webp(ByteView bytes) {
  Cursor size_field(bytes, 4);
  const std::uint64_t end = std::uint64_t{size_field.little_endian(4)} + 8;
  if (end > bytes.size()) return std::unexpected(Verdict::cut_off);
  Cursor cursor(bytes.first(static_cast<std::size_t>(end)), 12);
  std::uint64_t frames = 0;
  while (cursor.at() < end) {
    if (cursor.starts_with("ANMF")) ++frames;
    cursor.skip(4);
    const std::uint64_t length = cursor.little_endian(4);
    cursor.skip(length);
    if (cursor.short_read()) return std::unexpected(Verdict::damaged);
    if (length % 2 == 1 && cursor.at() < end) cursor.skip(1);
  }
  return Extent{std::max<std::uint64_t>(frames, 1), 1};
}

// GIF89a: a screen descriptor, then extensions and images, each a run of sub-blocks closed by an empty one.
std::expected<Header, Verdict> read_gif_header(ByteView bytes) {
  Cursor cursor(bytes, 6);
  const std::uint32_t width = cursor.little_endian(2);
  const std::uint32_t height = cursor.little_endian(2);
  return finished(cursor, Format::gif, width, height);
}

void skip_colour_table(Cursor& cursor, std::uint8_t flags) {
  if (flags & 0x80) cursor.skip(std::uint64_t{3} << ((flags & 7) + 1));
}

void skip_sub_blocks(Cursor& cursor) {
  while (const std::uint8_t length = cursor.byte()) cursor.skip(length);
}

std::expected<Extent, Verdict> walk_gif(ByteView bytes) {
  Cursor cursor(bytes, 10);
  const std::uint8_t screen_flags = cursor.byte();
  cursor.skip(2);
  skip_colour_table(cursor, screen_flags);
  for (Extent extent{0, 1};;) {
    const std::uint8_t block = cursor.byte();
    if (cursor.short_read()) return std::unexpected(Verdict::cut_off);
    if (block == 0x3B) {
      return extent.frames > 0 ? std::expected<Extent, Verdict>(extent) : std::unexpected(Verdict::damaged);
    }
    if (block == 0x21) {
      cursor.skip(1);  // label
    } else if (block == 0x2C) {
      ++extent.frames;
      cursor.skip(8);
      skip_colour_table(cursor, cursor.byte());
      cursor.skip(1);  // code size
    } else {
      return std::unexpected(Verdict::damaged);
    }
    skip_sub_blocks(cursor);
  }
}

}  // namespace

std::expected<Header, Verdict> read_header(ByteView bytes) {
  const std::string_view text = as_text(bytes);
  if (text.starts_with(kPngMagic)) return read_png_header(bytes);
  if (text.starts_with(kJpegMagic)) return read_jpeg_header(bytes);
  if (text.starts_with("RIFF") && text.size() >= 12 && text.substr(8, 4) == "WEBP") return read_webp_header(bytes);
  if (text.starts_with("GIF87a") || text.starts_with("GIF89a")) return read_gif_header(bytes);
  return std::unexpected(Verdict::not_a_picture);
}

std::expected<Extent, Verdict> walk_container(ByteView bytes, Format format) {
  switch (format) {
    case Format::png: return walk_png(bytes);
    case Format::jpeg: return walk_jpeg(bytes);
    case Format::webp: return walk_webp(bytes);
    case Format::gif: return walk_gif(bytes);
  }
  return std::unexpected(Verdict::not_a_picture);
}

}  // namespace darkroom::media
