// The files of the documentation site and of the console, compiled into the program: docs-site/pack.mjs lays them out,
// cmake/site.cmake builds them in. A build without them (DARKROOM_CONSOLE=OFF) has none.
// Threads: constant data and pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/http_message.h"

namespace darkroom::console {

struct Asset {
  std::string_view path;  // below /docs/ or /console/, such as "quickstart.html"
  std::string_view type;  // for Content-Type
  std::string_view tag;   // of the plain bytes
  // Of the page's own scripts, as a policy lists them: " 'sha256-…' 'sha256-…'".
  std::string_view script_hashes;
  std::string_view plain;
  std::string_view gzip;  // empty where it would save nothing
  std::string_view brotli;
};

// Sorted by path.
std::span<const Asset> built_in_docs();
std::span<const Asset> built_in_console();

const Asset* find_asset(std::span<const Asset> assets, std::string_view path);

// What a page may do beyond loading scripts, pictures and data from this server.
enum class Policy {
  kStrict,
  // May make style sheets while it runs. Scripts stay as strict, and with no other origin to load from, a style that
  // somebody smuggled in has nobody to tell.
  kOwnStyles,
};

// The asset in the smallest form that the client takes; 304 if it has it already.
http::Response asset_response(const Asset& asset, const http::Request& request, Policy policy = Policy::kStrict);

// A page for a build without assets, and anything else that is small and made on the spot.
http::Response text_response(std::string text, std::string_view type);
http::Response redirect(std::string_view target);

// What keeps a document of ours harmless, whatever is in it: set on every answer that is not an asset.
void set_safety(http::Response& response);

}  // namespace darkroom::console
