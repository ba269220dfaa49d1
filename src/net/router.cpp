#include "net/router.h"

#include <algorithm>

#include "base/check.h"
#include "base/error_body.h"

namespace darkroom::net {
namespace {

std::string_view next_segment(std::string_view& path) {
  path.remove_prefix(1);  // the slash
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

bool is_name(std::string_view segment) { return segment.size() > 2 && segment.front() == '{' && segment.back() == '}'; }

Async<http::Response> answer(http::Response response) { co_return response; }

http::Response error_response(Code code, const std::string& request_id) {
  http::Response response;
  response.status = info(code).http_status;
  response.body = print_error_body(make_error(code), request_id);
  return response;
}

}  // namespace

std::string_view PathParams::get(std::string_view name) const {
  for (std::size_t i = 0; i < count_; ++i) {
    if (values_[i].first == name) return values_[i].second;
  }
  DR_CHECK(false);
}

// One segment of the patterns that begin alike.
struct Router::Node {
  std::vector<std::pair<std::string, std::unique_ptr<Node>>> fixed;  // few, so a scan beats a hash
  std::string name;                                                  // of `any`
  std::unique_ptr<Node> any;
  std::string rest_name;
  std::unique_ptr<Node> rest;                                  // no children
  std::vector<std::pair<std::string, RouteHandler>> handlers;  // by method

  const RouteHandler* find_handler(std::string_view method) const {
    for (const auto& [known, handler] : handlers) {
      if (known == method) return &handler;
    }
    return nullptr;
  }
  std::string allow() const {
    std::string list;
    for (const auto& entry : handlers) list += entry.first + ", ";
    if (find_handler("GET") != nullptr && find_handler("HEAD") == nullptr) list += "HEAD, ";
    return list + "OPTIONS";
  }
};

struct Router::Match {
  // Depth first, most exact first; the depth is that of the patterns, not of the path.
  static const Node* find(const Node& from, std::string_view path, PathParams& params) {
    if (path.empty()) return from.handlers.empty() ? nullptr : &from;
    path.remove_prefix(1);  // the slash
    for (const auto& [text, child] : from.fixed) {
      if (!path.starts_with(text)) continue;
      const std::string_view after = path.substr(text.size());
      if (!after.empty() && after.front() != '/') continue;
      if (const Node* found = find(*child, after, params)) return found;
    }
    if (path.empty()) return nullptr;
    if (from.any && path.front() != '/') {
      const std::string_view segment = path.substr(0, path.find('/'));
      params.add(from.name, segment);
      if (const Node* found = find(*from.any, path.substr(segment.size()), params)) return found;
      params.remove_last();
    }
    if (!from.rest) return nullptr;
    params.add(from.rest_name, path);
    return from.rest.get();
  }
};

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

void Router::add(std::string_view method, std::string pattern, RouteHandler handler) {
  DR_CHECK(pattern.starts_with('/'));
  DR_CHECK(std::ranges::count(pattern, '{') <= static_cast<std::ptrdiff_t>(PathParams::kMost));
  Node* node = root_.get();
  const auto step_into = [](std::unique_ptr<Node>& child, std::string& known, std::string_view name) {
    DR_CHECK(!child || known == name);
    if (!child) child = std::make_unique<Node>();
    known = name;
    return child.get();
  };
  for (std::string_view left = pattern; !left.empty();) {
    const std::string_view segment = next_segment(left);
    if (is_name(segment) && segment.ends_with("...}")) {
      DR_CHECK(left.empty());
      node = step_into(node->rest, node->rest_name, segment.substr(1, segment.size() - 5));
    } else if (is_name(segment)) {
      node = step_into(node->any, node->name, segment.substr(1, segment.size() - 2));
    } else {
      auto found = std::ranges::find_if(node->fixed, [&](const auto& entry) { return entry.first == segment; });
      if (found == node->fixed.end()) {
        found = node->fixed.emplace(found, std::string(segment), std::make_unique<Node>());
      }
      node = found->second.get();
    }
  }
  DR_CHECK(node->find_handler(method) == nullptr);
  node->handlers.emplace_back(std::string(method), std::move(handler));
  routes_.push_back({std::string(method), std::move(pattern)});
}

// Not a coroutine itself, so that a request costs no frame beyond its handler's.
Async<http::Response> Router::operator()(Loop& loop, const http::Request& request) const {
  PathParams params;
  const Node* node = request.path.starts_with('/') ? Match::find(*root_, request.path, params) : nullptr;
  if (node == nullptr && request.path == "*") {  // OPTIONS *: the server as a whole
    http::Response response;
    response.status = 204;
    return answer(std::move(response));
  }
  if (node == nullptr) return answer(error_response(Code::route_not_found, request.request_id));
  const RouteHandler* handler = node->find_handler(request.method);
  if (handler == nullptr && request.method == "HEAD") handler = node->find_handler("GET");
  if (handler != nullptr) return (*handler)(loop, request, params);
  http::Response response;
  if (request.method == "OPTIONS") {
    response.status = 204;
  } else {
    response = error_response(Code::method_not_allowed, request.request_id);
  }
  response.set("Allow", node->allow());
  return answer(std::move(response));
}

}  // namespace darkroom::net
