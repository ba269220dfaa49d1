#include "sandbox/media_links.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "sandbox/base64.h"

namespace darkroom::sandbox {
namespace {

constexpr std::string_view kBase64 = ";base64,";

std::string_view type_start(Medium medium) { return medium == Medium::picture ? "data:image/" : "data:audio/"; }

double log_shape(double width, double height) { return std::log(width / height); }

}  // namespace

std::optional<std::string> read_link(std::string_view link, Medium medium) {
  if (link.starts_with("http://") || link.starts_with("https://")) return std::string();
  if (medium == Medium::film || !link.starts_with(type_start(medium))) return std::nullopt;
  const std::size_t data = link.find(kBase64);
  if (data == std::string_view::npos) return std::nullopt;
  auto bytes = decode_base64(link.substr(data + kBase64.size()));
  if (!bytes || bytes->empty()) return std::nullopt;
  if (medium == Medium::picture && !find_picture_size(as_bytes(*bytes))) return std::nullopt;
  return bytes;
}

std::optional<Ratio> parse_ratio(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto number = [](std::string_view digits) {
    std::uint32_t value = 0;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return problem == std::errc() && end == digits.data() + digits.size() ? value : 0;
  };
  const Ratio ratio{number(text.substr(0, colon)), number(text.substr(colon + 1))};
  return ratio.width == 0 || ratio.height == 0 ? std::nullopt : std::optional(ratio);
}

std::string_view find_nearest_ratio(PixelSize shape, std::initializer_list<std::string_view> ratios) {
  const double wanted = log_shape(shape.width_pixels, shape.height_pixels);
  std::string_view nearest;
  double smallest = std::numeric_limits<double>::max();
  for (const std::string_view text : ratios) {
    const auto ratio = parse_ratio(text);
    if (!ratio) continue;
    const double distance = std::abs(log_shape(ratio->width, ratio->height) - wanted);
    if (distance >= smallest) continue;
    smallest = distance;
    nearest = text;
  }
  return nearest;
}

std::optional<PixelSize> find_first_shape(const std::vector<std::string>& pictures) {
  for (const std::string& picture : pictures) {
    if (const auto shape = find_picture_size(as_bytes(picture))) return shape;
  }
  return std::nullopt;
}

PixelSize size_of_short_side(Ratio ratio, std::uint32_t short_side_pixels) {
  const auto [low, high] = std::minmax(ratio.width, ratio.height);
  const std::uint32_t long_side = (short_side_pixels * high + low / 2) / low & ~1U;
  return ratio.width >= ratio.height ? PixelSize{long_side, short_side_pixels}
                                     : PixelSize{short_side_pixels, long_side};
}

PixelSize size_of_area(Ratio ratio, std::uint32_t pixels) {
  const double scale = std::sqrt(static_cast<double>(pixels) / (static_cast<double>(ratio.width) * ratio.height));
  const auto side = [&](std::uint32_t part) {
    return std::max(16U, static_cast<std::uint32_t>(std::lround(part * scale / 16)) * 16);
  };
  return {side(ratio.width), side(ratio.height)};
}

}  // namespace darkroom::sandbox
