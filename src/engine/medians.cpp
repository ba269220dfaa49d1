#include "engine/medians.h"

#include <algorithm>

namespace darkroom::engine {

void Medians::add(const std::string& model, double seconds) {
  auto rings = rings_.lock();
  Ring& ring = (*rings)[model];
  ring.seconds[ring.count++ % kSamples] = seconds;
}

double Medians::Ring::median() const {
  auto sorted = seconds;
  const auto kept = static_cast<std::ptrdiff_t>(std::min(count, kSamples));
  const auto middle = sorted.begin() + kept / 2;
  std::nth_element(sorted.begin(), middle, sorted.begin() + kept);
  return *middle;
}

std::optional<double> Medians::median(std::string_view model) const {
  auto rings = rings_.lock();
  const auto it = rings->find(model);
  if (it == rings->end()) return std::nullopt;
  return it->second.median();
}

std::vector<std::pair<std::string, double>> Medians::list() const {
  auto rings = rings_.lock();
  std::vector<std::pair<std::string, double>> all;
  for (const auto& [model, ring] : *rings) all.emplace_back(model, ring.median());
  return all;
}

void Medians::remember(const std::string& model, double seconds) {
  for (std::size_t i = 0; i < kRemembered; ++i) add(model, seconds);
}

}  // namespace darkroom::engine
