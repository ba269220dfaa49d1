// The published description of an API: OpenAPI 3.1, put together from a route table, the error table, a hand-written
// document such as src/api/openapi/document.json and, for the public API, the models' parameters and prices. Threads:
// immutable once made; its bytes are shared by every answer.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "api/chain.h"
#include "api/exchange.h"
#include "base/guarded.h"
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
  const catalog::Catalog* catalog = nullptr;  // whose models some route's body is; they have a schema and a price
};

// A row that names a schema, parameter or header which the document lacks is a broken invariant.
std::shared_ptr<const Description> describe(const DescriptionParts& parts, std::span<const DescribedRoute> routes);

// That of the public API, which says what the models cost: made anew for who asks first after a price has changed.
// Threads: any. The catalogue outlives it.
class LiveDescription {
 public:
  LiveDescription(std::span<const Endpoint> endpoints, const catalog::Catalog& catalog, std::string_view version);
  std::shared_ptr<const Description> get();

 private:
  struct Made {
    std::shared_ptr<const Description> description;
    std::int64_t edition = 0;  // of the catalogue that it was made of
  };
  std::shared_ptr<const Description> make() const;

  std::span<const Endpoint> endpoints_;
  const catalog::Catalog& catalog_;
  std::string version_;
  Guarded<Made> made_;
};

// The description, or 304 for a client that has it.
http::Response answer_description(const std::shared_ptr<const Description>& description, const http::Request& request);
// GET /openapi.json
Answer show_description(Exchange& exchange);

}  // namespace darkroom::api
