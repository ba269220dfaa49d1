// Members: reads the members of a request's JSON object and remembers the first thing that is wrong, so that a handler
// checks once, after it has read all. A member that nobody asked for is wrong for an operator, and named in a warning
// to a customer.
// Threads: a plain value. Fails with bad_json, missing_parameter or invalid_parameter, the field named.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace darkroom::api {

class Members {
 public:
  explicit Members(std::string_view body);
  explicit Members(json::object tree) : tree_(std::move(tree)) {}

  std::string required_string(std::string_view name);
  std::string string(std::string_view name);
  bool flag(std::string_view name);
  std::optional<std::int64_t> integer(std::string_view name);
  std::vector<std::string> strings(std::string_view name);
  // The members of an object inside; none if it is absent.
  Members object(std::string_view name);
  // True if the member is there and not null; counts as having asked for it.
  bool has(std::string_view name);
  // True if the member is there and null.
  bool is_null(std::string_view name) const;

  // After all reads: what is wrong; first with the members that nobody asked for, then without.
  Status status() const;
  Status mistakes() const;
  std::vector<std::string> unknown_names() const;

 private:
  // The member, if it is there and not null; remembers that it was asked for.
  const json::value* take(std::string_view name);
  void refuse(Code code, std::string sentence, std::string_view field);

  json::object tree_;
  std::set<std::string, std::less<>> known_;
  std::optional<Error> error_;
};

}  // namespace darkroom::api
