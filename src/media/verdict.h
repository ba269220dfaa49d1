// Verdict: how a look at a media file ends. A closed list, so that a decoder that went astray cannot put words into our
// mouth. Plain values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace darkroom::media {

enum class Verdict : std::uint8_t {
  ok,
  not_a_picture,
  not_a_film,
  not_a_sound,
  gif_not_accepted,
  cut_off,
  damaged,
  too_many_pixels,
  too_many_frames,
  too_many_scans,
  too_long,
  unknown_codec,
  not_written,
  unreadable,
};
inline constexpr std::uint8_t kVerdicts = 14;

// Why it was refused, for the customer; `subject` is "picture", "video" or "audio".
std::string sentence(Verdict verdict, std::string_view subject);

}  // namespace darkroom::media
