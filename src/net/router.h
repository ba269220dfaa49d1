// Router: finds the handler of a method and a path. Patterns are "/api/v1/tasks/{id}" ({name} is one non-empty segment)
// and may end in {name...} (the rest, at least one byte). Fixed text wins over {name}, and {name} over {name...}.
// Answers by itself: 404 for an unknown path, 405 with Allow for a known one, 204 with Allow for OPTIONS. HEAD is
// served by GET. Threads: add() before the server starts; after that it is read only, from any loop.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/http_message.h"
#include "runtime/async.h"

namespace darkroom::net {

// The segments that a pattern's names stand for, percent-decoded, in the order of the pattern.
class PathParams {
 public:
  void add(std::string_view name, std::string_view value) { values_.emplace_back(name, value); }
  void remove_last() { values_.pop_back(); }
  // A name that the pattern has; asking for another is a broken invariant.
  const std::string& get(std::string_view name) const;

 private:
  std::vector<std::pair<std::string_view, std::string>> values_;  // names live in the router
};

// Write it with the request and the parameters by value: the references here only save moves on the way to it.
using RouteHandler = std::function<Async<http::Response>(Loop& loop, http::Request&& request, PathParams&& params)>;

struct RouteName {
  std::string method;
  std::string pattern;
};

class Router {
 public:
  Router();
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

  // The same method and pattern twice, or two names for the same segment, is a broken invariant.
  void add(std::string_view method, std::string pattern, RouteHandler handler);
  // The router must outlive the answer.
  Async<http::Response> operator()(Loop& loop, http::Request&& request) const;
  // As added, in that order: for the published API description.
  const std::vector<RouteName>& routes() const { return routes_; }

 private:
  struct Node;
  struct Match;
  std::unique_ptr<Node> root_;
  std::vector<RouteName> routes_;
};

}  // namespace darkroom::net
