// ReadOnly: a second descriptor of an open file, through which nobody can write: what a worker is given to read.
// Threads: any.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <string>

namespace darkroom::media {

class ReadOnly {
 public:
  explicit ReadOnly(int fd) : fd_(open(("/proc/self/fd/" + std::to_string(fd)).c_str(), O_RDONLY | O_CLOEXEC)) {}
  ReadOnly(const ReadOnly&) = delete;
  ReadOnly& operator=(const ReadOnly&) = delete;
  ~ReadOnly() {
    if (fd_ >= 0) close(fd_);
  }
  int fd() const { return fd_; }  // below 0: it could not be opened

 private:
  int fd_;
};

}  // namespace darkroom::media
