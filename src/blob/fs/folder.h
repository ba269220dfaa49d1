// Directory descriptors and the few system calls that the file store makes through them.
// Threads: pure functions; a Descriptor belongs to one owner. Fails with Code::io_failed or not_found, naming no path.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace darkroom::blob {

inline constexpr mode_t kFolderMode = 0750;
inline constexpr mode_t kFileMode = 0640;

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor();
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

// io_failed, or not_found for a missing file, with what was tried and the system's own words.
std::unexpected<Error> system_failure(std::string_view what);
// Opens `name` in `parent` as a folder, without following a link.
Result<Descriptor> open_folder(int parent, const std::string& name);
// The same; makes it, durably, where it is missing.
Result<Descriptor> ensure_folder(int parent, const std::string& name);
Status sync(int fd);
// The names of what is in `folder`.
Result<std::vector<std::string>> list_contents(int folder);
// Removes all files and folders in `folder`. Links are removed, not followed.
Status remove_contents(int folder);

}  // namespace darkroom::blob
