// The published description of the API: OpenAPI 3.1, put together once for a catalogue from the route table, the error
// table, the models' parameters and src/api/openapi/document.json.
// Threads: immutable once made; its bytes are shared by every answer.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "api/chain.h"
#include "api/exchange.h"
#include "catalog/catalog.h"

namespace darkroom::api {

struct Description {
  std::string text;  // JSON
  std::string etag;  // strong, with its quotes
};

// A row that names a schema, parameter or header which document.json lacks is a broken invariant.
std::shared_ptr<const Description> describe(std::span<const Endpoint> endpoints, const catalog::Catalog& catalog,
                                            std::string_view version);

// GET /openapi.json
Answer show_description(Exchange& exchange);

}  // namespace darkroom::api
