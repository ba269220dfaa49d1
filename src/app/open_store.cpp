#include "app/open_store.h"

#include <fmt/format.h>

#include <filesystem>

#include "store/memory/memory_store.h"
#include "store/sqlite/sqlite_store.h"

namespace darkroom::app {

Result<std::unique_ptr<store::Store>> open_store(const Config& config, Metrics& metrics) {
  const std::string path = config.database_path();
  if (path.empty()) return store::make_memory_store();
  std::error_code problem;
  if (const auto folder = std::filesystem::path(path).parent_path(); !folder.empty()) {
    std::filesystem::create_directories(folder, problem);
    if (problem) return fail(Code::store_failed, fmt::format("{}: {}", folder.string(), problem.message()));
  }
  return store::open_sqlite_store({.path = path, .metrics = &metrics, .seal_key = config.store.seal_key});
}

}  // namespace darkroom::app
