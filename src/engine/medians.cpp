#include "engine/medians.h"

#include <algorithm>

namespace darkroom::engine {

void Medians::add(const std::string& model, double seconds) {
  auto rings = rings_.lock();
  Ring& ring = (*rings)[model];
  ring.seconds[ring.count++ % kSamples] = seconds;
}

std::optional<double> Medians::median(std::string_view model) const {
  auto rings = rings_.lock();
  const auto it = rings->find(model);
  if (it == rings->end()) return std::nullopt;
  auto seconds = it->second.seconds;
  const auto count = static_cast<std::ptrdiff_t>(std::min(it->second.count, kSamples));
  const auto middle = seconds.begin() + count / 2;
  std::nth_element(seconds.begin(), middle, seconds.begin() + count);
  return *middle;
}

}  // namespace darkroom::engine
