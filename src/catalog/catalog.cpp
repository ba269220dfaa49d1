#include "catalog/catalog.h"

#include <algorithm>

namespace darkroom::catalog {

Catalog::Catalog(std::vector<ModelSpec> models) : models_(std::move(models)) {
  std::ranges::sort(models_, {}, &ModelSpec::id);
}

const ModelSpec* Catalog::find(std::string_view id) const {
  const auto found = std::ranges::lower_bound(models_, id, {}, &ModelSpec::id);
  return found != models_.end() && found->id == id ? &*found : nullptr;
}

bool Catalog::family_knows_parameter(std::string_view family, std::string_view name) const {
  return std::ranges::any_of(models_, [&](const ModelSpec& model) {
    return model.family == family && std::ranges::find(model.params, name, &Param::name) != model.params.end();
  });
}

}  // namespace darkroom::catalog
