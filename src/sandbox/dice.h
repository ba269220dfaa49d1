// Dice: numbers that a seed decides, for paintings: SplitMix64 as in SeededRandom, with the few shapes a painter asks
// for. Threads: one.
#pragma once

#include "base/random.h"

namespace darkroom::sandbox {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  // Uniform in [low, high).
  double between(double low, double high) { return low + (high - low) * random_.unit(); }
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_.below(bound)); }
  std::uint64_t next() { return random_.next_u64(); }

 private:
  SeededRandom random_;
};

}  // namespace darkroom::sandbox
