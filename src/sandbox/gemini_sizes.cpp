#include "sandbox/gemini_sizes.h"

#include <array>
#include <cmath>
#include <limits>

namespace darkroom::sandbox {
namespace {

constexpr std::array kModels{
    GeminiModel{"gemini-2.5-flash-image", true, false, "1K"},
    GeminiModel{"gemini-3-pro-image", false, false, "1K 2K 4K", true, false, true},
    GeminiModel{"gemini-3.1-flash-image", false, true, "1K 512 2K 4K", true, true, false},
    GeminiModel{"gemini-3.1-flash-lite-image", false, true, "1K"},
};

struct Row {
  std::string_view ratio;
  PixelSize family_3;  // at 1K; other sizes are multiples of it
  PixelSize flash_2_5;
  bool extreme = false;
};
constexpr std::array kRows{
    Row{"1:1", {1024, 1024}, {1024, 1024}}, Row{"2:3", {848, 1264}, {832, 1248}},
    Row{"3:2", {1264, 848}, {1248, 832}},   Row{"3:4", {896, 1200}, {864, 1184}},
    Row{"4:3", {1200, 896}, {1184, 864}},   Row{"4:5", {928, 1152}, {896, 1152}},
    Row{"5:4", {1152, 928}, {1152, 896}},   Row{"9:16", {768, 1376}, {768, 1344}},
    Row{"16:9", {1376, 768}, {1344, 768}},  Row{"21:9", {1584, 672}, {1536, 672}},
    Row{"1:4", {512, 2048}, {}, true},      Row{"4:1", {2048, 512}, {}, true},
    Row{"1:8", {384, 3072}, {}, true},      Row{"8:1", {3072, 384}, {}, true},
};

bool takes(const GeminiModel& model, const Row& row) { return !row.extreme || model.extreme_ratios; }

bool takes_size(const GeminiModel& model, std::string_view image_size) {
  std::string_view rest = model.image_sizes;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    if (rest.substr(0, end) == image_size) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

PixelSize scaled(PixelSize size, std::string_view image_size) {
  if (image_size == "512") return {size.width_pixels / 2, size.height_pixels / 2};
  const std::uint32_t factor = image_size == "4K" ? 4 : image_size == "2K" ? 2 : 1;
  return {size.width_pixels * factor, size.height_pixels * factor};
}

}  // namespace

const GeminiModel* find_gemini_model(std::string_view name) {
  if (constexpr std::string_view kPreview = "-preview"; name.ends_with(kPreview)) name.remove_suffix(kPreview.size());
  for (const GeminiModel& model : kModels) {
    if (model.name == name) return &model;
  }
  return nullptr;
}

std::optional<PixelSize> gemini_pixels(const GeminiModel& model, std::string_view ratio, std::string_view image_size) {
  if (!takes_size(model, image_size)) return std::nullopt;
  for (const Row& row : kRows) {
    if (row.ratio == ratio && takes(model, row))
      return scaled(model.wide_table ? row.flash_2_5 : row.family_3, image_size);
  }
  return std::nullopt;
}

std::string_view nearest_ratio(const GeminiModel& model, PixelSize shape) {
  const double wanted = std::log(static_cast<double>(shape.width_pixels) / shape.height_pixels);
  std::string_view nearest = "1:1";
  double smallest = std::numeric_limits<double>::max();
  for (const Row& row : kRows) {
    if (!takes(model, row)) continue;
    const double distance =
        std::abs(std::log(static_cast<double>(row.family_3.width_pixels) / row.family_3.height_pixels) - wanted);
    if (distance < smallest) {
      smallest = distance;
      nearest = row.ratio;
    }
  }
  return nearest;
}

}  // namespace darkroom::sandbox
