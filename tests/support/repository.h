// Where the tests find the repository's data files: the folder above the test program that holds CMakePresets.json.
#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

namespace darkroom::test {

inline std::filesystem::path repository_root() {
  for (auto start : {std::filesystem::read_symlink("/proc/self/exe").parent_path(), std::filesystem::current_path()}) {
    for (auto folder = start; folder != folder.root_path(); folder = folder.parent_path()) {
      if (std::filesystem::exists(folder / "CMakePresets.json")) return folder;
    }
  }
  throw std::runtime_error("the repository was not found above the test program");
}

inline std::string read_repository_file(const std::string& path) {
  std::ifstream in(repository_root() / path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace darkroom::test
