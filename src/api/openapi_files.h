// The hand-written part of the published description, src/api/openapi/document.json, compiled into the program; the
// definition is made by cmake/embed.cmake. Threads: constants.
#pragma once

#include <span>
#include <string_view>

namespace darkroom::api {

struct EmbeddedFile {
  std::string_view path;  // relative to src/api/openapi/
  std::string_view text;
};

std::span<const EmbeddedFile> openapi_files();

}  // namespace darkroom::api
