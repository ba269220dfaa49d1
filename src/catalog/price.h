// A model's price as a table: what one unit (an image, a second of film, a generation) costs, by up to a few
// properties of a request. Exact in micro-credits. Threads: immutable after loading, but for what a place costs now,
// which one thread may set while others read it. Owns: nothing but values.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
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

// A number that one thread may set while others read it. A copy has the number of that moment.
class LiveCount {
 public:
  explicit LiveCount(std::int64_t count) : count_(count) {}
  LiveCount(const LiveCount& other) : count_(other.get()) {}
  LiveCount& operator=(const LiveCount& other) {
    set(other.get());
    return *this;
  }
  std::int64_t get() const { return count_.load(std::memory_order_acquire); }
  void set(std::int64_t count) { count_.store(count, std::memory_order_release); }

 private:
  std::atomic<std::int64_t> count_;
};

// What a unit costs at a place of the table.
struct PlacePrice {
  std::size_t place = 0;
  MicroCredits credits;
  friend bool operator==(const PlacePrice&, const PlacePrice&) = default;
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
  // As the file has it; the last dimension runs fastest; nothing: not offered.
  std::vector<std::optional<MicroCredits>> table;
  std::vector<LiveCount> now;          // micro-credits of each place that is offered: the file's until they are set
  std::vector<PixelTier> pixel_tiers;  // smallest first

  bool is_by_second() const { return unit == "second"; }
  // What a place that is offered costs now. Who asks for all of them at the moment of a change may see old and new.
  MicroCredits at(std::size_t place) const { return MicroCredits::from_count(now[place].get()); }
  // Sets what places cost that are offered.
  void set(std::span<const PlacePrice> prices);
  // The most that a unit may cost: whole credits, with which the longest film and the most outputs are still exact.
  MicroCredits ceiling() const;
  // Of what counts now.
  MicroCredits lowest() const;
  MicroCredits highest() const;
  // The keys of a place in the table, one a dimension.
  std::vector<std::string_view> keys_of(std::size_t place) const;
};

}  // namespace darkroom::catalog
