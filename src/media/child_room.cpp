#include "media/child_room.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace darkroom::media {

ChildRoom::ChildRoom(std::uint64_t bytes) : fd_(memfd_create("result", MFD_CLOEXEC | MFD_ALLOW_SEALING)) {
  const bool made = fd_ >= 0 && ftruncate(fd_, static_cast<off_t>(bytes)) == 0 &&
                    fcntl(fd_, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) == 0;
  if (made) return;
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

ChildRoom::~ChildRoom() {
  if (fd_ >= 0) close(fd_);
}

Result<std::string> ChildRoom::read(std::uint64_t count) const {
  std::string bytes(count, '\0');
  if (pread(fd_, bytes.data(), count, 0) == static_cast<ssize_t>(count)) return bytes;
  return fail(Code::io_failed, "a worker's result could not be read");
}

Status ChildRoom::copy_to(int to, std::uint64_t count) const {
  std::array<char, 1 << 16> piece{};
  for (std::uint64_t done = 0; done < count;) {
    const auto wanted = std::min<std::uint64_t>(piece.size(), count - done);
    const ssize_t got = pread(fd_, piece.data(), wanted, static_cast<off_t>(done));
    if (got <= 0) return fail(Code::io_failed, "a worker's result could not be copied");
    for (ssize_t written = 0; written < got;) {
      const ssize_t more = write(to, piece.data() + written, static_cast<std::size_t>(got - written));
      if (more < 0 && errno == EINTR) continue;
      if (more <= 0) return fail(Code::io_failed, "a worker's result could not be written");
      written += more;
    }
    done += static_cast<std::uint64_t>(got);
  }
  return {};
}

}  // namespace darkroom::media
