// Gemini sizes: which image models there are, which ratios and sizes each takes, and how many pixels come out.
// Source: ai.google.dev, image generation guide. Pure tables.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sandbox/painter.h"

namespace darkroom::sandbox {

struct GeminiModel {
  std::string_view name;
  bool wide_table;               // the pixel table of 2.5-flash; otherwise that of the 3 family
  bool extreme_ratios;           // 1:4, 4:1, 1:8, 8:1
  std::string_view image_sizes;  // space-separated; the first is the default
  bool searches = false;
  bool searches_images = false;
  bool shows_drafts = false;  // thoughts with pictures come before the result
};

// By name or one of its aliases; nullptr for an unknown one.
const GeminiModel* find_gemini_model(std::string_view name);
// Nothing for a ratio or size that the model does not take.
std::optional<PixelSize> gemini_pixels(const GeminiModel& model, std::string_view ratio, std::string_view image_size);
// The model's ratio nearest to a picture's shape.
std::string_view nearest_ratio(const GeminiModel& model, PixelSize shape);

}  // namespace darkroom::sandbox
