#include "catalog/model_spec.h"

#include <algorithm>

namespace darkroom::catalog {

bool Param::is_media() const {
  if (type == ParamType::url || type == ParamType::url_list || type == ParamType::task) return true;
  return std::ranges::any_of(fields, [](const Param& field) { return field.type == ParamType::url; });
}

std::size_t ModelSpec::find_param(std::string_view spelling) const {
  const auto found = std::ranges::lower_bound(spellings, spelling, {}, &Spelling::name);
  return found != spellings.end() && found->name == spelling ? found->param : kNone;
}

std::size_t ModelSpec::find_mode(std::string_view name) const {
  const auto found = std::ranges::find(modes, name, &Mode::name);
  return found == modes.end() ? kNone : static_cast<std::size_t>(found - modes.begin());
}

}  // namespace darkroom::catalog
