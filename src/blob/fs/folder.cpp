#include "blob/fs/folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace darkroom::blob {

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

std::unexpected<Error> system_failure(std::string_view what) {
  const int error = errno;
  // ENOTDIR is also what the kernel says of a link where a folder should be.
  return fail(error == ENOENT || error == ENOTDIR ? Code::not_found : Code::io_failed,
              fmt::format("{}: {}", what, std::generic_category().message(error)));
}

Result<Descriptor> open_folder(int parent, const std::string& name) {
  Descriptor folder(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (folder.get() < 0) return system_failure("a folder of the media could not be opened");
  return folder;
}

Result<Descriptor> ensure_folder(int parent, const std::string& name) {
  if (::mkdirat(parent, name.c_str(), kFolderMode) != 0 && errno != EEXIST) {
    return system_failure("a folder of the media could not be made");
  }
  // Also where it stood already: another thread may have made it a moment ago and not made it durable yet.
  DR_TRY(sync(parent));
  return open_folder(parent, name);
}

Status sync(int fd) {
  if (::fsync(fd) != 0) return system_failure("media could not be made durable");
  return {};
}

Result<std::vector<std::string>> list_contents(int folder) {
  DIR* const entries = ::fdopendir(::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (entries == nullptr) return system_failure("a folder of the media could not be read");
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(entries)) {
    if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
  }
  ::closedir(entries);
  return names;
}

Status remove_contents(int folder) {
  // fdopendir takes the descriptor over, so it gets one of its own.
  DIR* const entries = ::fdopendir(::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (entries == nullptr) return system_failure("a folder of the media could not be read");
  Status status;
  while (const dirent* entry = ::readdir(entries)) {
    const std::string name = entry->d_name;
    if (name == "." || name == ".." || ::unlinkat(folder, name.c_str(), 0) == 0 || errno == ENOENT) continue;
    if (errno == EISDIR || errno == EPERM) {
      Result<Descriptor> inner = open_folder(folder, name);
      status = inner ? remove_contents(inner->get()) : Status(fail(std::move(inner.error())));
      if (status && ::unlinkat(folder, name.c_str(), AT_REMOVEDIR) == 0) continue;
      if (!status) break;
    }
    status = system_failure("media could not be removed");
    break;
  }
  ::closedir(entries);
  return status;
}

}  // namespace darkroom::blob
