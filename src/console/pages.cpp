#include "console/pages.h"

namespace darkroom::console {
namespace {

constexpr std::string_view kDocument = "index.html";
constexpr std::string_view kFiles = "assets/";

constexpr std::string_view kWithoutConsole =
    "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    "<title>darkroom</title><style>body{font:16px/1.6 system-ui,sans-serif;max-width:40em;margin:3em auto;padding:0 "
    "1em}"
    "</style><h1>No console in this build</h1><p>This program was built without its console "
    "(<code>DARKROOM_CONSOLE=OFF</code>). The command line does the same: <code>darkroom --help</code>.";

Async<http::Response> answer(http::Response response) { co_return response; }

}  // namespace

http::Response serve_console(std::span<const Asset> assets, std::string_view path, const http::Request& request) {
  if (const Asset* file = find_asset(assets, path); file != nullptr && path != kDocument) {
    return asset_response(*file, request);
  }
  if (path.starts_with(kFiles)) {
    http::Response response = text_response("not found\n", "text/plain; charset=utf-8");
    response.status = 404;
    return response;
  }
  const Asset* document = find_asset(assets, kDocument);
  if (document == nullptr) {
    http::Response response = text_response(std::string(kWithoutConsole), "text/html; charset=utf-8");
    if (!path.empty()) response.status = 404;
    return response;
  }
  // Mantine, the library of components, writes what depends on a screen's width into style elements, whose text differs
  // from screen to screen: no hash fits. A nonce would have to be new in every answer, and the document is packed once
  // and kept by browsers; scripts, which would matter more, need neither.
  http::Response response = asset_response(*document, request, Policy::kOwnStyles);
  response.set("Cross-Origin-Opener-Policy", "same-origin");
  return response;
}

void add_console_routes(net::Router& router, std::span<const Asset> assets) {
  router.add("GET", "/console",
             [](Loop&, const http::Request&, const net::PathParams&) { return answer(redirect("/console/")); });
  router.add("GET", "/console/", [assets](Loop&, const http::Request& request, const net::PathParams&) {
    return answer(serve_console(assets, "", request));
  });
  router.add("GET", "/console/{path...}", [assets](Loop&, const http::Request& request, const net::PathParams& params) {
    return answer(serve_console(assets, params.get("path"), request));
  });
}

}  // namespace darkroom::console
