// A blob store in memory: objects are anonymous files.
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

  bool has(const std::string& name) const { return objects_.contains(name); }
  std::size_t count() const { return objects_.size(); }
  std::size_t open_writers() const { return open_writers_; }

  Result<std::unique_ptr<blob::Writer>> create() override { return std::make_unique<Writer>(*this); }
  Result<std::shared_ptr<const http::OpenFile>> open(std::string_view name) override {
    if (throws) throw std::runtime_error("words of a library");
    const auto found = objects_.find(name);
    if (found == objects_.end()) return fail(Code::not_found);
    return found->second;
  }
  Result<blob::Info> stat(std::string_view) override { return fail(Code::not_found); }
  Status remove(std::string_view) override { return {}; }
  Status remove_folder(std::string_view folder) override {
    std::erase_if(objects_, [&](const auto& object) { return object.first.starts_with(std::string(folder) + "/"); });
    return {};
  }
  Result<std::vector<std::string>> list(std::string_view) override { return fail(Code::io_failed, "not here"); }
  Status sweep_temporary() override { return {}; }
  Status check_room(std::uint64_t) override { return {}; }
  double free_percent() override { return free_percent_now; }

 private:
  class Writer final : public blob::Writer {
   public:
    explicit Writer(MemoryBlobs& blobs) : blobs_(blobs) { ++blobs_.open_writers_; }
    ~Writer() override { --blobs_.open_writers_; }
    Status write(ByteView bytes) override {
      content_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      return {};
    }
    Result<std::shared_ptr<const http::OpenFile>> view() override { return fail(Code::io_failed, "not here"); }
    std::uint64_t size_bytes() const override { return content_.size(); }
    Result<blob::Info> commit(std::string_view name) override {
      blobs_.put(std::string(name), content_, 0);
      return blob::Info{content_.size(), std::to_string(std::hash<std::string>()(content_)), {}};
    }

   private:
    MemoryBlobs& blobs_;
    std::string content_;
  };

  std::size_t open_writers_ = 0;
  std::map<std::string, std::shared_ptr<const http::OpenFile>, std::less<>> objects_;
};

}  // namespace darkroom::test
