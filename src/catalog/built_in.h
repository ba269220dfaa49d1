// The model files that stand in catalog/, compiled into the program; the definition is made by cmake/embed.cmake.
// Threads: constants.
#pragma once

#include <span>
#include <string_view>

namespace darkroom::catalog {

struct EmbeddedFile {
  std::string_view path;  // relative to catalog/
  std::string_view text;
};

std::span<const EmbeddedFile> built_in_files();

}  // namespace darkroom::catalog
