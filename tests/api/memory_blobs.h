// A blob store for tests that only read: objects are anonymous files in memory.
// Threads: one.
#pragma once

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <map>
#include <memory>
#include <stdexcept>
#include <string>

#include "base/check.h"
#include "blob/blob_store.h"

namespace darkroom::test {

class MemoryBlobs final : public blob::Store {
 public:
  double free_percent_now = 50;
  bool throws = false;

  void put(const std::string& name, const std::string& content, std::int64_t modified_seconds) {
    const int fd = ::memfd_create("blob", MFD_CLOEXEC);
    DR_CHECK(fd >= 0);
    DR_CHECK(::write(fd, content.data(), content.size()) == static_cast<ssize_t>(content.size()));
    const timespec times[2] = {{modified_seconds, 0}, {modified_seconds, 0}};
    DR_CHECK(::futimens(fd, times) == 0);
    objects_[name] = std::make_shared<const http::OpenFile>(fd);
  }

  void forget(const std::string& name) { objects_.erase(name); }

  Result<std::unique_ptr<blob::Writer>> create() override { return fail(Code::io_failed, "read only"); }
  Result<std::shared_ptr<const http::OpenFile>> open(std::string_view name) override {
    if (throws) throw std::runtime_error("words of a library");
    const auto found = objects_.find(name);
    if (found == objects_.end()) return fail(Code::not_found);
    return found->second;
  }
  Result<blob::Info> stat(std::string_view) override { return fail(Code::not_found); }
  Status remove(std::string_view) override { return {}; }
  Status remove_folder(std::string_view) override { return {}; }
  Status sweep_temporary() override { return {}; }
  double free_percent() override { return free_percent_now; }

 private:
  std::map<std::string, std::shared_ptr<const http::OpenFile>, std::less<>> objects_;
};

}  // namespace darkroom::test
