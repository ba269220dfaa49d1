// ScratchFile: a file without a name that a confined process is handed to write into: a small one in memory, a large
// one beside what it will become. Gone with its owner, also after a crash. Threads: one at a time; all calls may block.
#pragma once

#include <string>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"

namespace darkroom::engine {

class ScratchFile {
 public:
  // Both fail with io_failed.
  static Result<ScratchFile> in_memory();
  static Result<ScratchFile> in_folder(const std::string& folder);

  ScratchFile(ScratchFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ScratchFile& operator=(ScratchFile&&) = delete;
  ~ScratchFile();

  int fd() const { return fd_; }
  // From its first byte to its last, whatever its position.
  Status copy_to(ByteSink& sink) const;

 private:
  explicit ScratchFile(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace darkroom::engine
