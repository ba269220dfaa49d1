#include "catalog/place.h"

#include <fmt/format.h>

namespace darkroom::catalog {

json::object describe_place(const Price& price, std::size_t place) {
  const std::vector<std::string_view> keys = price.keys_of(place);
  json::object when;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const bool is_flag = keys[i] == "true" || keys[i] == "false";
    when[price.by[i].name] = is_flag ? json::value(keys[i] == "true") : json::value(keys[i]);
  }
  return when;
}

std::optional<std::size_t> find_place(const Price& price, const json::object& when) {
  for (std::size_t place = 0; place < price.table.size(); ++place) {
    if (price.table[place] && describe_place(price, place) == when) return place;
  }
  return std::nullopt;
}

std::string name_place(const Price& price, std::size_t place) {
  const std::vector<std::string_view> keys = price.keys_of(place);
  std::string name;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    name += fmt::format("{}{} {}", name.empty() ? "" : ", ", price.by[i].name, keys[i]);
  }
  return name.empty() ? "all" : name;
}

}  // namespace darkroom::catalog
