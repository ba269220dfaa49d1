#include "media/filter_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace darkroom::media {
namespace {

std::uint32_t even(double side) { return std::max(2U, static_cast<std::uint32_t>(std::llround(side / 2)) * 2); }

// Nothing, or what brings it to the wanted rate.
std::string rate_filter(const SourceForm& source, double frame_rate, bool is_professional) {
  constexpr double kSame = 0.01;
  if (frame_rate == 0 || std::abs(frame_rate - source.frame_rate) < kSame) return "";
  if (frame_rate < source.frame_rate) return fmt::format("fps={},", frame_rate);
  const double pixels = static_cast<double>(source.width_pixels) * source.height_pixels * frame_rate *
                        static_cast<double>(source.milliseconds) / 1000;
  const bool follows_motion = is_professional && pixels <= kMotionPixels;
  const char* mode = follows_motion ? "mci:mc_mode=aobmc:me_mode=bidir:vsbmc=1" : "blend";
  // The filter needs frames beyond the last one to make up those before it; they are cut off again.
  const auto frames = std::llround(frame_rate * static_cast<double>(source.milliseconds) / 1000);
  return fmt::format("tpad=stop=3:stop_mode=clone,minterpolate=fps={}:mi_mode={},trim=end_frame={},", frame_rate, mode,
                     frames);
}

}  // namespace

FilterPlan plan_filters(const SourceForm& source, std::uint32_t short_side_pixels, double frame_rate,
                        bool is_professional) {
  const double width = source.width_pixels * source.pixel_aspect;
  const double height = source.height_pixels;
  const double factor = short_side_pixels / std::min(width, height);
  FilterPlan plan;
  plan.width_pixels = even(width * factor);
  plan.height_pixels = even(height * factor);
  // Cleaned before it grows, as noise would grow with it; sharpened after, at the size at which it is seen.
  const std::string scale = fmt::format("scale={}:{}:flags=lanczos+accurate_rnd+full_chroma_int,setsar=1,",
                                        plan.width_pixels, plan.height_pixels);
  const std::string rate = rate_filter(source, frame_rate, is_professional);
  plan.filters = is_professional ? "hqdn3d=2.5:2:5:4," + rate + scale + "cas=strength=0.45,format=yuv420p"
                                 : "hqdn3d=1.2:1:3:2.5," + rate + scale + "unsharp=5:5:0.6:5:5:0,format=yuv420p";
  plan.preset = is_professional ? "fast" : "veryfast";
  plan.crf = is_professional ? "17" : "19";
  return plan;
}

}  // namespace darkroom::media
