#include "catalog/quote.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "catalog/value.h"

namespace darkroom::catalog {
namespace {

constexpr std::int64_t kMillisecondsPerSecond = 1000;
constexpr std::int64_t kSmoothFrames = 30;  // a second; above it some prices double

std::size_t find_key(const PriceDimension& dimension, std::string_view key) {
  const auto found = std::ranges::find(dimension.keys, key);
  return found == dimension.keys.end() ? kNone : static_cast<std::size_t>(found - dimension.keys.begin());
}

bool is_above_30_fps(const Normalised& request, const SourceFacts* source) {
  if (const json::value* wished = json::find(request.parameters, "fps")) {
    return wished->to_number<double>() > static_cast<double>(kSmoothFrames);
  }
  DR_CHECK(source != nullptr);
  return source->frames_per_1000_seconds > kSmoothFrames * 1000;
}

bool has_role(const Normalised& request, Role role) {
  return std::ranges::find(request.references, role, &Reference::role) != request.references.end();
}

// The request's value of a parameter as the table spells it.
std::string_view find_value(const Normalised& request, const std::string& name, std::string& buffer) {
  const json::value* value = json::find(request.parameters, name);
  if (value == nullptr) return {};
  if (value->is_string()) return value->get_string();
  return buffer = print_plainly(*value);
}

// A place in the table while it is being looked for.
class Search {
 public:
  Search(const Price& price, const Normalised& request, const SourceFacts* source)
      : price_(price), request_(request), source_(source), keys_(price.by.size(), kNone) {}

  const std::optional<MicroCredits>* run() {
    std::size_t by_ratio = kNone;
    for (std::size_t i = 0; i < price_.by.size(); ++i) {
      keys_[i] = key_of(price_.by[i]);
      if (keys_[i] == kNone && pixels_) by_ratio = i;
    }
    if (pixels_) raise_resolution();
    if (by_ratio != kNone) take_nearest_ratio(by_ratio);
    return find();
  }

 private:
  std::size_t key_of(const PriceDimension& dimension) {
    switch (dimension.kind) {
      case PriceDimension::Kind::with_role: return has_role(request_, dimension.role) ? 1 : 0;
      case PriceDimension::Kind::above_30_fps: return is_above_30_fps(request_, source_) ? 1 : 0;
      case PriceDimension::Kind::parameter: break;
    }
    std::string buffer;
    const std::string_view value = find_value(request_, dimension.passed_as, buffer);
    for (const auto& [from, to] : dimension.priced_as) {
      if (from == value) return find_key(dimension, to);
    }
    if (dimension.by_ratio) pixels_ = parse_pixels(value);
    return find_key(dimension, value);
  }

  // The size class that so many pixels are, if the request names a lower one.
  void raise_resolution() {
    const auto tier = std::ranges::find_if(price_.pixel_tiers, [&](const Price::PixelTier& one) {
      return pixels_->width * pixels_->height <= one.max_pixels;
    });
    if (tier == price_.pixel_tiers.end()) return;
    for (std::size_t i = 0; i < price_.by.size(); ++i) {
      if (price_.by[i].passed_as != "resolution") continue;
      const std::size_t least = find_key(price_.by[i], tier->resolution);
      if (keys_[i] != kNone && keys_[i] < least) keys_[i] = least;
    }
  }

  void take_nearest_ratio(std::size_t i) {
    const double wished = std::log(static_cast<double>(pixels_->width) / static_cast<double>(pixels_->height));
    std::size_t nearest = kNone;
    double least = 0;
    for (keys_[i] = 0; keys_[i] < price_.by[i].keys.size(); ++keys_[i]) {
      const auto ratio = parse_ratio(price_.by[i].keys[keys_[i]]);
      const std::optional<MicroCredits>* cell = find();
      if (!ratio || cell == nullptr || !*cell) continue;
      const double distance = std::abs(wished - std::log(*ratio));
      if (nearest != kNone && distance >= least) continue;
      nearest = keys_[i];
      least = distance;
    }
    keys_[i] = nearest;
  }

  static std::optional<double> parse_ratio(std::string text) {
    std::ranges::replace(text, ':', 'x');
    const auto sides = parse_pixels(text);
    if (!sides) return std::nullopt;
    return static_cast<double>(sides->width) / static_cast<double>(sides->height);
  }

