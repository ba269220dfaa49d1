// Medians: how long tasks of a model took lately, from accepted to completed.
// Threads: any. Bounded: the last kSamples of each model.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/guarded.h"

namespace darkroom::engine {

class Medians {
 public:
  void add(const std::string& model, double seconds);
  std::optional<double> median(std::string_view model) const;

 private:
  static constexpr std::size_t kSamples = 64;
  struct Ring {
    std::array<double, kSamples> seconds{};
    std::size_t count = 0;  // ever added
  };
  mutable Guarded<std::map<std::string, Ring, std::less<>>> rings_;
};

}  // namespace darkroom::engine
