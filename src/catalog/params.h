// Validation, normalisation and quote of a submit's body against a ModelSpec: pure.
// Threads: no state. Errors name the field and what is allowed, in the contract's words where it has some
// ("gemini-2.5-flash-image-preview: only resolution=1K is supported").
#pragma once

#include <string>
#include <vector>

#include "base/credits.h"
#include "base/json.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/model_spec.h"

namespace darkroom::catalog {

struct Normalised {
  std::string prompt;
  std::uint32_t count = 1;                     // n
  std::vector<std::string> image_urls;
  json::object parameters;                     // the rest: canonical spellings, defaults filled in
  std::vector<std::string> ignored;            // names that no model knows: for the Darkroom-Warnings header
};

// Code::missing_parameter or invalid_parameter with `field` set. URLs are checked for shape only by their type; what may
// be contacted is UrlGuard's business.
Result<Normalised> validate(const ModelSpec& model, const Catalog& catalog, const json::object& body);

// unit_price x count, exact.
MicroCredits quote(const ModelSpec& model, const Normalised& request);

// Unicode code points of valid UTF-8 text.
std::size_t count_code_points(std::string_view text);

}  // namespace darkroom::catalog
