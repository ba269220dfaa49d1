// The messages between the prober and its media workers, over a SOCK_SEQPACKET pair: one packet each, fixed size, same
// program on both sides. The question carries the picture's descriptor (SCM_RIGHTS).
#pragma once

#include <cstdint>

#include "media/container.h"

namespace darkroom::media {

// Sent once by a worker, when it is confined and ready.
struct Hello {
  std::uint64_t address_space_bytes = 0;  // in use before any picture; 0: it cannot be limited (address sanitizer)
};

struct Question {
  std::uint64_t file_bytes = 0;
  std::uint64_t pixels = 0;
  std::uint8_t accept_gif = 0;
};

struct Answer {
  Verdict verdict = Verdict::unreadable;
  Format format = Format::png;
  std::uint32_t width_pixels = 0;
  std::uint32_t height_pixels = 0;
};

// A worker that hears nothing for this long ends by itself, so an idle server keeps no decoder in memory.
inline constexpr int kIdleSeconds = 60;

}  // namespace darkroom::media
