#include "sandbox/png_padding.h"

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

}  // namespace darkroom::sandbox
