#include "net/unix_address.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace darkroom::net {

Result<UnixAddress> UnixAddress::of(const std::string& path) {
  UnixAddress address;
  std::string name = path;
  if (name.size() >= sizeof(address.address_.sun_path)) {
    const std::filesystem::path whole(path);
    address.folder_ = FileDescriptor(::open(whole.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (address.folder_.get() < 0) {
      const bool is_absent = errno == ENOENT || errno == ENOTDIR;
      return fail(is_absent ? Code::not_found : Code::io_failed, std::generic_category().message(errno));
    }
    name = fmt::format("/proc/self/fd/{}/{}", address.folder_.get(), whole.filename().string());
  }
  if (name.empty() || name.size() >= sizeof(address.address_.sun_path)) {
    return fail(Code::io_failed, "the name of the socket is too long or empty");
  }
  std::memcpy(address.address_.sun_path, name.data(), name.size());
  return address;
}

}  // namespace darkroom::net
