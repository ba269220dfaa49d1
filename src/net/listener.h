// Listening sockets: opened, named and closed. Plain system calls, no event loop.
// Threads: values. Fails with Code::bad_config and a sentence that names the address.
#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace darkroom::net {

// Owns a descriptor.
class FileDescriptor {
 public:
  explicit FileDescriptor(int fd = -1) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(other.release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  ~FileDescriptor() { reset(); }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }
  void reset();

 private:
  int fd_;
};

// All listeners of one address share it by SO_REUSEPORT; `first` refuses an address on which another program listens.
// The port may be 0.
Result<FileDescriptor> open_tcp_listener(std::string_view host_port, bool first);
Result<FileDescriptor> open_unix_listener(const std::string& path, mode_t mode);

// "127.0.0.1:8080", "[::1]:8080".
std::string print_local_address(int fd);
// The address alone; "local" for a local socket.
std::string print_peer(const sockaddr_storage& peer);

}  // namespace darkroom::net
