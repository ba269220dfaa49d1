#include "base/random.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/check.h"

namespace darkroom {

std::uint64_t Random::next_u64() {
  std::uint64_t value = 0;
  fill(std::span(reinterpret_cast<std::uint8_t*>(&value), sizeof(value)));
  return value;
}

std::uint64_t Random::below(std::uint64_t bound) {
  DR_CHECK(bound > 0);
  // Rejection keeps every value equally likely.
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  std::uint64_t value = next_u64();
  while (value >= limit) value = next_u64();
  return value % bound;
}

double Random::unit() { return static_cast<double>(next_u64() >> 11) * 0x1.0p-53; }

void SystemRandom::fill(std::span<std::uint8_t> bytes) {
  thread_local std::array<std::uint8_t, 4096> pool;
  thread_local std::size_t left = 0;
  while (!bytes.empty()) {
    if (left == 0) {
      const ssize_t got = getrandom(pool.data(), pool.size(), 0);
      DR_CHECK(got == static_cast<ssize_t>(pool.size()));
      left = pool.size();
    }
    const std::size_t take = std::min(left, bytes.size());
    std::uint8_t* from = pool.data() + (pool.size() - left);
    std::memcpy(bytes.data(), from, take);
    std::memset(from, 0, take);  // handed-out bytes do not stay behind
    left -= take;
    bytes = bytes.subspan(take);
  }
}

std::uint64_t SeededRandom::step() {
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

void SeededRandom::fill(std::span<std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const std::uint64_t value = step();
    const std::size_t take = std::min(sizeof(value), bytes.size());
    std::memcpy(bytes.data(), &value, take);
    bytes = bytes.subspan(take);
  }
}

}  // namespace darkroom
