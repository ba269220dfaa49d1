// A model's price as a table: what one unit (an image, a second of film, a generation) costs, by up to a few
// properties of a request. Exact in micro-credits. Threads: immutable after loading. Owns: nothing but values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/credits.h"
#include "catalog/role.h"

namespace darkroom::catalog {

// One property that the price goes by.
struct PriceDimension {
  enum class Kind : std::uint8_t {
    parameter,     // the value of a parameter; a boolean's keys are "false" and "true"
    with_role,     // whether the request has a reference of that role
    above_30_fps,  // whether the result has more than 30 pictures a second
  };
  Kind kind = Kind::parameter;
  std::string name;               // as the file has it: "resolution", "with_video", "above_30_fps"
  std::string passed_as;          // of a parameter
  Role role = Role::image;        // of with_role
  std::vector<std::string> keys;  // of the table
  std::vector<std::pair<std::string, std::string>> priced_as;  // a value without a price of its own -> a key
  bool by_ratio = false;  // WIDTHxHEIGHT costs as the nearest ratio among the keys that has a price
};

struct Price {
  static constexpr std::int64_t kMaxSeconds = 3600;

  // A picture of at most so many pixels is at least of that size class, whatever the request calls it.
  struct PixelTier {
    std::string resolution;
    std::int64_t max_pixels = 0;
  };

  std::string unit;  // "image", "second" or "generation"
  std::vector<PriceDimension> by;
  std::vector<std::optional<MicroCredits>> table;  // the last dimension runs fastest; nothing: not offered
  std::vector<PixelTier> pixel_tiers;              // smallest first

  bool is_by_second() const { return unit == "second"; }
  MicroCredits lowest() const;
  MicroCredits highest() const;
  // The keys of a place in the table, one a dimension.
  std::vector<std::string_view> keys_of(std::size_t place) const;
};

}  // namespace darkroom::catalog
