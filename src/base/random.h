// Randomness through a seam: the real one is the kernel's generator, a simulation's comes from its seed.
// Threads: SystemRandom from any thread; SeededRandom from one.
#pragma once

#include <cstdint>
#include <span>

namespace darkroom {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> bytes) = 0;

  std::uint64_t next_u64();
  // Uniform in [0, bound); bound > 0.
  std::uint64_t below(std::uint64_t bound);
  // Uniform in [0, 1).
  double unit();
};

// getrandom(2), buffered a page at a time for each thread. Fit for keys and ids.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> bytes) override;
};

// SplitMix64: the same seed gives the same sequence on every machine. Never for secrets.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::uint8_t> bytes) override;

 private:
  std::uint64_t step();
  std::uint64_t state_;
};

}  // namespace darkroom
