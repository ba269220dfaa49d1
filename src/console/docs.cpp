#include "console/docs.h"

#include <cmath>
#include <utility>

#include "catalog/describe.h"
#include "console/model_page.h"

namespace darkroom::console {
namespace {

constexpr std::string_view kModels = "models/";
constexpr std::string_view kModelFrame = "model.html";  // its script fills in the model
constexpr std::string_view kNotFound = "404.html";
constexpr std::string_view kMarkdown = ".md";
constexpr std::string_view kIndex = "llms.txt";
constexpr std::string_view kEverything = "llms-full.txt";
constexpr std::string_view kLink = "](/docs/";  // in the index, to a guide's twin
// Scalar, which draws this page, makes its style sheets while it runs.
constexpr std::string_view kReference = "reference.html";

constexpr std::string_view kWithoutSite =
    "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    "<title>darkroom</title><style>body{font:16px/1.6 system-ui,sans-serif;max-width:40em;margin:3em auto;padding:0 "
    "1em}"
    "</style><h1>No documentation in this build</h1><p>This program was built without its documentation site "
    "(<code>DARKROOM_CONSOLE=OFF</code>). What it takes is still described at <a href=/openapi.json>/openapi.json</a>, "
    "<a href=/api/v1/models>/api/v1/models</a> and <a href=/llms.txt>/llms.txt</a>.";

Async<http::Response> answer(http::Response response) { co_return response; }

http::Response markdown_response(std::string text) {
  http::Response response = text_response(std::move(text), "text/markdown; charset=utf-8");
  response.set("Vary", "Accept");
  return response;
}

http::Response page_response(const Asset& asset, const http::Request& request) {
  return asset_response(asset, request, asset.path == kReference ? Policy::kOwnStyles : Policy::kStrict);
}

// A program that wants text says so; browsers ask for text/html.
bool wants_markdown(const http::Request& request) {
  const std::string_view accepted = request.header("accept").value_or("");
  return accepted.find("text/markdown") != std::string_view::npos &&
         accepted.find("text/html") == std::string_view::npos;
}

}  // namespace

json::object Docs::describe(const catalog::ModelSpec& model) const {
  json::object shown = catalog::describe(model);
  std::optional<double> typical;
  if (parts_.typical_seconds) typical = parts_.typical_seconds(model.id);
  if (typical) shown["typical_seconds"] = std::round(*typical * 10) / 10;
  return shown;
}

std::string Docs::list_models() const {
  std::string list;
  for (const catalog::ModelSpec& model : parts_.catalog.models()) list += print_model_line(catalog::describe(model));
  return list;
}

std::optional<http::Response> Docs::find_model_page(std::string_view path, const http::Request& request) const {
  if (!path.starts_with(kModels)) return std::nullopt;
  path.remove_prefix(kModels.size());
  const bool as_text = path.ends_with(kMarkdown) || wants_markdown(request);
  if (path.ends_with(kMarkdown)) path.remove_suffix(kMarkdown.size());
  const catalog::ModelSpec* model = parts_.catalog.find(path);
  if (model == nullptr) return std::nullopt;
  if (as_text) return markdown_response(print_model_page(describe(*model), parts_.public_url));
  const Asset* frame = find_asset(parts_.assets, kModelFrame);
  if (frame == nullptr) return std::nullopt;
  return asset_response(*frame, request);
}

http::Response Docs::serve(std::string_view path, const http::Request& request) const {
  if (path == "models.md") return markdown_response("# Models\n\n" + list_models());
  if (path == kIndex || path == kEverything) return serve_text(path, request);
  if (auto page = find_model_page(path, request)) return std::move(*page);
  if (parts_.assets.empty()) {
    http::Response response = text_response(std::string(kWithoutSite), "text/html; charset=utf-8");
    if (!path.empty()) response.status = 404;
    return response;
  }
  const std::string name = path.empty() ? "index" : std::string(path);
  if (wants_markdown(request)) {
    if (const Asset* twin = find_asset(parts_.assets, name + std::string(kMarkdown))) {
      return asset_response(*twin, request);
    }
  }
  if (const Asset* asset = find_asset(parts_.assets, name)) return page_response(*asset, request);
  if (const Asset* page = find_asset(parts_.assets, name + ".html")) return page_response(*page, request);
  const Asset* missing = find_asset(parts_.assets, kNotFound);
  http::Response response = missing == nullptr ? text_response("not found\n", "text/plain; charset=utf-8")
                                               : asset_response(*missing, request);
  response.status = 404;
  return response;
}

// The guides that the index links to, in its order, then the models.
std::string Docs::print_everything(std::string_view index) const {
  std::string text;
  const auto append = [&text](std::string_view page) {
    if (!text.empty()) text += text.ends_with('\n') ? "\n---\n\n" : "\n\n---\n\n";
    text += page;
  };
  for (std::size_t at = index.find(kLink); at != std::string_view::npos; at = index.find(kLink, at)) {
    at += kLink.size();
    const Asset* twin = find_asset(parts_.assets, index.substr(at, index.find(')', at) - at));
    if (twin != nullptr) append(twin->plain);
  }
  for (const catalog::ModelSpec& model : parts_.catalog.models()) {
    append(print_model_page(describe(model), parts_.public_url));
  }
  return text;
}

http::Response Docs::serve_text(std::string_view name, const http::Request&) const {
  const Asset* guides = find_asset(parts_.assets, kIndex);
  const std::string_view index = guides == nullptr ? "# darkroom\n" : guides->plain;
  std::string text = name == kIndex ? std::string(index) + "\n## Models\n\n" + list_models() : print_everything(index);
  return text_response(std::move(text), "text/plain; charset=utf-8");
}

void Docs::add_routes(net::Router& router) const {
  router.add("GET", "/docs",
             [](Loop&, const http::Request&, const net::PathParams&) { return answer(redirect("/docs/")); });
  router.add("GET", "/docs/", [this](Loop&, const http::Request& request, const net::PathParams&) {
    return answer(serve("", request));
  });
  router.add("GET", "/docs/{path...}", [this](Loop&, const http::Request& request, const net::PathParams& params) {
    return answer(serve(params.get("path"), request));
  });
  for (const std::string_view name : {kIndex, kEverything}) {
    router.add("GET", "/" + std::string(name),
               [this, name](Loop&, const http::Request& request, const net::PathParams&) {
                 return answer(serve_text(name, request));
               });
  }
}

}  // namespace darkroom::console
