// What the published description (GET /openapi.json) says of one endpoint. It stands in the endpoint's own row of
// api/routes.cpp; schemas, parameters and header fields are named here and lie in src/api/openapi/document.json.
// Threads: constants. A name that does not exist there is a broken invariant at the start of the program.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "base/error.h"

namespace darkroom::api {

// A short constant list.
template <class T, std::size_t kMost>
class Few {
 public:
  constexpr Few() = default;
  constexpr Few(std::initializer_list<T> items) {
    for (const T& item : items) items_[count_++] = item;  // one too many does not compile in a constant
  }
  constexpr const T* begin() const { return items_; }
  constexpr const T* end() const { return items_ + count_; }
  constexpr bool empty() const { return count_ == 0; }

 private:
  T items_[kMost]{};
  std::size_t count_ = 0;
};

struct DocAnswer {
  int status = 200;
  std::string_view description = {};
  std::string_view schema = {};  // empty: no body
  Few<std::string_view, 12> headers = {};
  std::string_view content_type = "application/json";
};

struct RouteDoc {
  std::string_view id;  // operationId
  std::string_view tag;
  std::string_view summary;
  std::string_view path = {};  // where it differs from the route's pattern
  Few<std::string_view, 12> parameters = {};
  std::string_view body = {};  // a schema; empty: none
  std::string_view body_type = "application/json";
  bool body_is_optional = false;
  bool body_of_models = false;  // instead of `body`: that of any model which the endpoint offers
  Few<DocAnswer, 4> answers = {};
  Few<Code, 16> errors = {};  // beside those of the endpoint's gate

  bool takes_body() const { return body_of_models || !body.empty(); }
  bool needs_body() const { return takes_body() && !body_is_optional; }
};

}  // namespace darkroom::api
