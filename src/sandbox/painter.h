// Painter: the sandbox's pictures. A landscape whose colours and shapes come from the request's seed, the prompt over
// it, the references as prints, and a line that says which model was asked for what. The same painting gives the same
// bytes. Threads: any; slow (tens of milliseconds a megapixel), so it belongs on a BlockingPool. The first call loads
// fonts. Fails with Code::internal when the machine cannot (no memory, no encoder).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace darkroom::sandbox {

struct PixelSize {
  std::uint32_t width_pixels = 0;
  std::uint32_t height_pixels = 0;
  friend bool operator==(const PixelSize&, const PixelSize&) = default;
};

enum class PictureFormat : std::uint8_t { png, jpeg, webp };

struct Painting {
  PixelSize size;
  std::string prompt;
  std::string model;
  std::string label;                    // e.g. "16:9 · 1K"; the pixels are added
  std::vector<std::string> references;  // encoded pictures; one that cannot be read is shown as an empty print
  std::uint64_t seed = 0;               // of everything that is not written
  std::uint64_t at_least_bytes = 0;     // padded to this length, with valid chunks that viewers pass over; not WebP
  PictureFormat format = PictureFormat::png;
};

inline constexpr std::size_t kMaxReferences = 14;

// What "#badimage" sends in place of a picture.
inline constexpr std::string_view kNoPicture = "This is not a picture, whatever its label says.";

Result<std::string> paint(const Painting& painting);
// The dimensions of an encoded PNG, JPEG or WebP; nothing for other bytes.
std::optional<PixelSize> find_picture_size(ByteView encoded);

}  // namespace darkroom::sandbox
