#include "catalog/price.h"

#include <algorithm>

#include "base/check.h"
#include "catalog/param_reader.h"

namespace darkroom::catalog {

void Price::set(std::span<const PlacePrice> prices) {
  for (const PlacePrice& price : prices) {
    DR_CHECK(price.place < table.size() && table[price.place] && price.credits <= ceiling());
    now[price.place].set(price.credits.count());
  }
}

MicroCredits Price::ceiling() const {
  const std::int64_t units = kMaxCount * (is_by_second() ? kMaxSeconds : 1);
  return MicroCredits::from_count(MicroCredits::kMax / units / MicroCredits::kPerCredit * MicroCredits::kPerCredit);
}

MicroCredits Price::lowest() const {
  std::optional<MicroCredits> least;
  for (std::size_t place = 0; place < table.size(); ++place) {
    if (table[place] && (!least || at(place) < *least)) least = at(place);
  }
  return least.value_or(MicroCredits());
}

MicroCredits Price::highest() const {
  MicroCredits most;
  for (std::size_t place = 0; place < table.size(); ++place) {
    if (table[place]) most = std::max(most, at(place));
  }
  return most;
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
