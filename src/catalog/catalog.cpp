#include "catalog/catalog.h"

#include <algorithm>

#include "base/check.h"
#include "catalog/params.h"

namespace darkroom::catalog {

Catalog::Catalog(std::vector<ModelSpec> models) : models_(std::move(models)) {
  std::ranges::sort(models_, {}, &ModelSpec::id);
  for (ModelSpec& model : models_) find_sister_names(model);
  for (ModelSpec& model : models_) {
    for (Example& example : model.examples) {
      if (const auto request = validate(model, example.body)) example.mode = request->mode;
    }
  }
}

const ModelSpec* Catalog::find(std::string_view id) const {
  const auto found = std::ranges::lower_bound(models_, id, {}, &ModelSpec::id);
  return found != models_.end() && found->id == id ? &*found : nullptr;
}

void Catalog::set_price(const ModelSpec& model, std::span<const PlacePrice> prices) {
  const auto changed = std::ranges::lower_bound(models_, model.id, {}, &ModelSpec::id);
  DR_CHECK(changed != models_.end() && changed->id == model.id);
  changed->price.set(prices);
  edition_.set(edition_.get() + 1);
}

void Catalog::find_sister_names(ModelSpec& model) const {
  std::vector<std::string> names;
  for (const ModelSpec& sister : models_) {
    if (sister.family != model.family) continue;
    for (const ModelSpec::Spelling& spelling : sister.spellings) {
      if (model.find_param(spelling.name) == kNone) names.push_back(spelling.name);
    }
  }
  std::ranges::sort(names);
  const auto surplus = std::ranges::unique(names);
  names.erase(surplus.begin(), surplus.end());
  model.sister_names = std::move(names);
}

}  // namespace darkroom::catalog
