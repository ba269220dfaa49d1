// Validation and normalisation of a submit's body against a ModelSpec: pure.
// Threads: no state. Fails with missing_parameter or invalid_parameter, `field` set to what the customer wrote; the
// first fault in the order of the docs is told.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "catalog/model_spec.h"

namespace darkroom::catalog {

// A picture, film or sound that the request names.
struct Reference {
  Role role = Role::image;
  std::string field;      // the customer's name for it: "video_urls[1]"
  std::size_t param = 0;  // index into ModelSpec::params
  std::string url;
};

struct Normalised {
  std::size_t mode = 0;  // index into ModelSpec::modes
  std::string prompt;
  std::uint32_t count = 1;             // calls
  std::uint32_t outputs_per_call = 1;  // more than one only for a set that one call makes
  std::vector<Reference> references;   // in the order of the parameters
  json::object parameters;             // the rest under the names that adapters see, defaults filled in
  std::vector<std::string> ignored;    // as written: names that the family does not know, or of no use in this mode
};

// Members of a submit's body that belong to the request and not to the model.
inline constexpr std::array<std::string_view, 4> kRequestMembers{"model", "dry_run", "callback_url", "callback_events"};

// A member that is null counts as absent, and so do an empty list and, where a length from 0 is allowed, an empty
// string.
Result<Normalised> validate(const ModelSpec& model, const json::object& body);

}  // namespace darkroom::catalog
