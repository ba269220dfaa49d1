// Media links: pictures, films and sounds as vendors with JSON bodies are given them, and the shapes of films.
// Pure but for reading the header of a picture.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "sandbox/painter.h"

namespace darkroom::sandbox {

enum class Medium : std::uint8_t { picture, sound, film };

// The bytes of a data URI; empty for an http(s) link, which is not followed here. Nothing for anything else, for a film
// in a data URI, and for a picture that cannot be read.
std::optional<std::string> read_link(std::string_view link, Medium medium);

struct Ratio {
  std::uint32_t width = 16;
  std::uint32_t height = 9;
};
// "16:9"; nothing for another form or a zero.
std::optional<Ratio> parse_ratio(std::string_view text);
// That of `ratios` which is nearest to a picture's shape.
std::string_view find_nearest_ratio(PixelSize shape, std::initializer_list<std::string_view> ratios);
// The shape of the first picture of which the bytes are known.
std::optional<PixelSize> find_first_shape(const std::vector<std::string>& pictures);

// Both sides even.
PixelSize size_of_short_side(Ratio ratio, std::uint32_t short_side_pixels);
// About that many pixels, both sides multiples of 16.
PixelSize size_of_area(Ratio ratio, std::uint32_t pixels);

}  // namespace darkroom::sandbox
