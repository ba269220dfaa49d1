// The public face of a model: the JSON of GET /api/v1/models/{id}.
// Threads: a free function. Routes, vendors and costs are the operator's and never appear in it.
#pragma once

#include "base/json.h"
#include "catalog/model_spec.h"

namespace darkroom::catalog {

// Members: id, family, kind, endpoint, title, summary, notes, modes (names), price {unit, credits, microcredits and,
// where it goes by something, tiers [{when, credits, microcredits}]; credits is then the lowest}, limits {cap_seconds},
// typical_seconds, parameters, example (the first), examples [{title, mode, body}], related.
//
// A parameter has name, type, required (true, false or the modes that need it) and description and, where they apply:
// aliases, media, values, pixels, minimum, maximum, min_length, max_length, default, default_unless, modes with
// elsewhere, limits [{when, values | max_length}], fields.
json::object describe(const ModelSpec& model);

}  // namespace darkroom::catalog
