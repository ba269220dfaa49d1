// Router: finds the handler of a method and a path. Patterns are "/api/v1/tasks/{id}" ({name} is one non-empty segment)
// and may end in {name...} (the rest, at least one byte). Fixed text wins over {name}, and {name} over {name...}.
// Answers by itself: 404 for an unknown path, 405 with Allow for a known one, 204 with Allow for OPTIONS. HEAD is
// served by GET. Threads: add() before the server starts; after that it is read only, from any loop.
#pragma once

#include <array>
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

// The segments that a pattern's names stand for, percent-decoded: views into the request's path and the router's names.
class PathParams {
 public:
  static constexpr std::size_t kMost = 4;  // that a pattern may have

  void add(std::string_view name, std::string_view value) { values_[count_++] = {name, value}; }
  void remove_last() { --count_; }
  // A name that the pattern has; asking for another is a broken invariant.
  std::string_view get(std::string_view name) const;

 private:
  std::array<std::pair<std::string_view, std::string_view>, kMost> values_;
  std::size_t count_ = 0;
};

// The request stays where it is until the answer is there, so a coroutine may keep the reference.
using RouteHandler =
    std::function<Async<http::Response>(Loop& loop, const http::Request& request, const PathParams& params)>;

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

  // The same method and pattern twice, two names for the same segment, or too many names is a broken invariant.
  void add(std::string_view method, std::string pattern, RouteHandler handler);
  // The router and the request must outlive the answer.
  Async<http::Response> operator()(Loop& loop, const http::Request& request) const;
  Async<http::Response> operator()(Loop& loop, http::Request&& request) const = delete;
  // As added, in that order: for the published API description.
  const std::vector<RouteName>& routes() const { return routes_; }

 private:
  struct Node;
  struct Match;
  std::unique_ptr<Node> root_;
  std::vector<RouteName> routes_;
};

}  // namespace darkroom::net
