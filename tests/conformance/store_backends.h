// The implementations that the suite runs on.
#pragma once

#include "store/memory/memory_store.h"
#include "store/sqlite/sqlite_store.h"
#include "tests/conformance/store_conformance.h"
#include "tests/support/faulty_store.h"
#include "tests/support/temporary_folder.h"

namespace darkroom::test {

class MemoryBackend final : public Backend {
 public:
  std::unique_ptr<store::Store> open() override { return store::make_memory_store(data_); }

 private:
  std::shared_ptr<store::MemoryData> data_ = store::make_memory_data();
};

class SqliteBackend final : public Backend {
 public:
  std::unique_ptr<store::Store> open() override { return store::open_sqlite_store({.path = path()}).value(); }
  std::string path() const { return folder_.file("darkroom.db"); }

 private:
  TemporaryFolder folder_;
};

// No faults: shows that the decorator changes nothing by itself.
class FaultyBackend final : public Backend {
 public:
  std::unique_ptr<store::Store> open() override {
    return make_faulty_store(inner_.open(), [](std::string_view) { return Fault::none; });
  }

 private:
  MemoryBackend inner_;
};

inline const std::vector<BackendCase>& all_backends() {
  static const std::vector<BackendCase> cases = {
      {"memory", [] { return std::make_unique<MemoryBackend>(); }},
      {"sqlite", [] { return std::make_unique<SqliteBackend>(); }},
      {"faulty", [] { return std::make_unique<FaultyBackend>(); }},
  };
  return cases;
}

}  // namespace darkroom::test
