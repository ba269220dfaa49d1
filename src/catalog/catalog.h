// The catalogue: every model that this server knows, looked up by id.
// Threads: immutable after loading, but for what the models cost; shared freely. set_price() from one thread at a time,
// while any others read.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/model_spec.h"

namespace darkroom::catalog {

class Catalog {
 public:
  explicit Catalog(std::vector<ModelSpec> models);
  // Exact id; nullptr if unknown.
  const ModelSpec* find(std::string_view id) const;
  const std::vector<ModelSpec>& models() const { return models_; }

  // From now on, the places of its table that are offered cost this; the others cost what they did. A quote that was
  // made keeps its price.
  void set_price(const ModelSpec& model, std::span<const PlacePrice> prices);
  // Grows with each set_price(), after it: what was made of the catalogue before is out of date.
  std::int64_t edition() const { return edition_.get(); }

 private:
  void find_sister_names(ModelSpec& model) const;

  std::vector<ModelSpec> models_;  // sorted by id
  LiveCount edition_{0};
};

// The files built into the program, with `folder` (may be empty) laid over them: same id replaces, new ids add.
// All errors at once, each as "file: field: what is wrong and what is allowed".
std::expected<Catalog, std::vector<std::string>> load_catalog(const std::string& folder);

}  // namespace darkroom::catalog
