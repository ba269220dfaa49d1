// Medians: how long tasks of a model took lately, from accepted to completed.
// Threads: any. Bounded: the last kSamples of each model.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/guarded.h"

namespace darkroom::engine {

class Medians {
 public:
  void add(const std::string& model, double seconds);
  std::optional<double> median(std::string_view model) const;

  // For the next start: all medians, and one that an earlier process had, which counts as kRemembered samples, so that
  // the first odd task does not overthrow it.
  std::vector<std::pair<std::string, double>> list() const;
  void remember(const std::string& model, double seconds);

 private:
  static constexpr std::size_t kSamples = 64;
  static constexpr std::size_t kRemembered = 8;
  struct Ring {
    std::array<double, kSamples> seconds{};
    std::size_t count = 0;  // ever added
    double median() const;  // of at least one
  };
  mutable Guarded<std::map<std::string, Ring, std::less<>>> rings_;
};

}  // namespace darkroom::engine
