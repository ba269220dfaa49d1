// The published description of an API: OpenAPI 3.1, put together once from a route table, the error table, a
// hand-written document such as src/api/openapi/document.json and, for the public API, the models' parameters. Threads:
// immutable once made; its bytes are shared by every answer.
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

// What the description says of one route beside its RouteDoc.
struct DescribedRoute {
  std::string_view method;
  std::string_view pattern;
  const RouteDoc& doc;
  bool is_open = false;                        // needs no key and no session
  std::vector<Code> errors = {};               // of what stands before its handler
  std::vector<std::string_view> headers = {};  // of every answer
  std::string_view error_schema = "Error";
};

struct DescriptionParts {
  std::string_view document;  // JSON: all but the paths
  std::string_view version;
  const catalog::Catalog* catalog = nullptr;  // whose models some route's body is
};

// A row that names a schema, parameter or header which the document lacks is a broken invariant.
std::shared_ptr<const Description> describe(const DescriptionParts& parts, std::span<const DescribedRoute> routes);
// Of the public API.
std::shared_ptr<const Description> describe(std::span<const Endpoint> endpoints, const catalog::Catalog& catalog,
                                            std::string_view version);

// The description, or 304 for a client that has it.
http::Response answer_description(const std::shared_ptr<const Description>& description, const http::Request& request);
// GET /openapi.json
Answer show_description(Exchange& exchange);

}  // namespace darkroom::api
