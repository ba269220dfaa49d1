#include "catalog/price.h"

#include <algorithm>

namespace darkroom::catalog {

// Nothing compares below any price, so the cells without one need care.
MicroCredits Price::lowest() const {
  std::optional<MicroCredits> least;
  for (const auto& cell : table) {
    if (cell && (!least || *cell < *least)) least = cell;
  }
  return least.value_or(MicroCredits());
}

MicroCredits Price::highest() const {
  std::optional<MicroCredits> most;
  for (const auto& cell : table) most = std::max(most, cell);
  return most.value_or(MicroCredits());
}

std::vector<std::string_view> Price::keys_of(std::size_t place) const {
  std::vector<std::string_view> keys(by.size());
  for (std::size_t i = by.size(); i-- > 0;) {
    keys[i] = by[i].keys[place % by[i].keys.size()];
    place /= by[i].keys.size();
  }
  return keys;
}

}  // namespace darkroom::catalog
