// The catalogue: every model that this server knows, looked up by id.
// Threads: immutable after loading; shared freely.
#pragma once

#include <expected>
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

 private:
  void find_sister_names(ModelSpec& model) const;

  std::vector<ModelSpec> models_;  // sorted by id
};

// The files built into the program, with `folder` (may be empty) laid over them: same id replaces, new ids add.
// All errors at once, each as "file: field: what is wrong and what is allowed".
std::expected<Catalog, std::vector<std::string>> load_catalog(const std::string& folder);

}  // namespace darkroom::catalog
