// Validation, normalisation and quote of a submit's body against a ModelSpec: pure.
// Threads: no state. Errors name the field and what is allowed, in the contract's words where it has some
// ("gemini-2.5-flash-image-preview: only resolution=1K is supported").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/credits.h"
#include "base/json.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/model_spec.h"

namespace darkroom::catalog {

struct Normalised {
  std::string prompt;
  std::uint32_t count = 1;  // n
  std::vector<std::string> image_urls;
  json::object parameters;           // the rest: canonical spellings, defaults filled in
  std::vector<std::string> ignored;  // names that the family does not know: for the Darkroom-Warnings header
};

inline constexpr std::size_t kMaxUrlBytes = 2048;

// Code::missing_parameter or invalid_parameter with `field` set. A member that is null, and an empty list, count as
// absent. Of URLs only the scheme and the length are checked here; what may be contacted is UrlGuard's business.
Result<Normalised> validate(const ModelSpec& model, const Catalog& catalog, const json::object& body);

// One value of `param` in its canonical form; invalid_parameter otherwise.
Result<json::value> normalise(const ModelSpec& model, const Param& param, const json::value& value);

// What a value must be, to follow "must be": "an integer from 1 to 4".
std::string print_expected(const Param& param);

// unit_price x count, exact.
MicroCredits quote(const ModelSpec& model, const Normalised& request);

// Unicode code points of valid UTF-8 text.
std::size_t count_code_points(std::string_view text);

}  // namespace darkroom::catalog
