#include "engine/scratch_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

namespace darkroom::engine {

Result<ScratchFile> ScratchFile::in_memory() {
  const int fd = ::memfd_create("scratch", MFD_CLOEXEC);
  if (fd < 0) return fail(Code::io_failed, "no memory for a scratch file");
  return ScratchFile(fd);
}

// A name for a moment instead of O_TMPFILE, which not every file system has.
Result<ScratchFile> ScratchFile::in_folder(const std::string& folder) {
  std::string name = folder + "/.scratch-XXXXXX";
  const int fd = ::mkostemp(name.data(), O_CLOEXEC);
  if (fd < 0) return fail(Code::io_failed, "a scratch file could not be made");
  ::unlink(name.c_str());
  return ScratchFile(fd);
}

ScratchFile::~ScratchFile() {
  if (fd_ >= 0) ::close(fd_);
}

Status ScratchFile::copy_to(ByteSink& sink) const {
  std::array<std::uint8_t, 1 << 16> room{};
  for (off_t at = 0;;) {
    const ssize_t read = ::pread(fd_, room.data(), room.size(), at);
    if (read < 0 && errno == EINTR) continue;
    if (read < 0) return fail(Code::io_failed, "a scratch file cannot be read back");
    if (read == 0) return {};
    DR_TRY(sink.write(ByteView(room.data(), static_cast<std::size_t>(read))));
    at += read;
  }
}

}  // namespace darkroom::engine
