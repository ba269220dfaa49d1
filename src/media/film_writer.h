// FilmWriter: makes an MP4 (H.264, AAC) of pictures and sound that its caller draws; the index stands before the media,
// so that a player can begin with the first bytes. The same input gives the same bytes: one thread, no dates.
// For films that we make ourselves; foreign ones are read in a confined process only.
// Threads: any, one film each; seconds of CPU at most. Fails with Code::internal when libav is missing or refuses, with
// Code::io_failed when the file cannot be written.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "base/result.h"

namespace darkroom::media {

// One picture as H.264 takes it: luma for every pixel, the two colour differences for every second one of every second
// line (4:2:0, BT.709, 16 to 235).
struct Planes {
  struct Plane {
    std::uint8_t* at = nullptr;
    std::size_t stride_bytes = 0;
  };
  Plane luma;
  Plane blue;
  Plane red;
};

struct FilmForm {
  std::uint32_t width_pixels = 0;  // both even
  std::uint32_t height_pixels = 0;
  unsigned frames_per_second = 24;
  unsigned frames = 0;       // at least one
  unsigned loop_frames = 0;  // so many are drawn and encoded; then they repeat, which costs no encoding
  bool sound = false;
};

inline constexpr unsigned kSoundRate = 44100;  // samples a second, one channel

// Draws frame `index`, 0 to loop_frames - 1, each once and in this order. The planes still hold the one before it.
using DrawFrame = std::function<void(unsigned index, const Planes& planes)>;
// Fills in samples from -1 to 1, of which the first is number `first` of the film.
using PlaySound = std::function<void(std::uint64_t first, std::span<float> samples)>;

// Writes to `fd` from its start; `play` is called if form.sound.
Status write_film(int fd, const FilmForm& form, const DrawFrame& draw, const PlaySound& play);

}  // namespace darkroom::media
