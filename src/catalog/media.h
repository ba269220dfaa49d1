// The media of a request: which link is for what, and the mode that follows from that.
// Threads: no state. Fails with invalid_parameter, `field` set.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "catalog/params.h"

namespace darkroom::catalog {

// What a request says of one parameter while it is validated.
struct Slot {
  const json::value* given = nullptr;  // the member; nullptr if absent
  std::string_view name;               // as the customer spelt it
  const json::value* twin = nullptr;   // the same parameter under another of its names
  std::string_view twin_name;
  json::value value;  // canonical, or the default; null for media and for what is absent
};
using Slots = std::array<Slot, kMaxParams>;  // by the index of the parameter

struct MediaFacts {
  std::vector<Reference> references;
  std::size_t mode = 0;
};

// `slots` have passed normalise().
Result<MediaFacts> collect_media(const ModelSpec& model, const Slots& slots);

}  // namespace darkroom::catalog
