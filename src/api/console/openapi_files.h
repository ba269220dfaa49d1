// The hand-written part of the console's published description, src/api/console/openapi/document.json, compiled into
// the program; the definition is made by cmake/embed.cmake. Threads: constants.
#pragma once

#include <span>
#include <string_view>

namespace darkroom::api::console {

struct EmbeddedFile {
  std::string_view path;  // relative to src/api/console/openapi/
  std::string_view text;
};

std::span<const EmbeddedFile> openapi_files();

}  // namespace darkroom::api::console
