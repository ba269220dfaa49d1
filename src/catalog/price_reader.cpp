#include "catalog/price_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "catalog/param_reader.h"

namespace darkroom::catalog {
namespace {

constexpr std::array<std::string_view, 3> kUnits{"image", "second", "generation"};
constexpr std::string_view kWith = "with_";
constexpr std::string_view kAbove30 = "above_30_fps";
constexpr std::string_view kCredits =
    "must be credits as a decimal string with at most six decimals, such as \"14.375\"";

std::vector<std::string> keys_of(const Param& param) {
  if (param.type == ParamType::boolean) return {"false", "true"};
  std::vector<std::string> keys = param.values;
  for (const std::int64_t value : param.integers) keys.push_back(std::to_string(value));
  return keys;
}

class PriceReader {
 public:
  PriceReader(FieldReader& reader, const ModelSpec& model) : reader_(reader), model_(model) {}

  Price run() {
    price_.unit = reader_.read_choice("unit", kUnits);
    for (const std::string& name : reader_.find_texts("by")) add_dimension(name);
    read_priced_as();
    read_pixel_tiers();
    std::size_t cells = 1;
    for (const PriceDimension& dimension : price_.by) cells *= dimension.keys.size();
    price_.table.resize(cells);
    fill("credits", reader_.find_value("credits"), 0, 0);
    for (const auto& cell : price_.table) price_.now.emplace_back(cell.value_or(MicroCredits()).count());
    check_highest();
    if (price_.is_by_second()) check_seconds();
    return std::move(price_);
  }

 private:
  void add_dimension(const std::string& name) {
    PriceDimension dimension;
    dimension.name = name;
    dimension.keys = {"false", "true"};
    if (name == kAbove30) {
      dimension.kind = PriceDimension::Kind::above_30_fps;
    } else if (const auto role = name.starts_with(kWith) ? parse_role(name.substr(kWith.size())) : std::nullopt) {
      dimension.kind = PriceDimension::Kind::with_role;
      dimension.role = *role;
    } else {
      const auto param = std::ranges::find(model_.params, name, &Param::name);
      if (param == model_.params.end() || keys_of(*param).empty() || !param->passed) {
        reader_.refuse("by",
                       fmt::format("{} must be a passed parameter with values, with_<role> or {}", name, kAbove30));
        return;
      }
      dimension.passed_as = param->passed_as;
      dimension.keys = keys_of(*param);
      dimension.by_ratio = param->pixels.has_value();
    }
    price_.by.push_back(std::move(dimension));
  }

  // {"quality": {"auto": "medium"}}: the value goes without a price of its own.
  void read_priced_as() {
    const auto tree = reader_.find_object("priced_as");
    if (!tree) return;
    for (const auto& [name, substitutes] : *tree) {
      const std::string path = fmt::format("priced_as.{}", std::string_view(name));
      const auto dimension = std::ranges::find(price_.by, std::string_view(name), &PriceDimension::name);
      if (dimension == price_.by.end() || !substitutes.is_object()) {
        reader_.refuse(path, "must be an object and named in by");
        continue;
      }
      for (const auto& [from, to] : substitutes.get_object()) {
        const std::string target(to.is_string() ? std::string_view(to.get_string()) : "");
        if (std::erase(dimension->keys, std::string_view(from)) == 0 ||
            std::ranges::find(dimension->keys, target) == dimension->keys.end()) {
          reader_.refuse(path, "must lead from one value to another that has a price");
        }
        dimension->priced_as.emplace_back(std::string_view(from), target);
      }
    }
  }

  void read_pixel_tiers() {
    const auto tree = reader_.find_object("pixel_tiers");
    if (!tree) return;
    const auto resolution = std::ranges::find(price_.by, "resolution", &PriceDimension::passed_as);
    for (const auto& [name, most] : *tree) {
      const bool is_key = resolution != price_.by.end() &&
                          std::ranges::find(resolution->keys, std::string_view(name)) != resolution->keys.end();
      const bool grows =
          most.is_int64() && (price_.pixel_tiers.empty() || most.get_int64() > price_.pixel_tiers.back().max_pixels);
      if (is_key && grows) {
        price_.pixel_tiers.push_back({std::string(name), most.get_int64()});
      } else {
        reader_.refuse("pixel_tiers", "must be resolutions with a growing number of pixels");
      }
    }
  }

  // Nested objects, one level a dimension; `place` is the index so far.
  void fill(const std::string& path, const json::value& tree, std::size_t depth, std::size_t place) {
    if (depth == price_.by.size()) {
      const auto credits = tree.is_string() ? MicroCredits::parse_credits(tree.get_string()) : fail(Code::bad_config);
      if (credits) {
        price_.table[place] = *credits;
      } else {
        reader_.refuse(path, kCredits);
      }
      return;
    }
    const PriceDimension& dimension = price_.by[depth];
    if (!tree.is_object() || tree.get_object().empty()) {
      reader_.refuse(path, fmt::format("must be an object with prices by {}", dimension.name));
      return;
    }
    for (const auto& [key, value] : tree.get_object()) {
      const auto found = std::ranges::find(dimension.keys, std::string_view(key));
      const std::string inside = fmt::format("{}.{}", path, std::string_view(key));
      if (found == dimension.keys.end()) {
        reader_.refuse(inside, fmt::format("must be one of {}", fmt::join(dimension.keys, ", ")));
        continue;
      }
      const auto index = static_cast<std::size_t>(found - dimension.keys.begin());
      fill(inside, value, depth + 1, place * dimension.keys.size() + index);
    }
  }

  void check_highest() {
    const std::int64_t most = price_.is_by_second() ? kMaxCount * Price::kMaxSeconds : kMaxCount;
    if (!price_.highest().times(most)) reader_.refuse("credits", "is too high to be multiplied by a count");
  }

  // Each mode has either the length of its source or a duration to go by.
  void check_seconds() {
    const auto duration = std::ranges::find(model_.params, "duration", &Param::passed_as);
    for (std::size_t i = 0; i < model_.modes.size(); ++i) {
      if (model_.modes[i].source_seconds) continue;
      const bool is_there = duration != model_.params.end() && (duration->modes.empty() || duration->modes.has(i)) &&
                            (duration->required || !duration->default_value.is_null());
      const bool is_bounded = is_there && (!duration->integers.empty() ||
                                           duration->maximum.value_or(Price::kMaxSeconds + 1) <= Price::kMaxSeconds);
      if (is_bounded) continue;
      reader_.refuse("unit", fmt::format("second needs a duration of at most {}, given or by default, in the mode {}",
                                         Price::kMaxSeconds, model_.modes[i].name));
    }
  }

  FieldReader& reader_;
  const ModelSpec& model_;
  Price price_;
};

}  // namespace

Price read_price(FieldReader& model_reader, std::string_view file, const ModelSpec& model,
                 std::vector<std::string>& errors) {
  const json::object tree = model_reader.read_object("price");
  if (tree.empty()) return {};
  FieldReader reader(file, model_reader.path_of("price"), tree, errors);
  Price price = PriceReader(reader, model).run();
  reader.finish();
  return price;
}

}  // namespace darkroom::catalog