  const std::optional<MicroCredits>* find() const {
    std::size_t place = 0;
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      if (keys_[i] == kNone) return nullptr;
      place = place * price_.by[i].keys.size() + keys_[i];
    }
    return &price_.table[place];
  }

  const Price& price_;
  const Normalised& request_;
  const SourceFacts* source_;
  std::vector<std::size_t> keys_;  // one a dimension
  std::optional<PixelSize> pixels_;
};

std::unexpected<Error> refuse_combination(const ModelSpec& model) {
  std::vector<std::string_view> names;
  for (const PriceDimension& dimension : model.price.by) {
    if (dimension.kind == PriceDimension::Kind::parameter) names.push_back(dimension.name);
  }
  const std::string field = names.empty() ? std::string() : std::string(names.front());
  return fail(Code::invalid_parameter,
              fmt::format("{}: this combination of {} is not offered", model.id, fmt::join(names, ", ")), field);
}

Result<std::int64_t> count_billed(const ModelSpec& model, const Normalised& request, const SourceFacts* source) {
  if (!model.price.is_by_second()) return 0;
  const auto& bounds = model.modes[request.mode].source_seconds;
  if (!bounds) return json::get_int(request.parameters, "duration") * kMillisecondsPerSecond;
  DR_CHECK(source != nullptr);
  const std::int64_t length = source->duration_milliseconds;
  if (length >= bounds->minimum * kMillisecondsPerSecond && length <= bounds->maximum * kMillisecondsPerSecond &&
      length > 0) {
    return length;
  }
  const Reference* film = find_source(model, request);
  return fail(
      Code::invalid_parameter,
      fmt::format("{}: {} must be a video of {} to {} seconds, not of {}.{:03}", model.id, film->field, bounds->minimum,
                  bounds->maximum, length / kMillisecondsPerSecond, length % kMillisecondsPerSecond),
      film->field);
}

// `milliseconds` of a price by the second.
MicroCredits scale(MicroCredits rate, std::int64_t milliseconds) {
  const std::int64_t product = rate.count() * milliseconds;
  return MicroCredits::from_count((product + kMillisecondsPerSecond - 1) / kMillisecondsPerSecond);
}

}  // namespace

const Reference* find_source(const ModelSpec& model, const Normalised& request) {
  const bool by_frames = std::ranges::any_of(model.price.by, [](const PriceDimension& dimension) {
    return dimension.kind == PriceDimension::Kind::above_30_fps;
  });
  const bool wanted = model.modes[request.mode].source_seconds.has_value() ||
                      (by_frames && json::find(request.parameters, "fps") == nullptr);
  if (!wanted) return nullptr;
  const auto film = std::ranges::find(request.references, Role::video, &Reference::role);
  return film == request.references.end() ? nullptr : &*film;
}

Result<Quote> quote(const ModelSpec& model, const Normalised& request, const SourceFacts* source) {
  const std::optional<MicroCredits>* rate = Search(model.price, request, source).run();
  if (rate == nullptr || !*rate) return refuse_combination(model);
  const Result<std::int64_t> billed = count_billed(model, request, source);
  if (!billed) return fail(billed.error());
  Quote result;
  result.rate = model.price.at(static_cast<std::size_t>(rate - model.price.table.data()));
  result.billed_milliseconds = *billed;
  result.unit_price = model.price.is_by_second() ? scale(result.rate, *billed) : result.rate;
  result.outputs = request.count * request.outputs_per_call;
  const auto total = result.unit_price.times(result.outputs);
  DR_CHECK(total.has_value());  // no price is above the ceiling, which allows for the longest film and most outputs
  result.total = *total;
  return result;
}

MicroCredits cost_of_call(const ModelSpec& model, const Normalised& request, const Quote& quote,
                          MicroCredits unit_cost) {
  const MicroCredits one = model.price.is_by_second() ? scale(unit_cost, quote.billed_milliseconds) : unit_cost;
  const auto cost = one.times(request.outputs_per_call);
  DR_CHECK(cost.has_value());  // checked by the reader like a price
  return *cost;
}

}  // namespace darkroom::catalog
