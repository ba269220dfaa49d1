#include "sandbox/picture_padding.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/check.h"
#include "base/random.h"

namespace darkroom::sandbox {
namespace {

// Lower case: ancillary, private, safe to copy (ISO 15948, 5.4).
constexpr std::string_view kChunkType = "paDd";
constexpr std::size_t kEndBytes = 12;    // IEND: length, type, checksum
constexpr std::size_t kFrameBytes = 12;  // what a chunk adds to its data
// Decoders bound how much of an unknown chunk they take, so the padding comes in pieces.
constexpr std::uint64_t kChunkBytes = 1 << 20;

// ITU T.81, B.1: after the start of the image come segments, each with its marker and a length of two bytes that counts
// itself; application segment 15 is nobody's.
constexpr std::size_t kJpegStartBytes = 2;
constexpr std::string_view kFirstSegmentMarker = "\xFF\xE0";
constexpr std::string_view kSegmentMarker = "\xFF\xEF";
constexpr std::size_t kSegmentFrameBytes = 4;
constexpr std::uint64_t kSegmentBytes = 65'533;

constexpr std::array<std::uint32_t, 256> kCrcTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320U : 0U);
    table[i] = crc;
  }
  return table;
}();

std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = ~0U;
  for (const char c : bytes) crc = crc >> 8 ^ kCrcTable[(crc ^ static_cast<std::uint8_t>(c)) & 255];
  return ~crc;
}

void append_big_endian(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}

void append_chunk(std::string& png, std::uint64_t data_bytes, SeededRandom& noise) {
  append_big_endian(png, static_cast<std::uint32_t>(data_bytes));
  const std::size_t start = png.size();
  png += kChunkType;
  png.resize(png.size() + data_bytes);
  noise.fill(
      {reinterpret_cast<std::uint8_t*>(png.data()) + start + kChunkType.size(), static_cast<std::size_t>(data_bytes)});
  append_big_endian(png, crc32(std::string_view(png).substr(start)));
}

// Behind the start and the first application segment, which readers expect where it is.
std::size_t find_place(std::string_view jpeg) {
  std::size_t place = kJpegStartBytes;
  if (jpeg.substr(place).starts_with(kFirstSegmentMarker) && jpeg.size() > place + kSegmentFrameBytes) {
    const auto byte = [&](std::size_t at) { return static_cast<std::size_t>(static_cast<std::uint8_t>(jpeg[at])); };
    place += 2 + (byte(place + 2) << 8 | byte(place + 3));
  }
  return std::min(place, jpeg.size());
}

}  // namespace

void pad_png(std::string& png, std::uint64_t bytes, std::uint64_t seed) {
  if (png.size() >= bytes) return;
  DR_CHECK(png.size() > kEndBytes);
  const std::string end = png.substr(png.size() - kEndBytes);
  png.resize(png.size() - kEndBytes);
  png.reserve(bytes + 2 * kFrameBytes);
  SeededRandom noise(seed);
  while (png.size() + kEndBytes < bytes) {
    const std::uint64_t missing = bytes - kEndBytes - png.size();
    append_chunk(png, std::clamp<std::uint64_t>(missing, kFrameBytes + 1, kChunkBytes + kFrameBytes) - kFrameBytes,
                 noise);
  }
  png += end;
}

void pad_jpeg(std::string& jpeg, std::uint64_t bytes, std::uint64_t seed) {
  if (jpeg.size() >= bytes) return;
  std::string segments;
  segments.reserve(bytes - jpeg.size() + 2 * kSegmentFrameBytes);
  SeededRandom noise(seed);
  while (jpeg.size() + segments.size() < bytes) {
    const std::uint64_t missing = bytes - jpeg.size() - segments.size();
    const auto data = std::clamp<std::uint64_t>(missing, kSegmentFrameBytes, kSegmentBytes) - kSegmentFrameBytes;
    segments += kSegmentMarker;
    segments += static_cast<char>((data + 2) >> 8);
    segments += static_cast<char>(data + 2);
    const std::size_t start = segments.size();
    segments.resize(start + data);
    noise.fill({reinterpret_cast<std::uint8_t*>(segments.data()) + start, static_cast<std::size_t>(data)});
  }
  jpeg.insert(find_place(jpeg), segments);
}

}  // namespace darkroom::sandbox
