// Enhance: makes a film larger, cleaner, sharper and, if asked, smoother: on this machine, in a confined child process
// of its own (no network, no files but the two that it is given, memory and CPU limits), which is gone when the call
// returns. The sound is taken over as it is where MP4 can hold it.
// Threads: any; blocks for as long as it takes (belongs on a pool of its own), one child a call.
// Fails with Code::bad_media and a sentence for the customer, with cancelled, with deadline_exceeded, or with io_failed
// when no child could be started or the result cannot be written.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>

#include "base/result.h"
#include "media/media_types.h"

namespace darkroom::media {

enum class EnhanceQuality : std::uint8_t {
  standard,      // light cleaning and sharpening; added frames are blends of their neighbours
  professional,  // stronger cleaning, adaptive sharpening, finer encoding; added frames follow the motion
};

struct EnhanceLimits {
  std::chrono::milliseconds wall_time{30 * 60'000};
  int cpu_seconds = 2 * 60 * 60;
  std::uint64_t memory_bytes = 3ULL << 30;
  std::uint64_t output_bytes = 4ULL << 30;
  std::uint64_t pixels = 16'777'216;     // of a frame of the source
  std::uint64_t milliseconds = 600'000;  // of the source
  unsigned threads = 2;
};

struct EnhanceOrder {
  int input_fd = -1;                       // a regular file, read from its start; its position and bytes stay
  int output_fd = -1;                      // an empty regular file, opened for reading and writing
  std::uint32_t short_side_pixels = 1080;  // of the result; the ratio stays, sides are rounded to even
  double frame_rate = 0;                   // at most kMaxFrameRate; 0: as it is
  EnhanceQuality quality = EnhanceQuality::standard;
  EnhanceLimits limits = {};
  const std::atomic<bool>* cancel = nullptr;       // looked at several times a second
  std::function<void(double part)> progress = {};  // from 0 to 1, now and then, on the caller's thread
};

inline constexpr std::uint32_t kMinShortSide = 64;
inline constexpr std::uint32_t kMaxShortSide = 2160;
inline constexpr double kMaxFrameRate = 240;

// The result is an MP4 (H.264) that a player can begin with its first bytes.
Result<Film> enhance(const EnhanceOrder& order);
// The child's side. A program that enhances must hand `enhance-worker FD` to it in main().
int run_enhance_worker(int fd);

}  // namespace darkroom::media
