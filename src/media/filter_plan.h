// FilterPlan: what is done to the pictures of a film that is enhanced, as the text that libavfilter takes, and how the
// result is encoded. Pure.
#pragma once

#include <cstdint>
#include <string>

namespace darkroom::media {

struct SourceForm {
  std::uint32_t width_pixels = 0;  // as stored, before a turn
  std::uint32_t height_pixels = 0;
  double pixel_aspect = 1;  // width of a pixel by its height
  double frame_rate = 0;
  std::uint64_t milliseconds = 0;
};

struct FilterPlan {
  std::uint32_t width_pixels = 0;
  std::uint32_t height_pixels = 0;
  std::string filters;
  std::string preset;  // of x264
  std::string crf;
};

// `frame_rate` 0: as it is. New frames that follow the motion cost a quarter of a second of CPU for each megapixel;
// where that would be more than kMotionPixels in all, they are blended instead.
FilterPlan plan_filters(const SourceForm& source, std::uint32_t short_side_pixels, double frame_rate,
                        bool is_professional);

inline constexpr double kMotionPixels = 1280.0 * 720 * 60 * 60;  // a minute of 720p at 60 frames a second

}  // namespace darkroom::media
