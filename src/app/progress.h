// Progress: what a waiting user sees on stderr: a bar that is redrawn on a terminal, else a plain line now and then.
// Threads: one.
#pragma once

#include <optional>
#include <string>

#include "app/terminal.h"
#include "base/clock.h"

namespace darkroom::app {

class Progress {
 public:
  // `typical_seconds`: how long such a task usually takes.
  Progress(Terminal& terminal, std::optional<double> typical_seconds);
  ~Progress();

  void show(milliseconds elapsed);
  // Removes the bar until the next show().
  void clear();

 private:
  Terminal& terminal_;
  double typical_seconds_;
  bool is_drawn_ = false;
  seconds next_line_{5};
};

// The bar's share of a task that usually takes `typical`: linear to nine tenths, then ever slower, never full.
double progress_share(double elapsed_seconds, double typical_seconds);

}  // namespace darkroom::app
