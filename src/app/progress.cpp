#include "app/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace darkroom::app {
namespace {

constexpr double kUnknownSeconds = 15;
constexpr int kBarCells = 30;
constexpr double kLinearShare = 0.9;

}  // namespace

double progress_share(double elapsed_seconds, double typical_seconds) {
  const double expected = std::max(typical_seconds, 0.1);
  if (elapsed_seconds < expected) return kLinearShare * elapsed_seconds / expected;
  return 1 - (1 - kLinearShare) * std::exp(-(elapsed_seconds - expected) / (2 * expected));
}

Progress::Progress(Terminal& terminal, std::optional<double> typical_seconds)
    : terminal_(terminal), typical_seconds_(typical_seconds.value_or(kUnknownSeconds)) {}

Progress::~Progress() { clear(); }

void Progress::show(milliseconds elapsed) {
  const double now = std::chrono::duration<double>(elapsed).count();
  if (!terminal_.err_is_terminal) {
    if (elapsed < next_line_) return;
    terminal_.err << fmt::format("processing, {:.0f} s\n", now) << std::flush;
    next_line_ = std::chrono::floor<seconds>(elapsed) + seconds(10);
    return;
  }
  const double share = progress_share(now, typical_seconds_);
  const int full = std::clamp(static_cast<int>(share * kBarCells), 0, kBarCells - 1);
  const double left = typical_seconds_ - now;
  const std::string when = left >= 1 ? fmt::format("about {:.0f} s left", left) : "any moment now";
  terminal_.err << fmt::format("\r\x1b[K[{:#<{}}{:.<{}}] {:3.0f} %  {}", "", full, "", kBarCells - full, share * 100,
                               when)
                << std::flush;
  is_drawn_ = true;
}

void Progress::clear() {
  if (is_drawn_) terminal_.err << "\r\x1b[K" << std::flush;
  is_drawn_ = false;
}

}  // namespace darkroom::app
