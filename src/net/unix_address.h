// UnixAddress: where a local socket is, for bind and connect. The kernel takes a name of 107 bytes at most, so a socket
// with a longer path is named by way of its folder, which is held open for as long. Threads: a plain value. Fails with
// not_found if that folder is not there, else io_failed.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <string>

#include "base/result.h"
#include "net/listener.h"

namespace darkroom::net {

class UnixAddress {
 public:
  static Result<UnixAddress> of(const std::string& path);

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address_); }
  static socklen_t size() { return sizeof(sockaddr_un); }

 private:
  FileDescriptor folder_;
  sockaddr_un address_{.sun_family = AF_UNIX, .sun_path = {}};
};

}  // namespace darkroom::net
