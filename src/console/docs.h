// The documentation of this server at /docs/: the built-in site, the pages of the live catalogue's models, and their
// twins in Markdown for programs (`.md` behind a page's address, /llms.txt, /llms-full.txt).
// Threads: read only after construction; called on any loop. Owns nothing of its parts, which outlive the router.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "catalog/catalog.h"
#include "console/assets.h"
#include "net/router.h"

namespace darkroom::console {

class Docs {
 public:
  struct Parts {
    const catalog::Catalog& catalog;
    // The measured median of a model; nothing until there is one. May be empty.
    std::function<std::optional<double>(std::string_view model)> typical_seconds;
    std::string public_url;  // of this server, for samples
    std::span<const Asset> assets = built_in_docs();
  };

  explicit Docs(Parts parts) : parts_(std::move(parts)) {}
  // The object must outlive the router's requests.
  void add_routes(net::Router& router) const;
  // `path` is what stands behind /docs/.
  http::Response serve(std::string_view path, const http::Request& request) const;
  http::Response serve_text(std::string_view name, const http::Request& request) const;

 private:
  std::optional<http::Response> find_model_page(std::string_view path, const http::Request& request) const;
  json::object describe(const catalog::ModelSpec& model) const;
  std::string list_models() const;
  std::string print_everything(std::string_view index) const;

  Parts parts_;
};

}  // namespace darkroom::console
