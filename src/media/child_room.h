// ChildRoom: memory of a fixed size that a worker may write a result into, and nothing more; its descriptor travels
// with the question. Threads: a plain value.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace darkroom::media {

class ChildRoom {
 public:
  explicit ChildRoom(std::uint64_t bytes);
  ChildRoom(const ChildRoom&) = delete;
  ChildRoom& operator=(const ChildRoom&) = delete;
  ~ChildRoom();

  // Below 0 when there is no memory.
  int fd() const { return fd_; }
  // Its first `count` bytes. Fails with Code::io_failed.
  Result<std::string> read(std::uint64_t count) const;
  // Writes its first `count` bytes to the file `to`, at that one's position. Fails with Code::io_failed.
  Status copy_to(int to, std::uint64_t count) const;

 private:
  int fd_;
};

}  // namespace darkroom::media
