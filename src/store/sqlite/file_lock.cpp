#include "store/sqlite/file_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

namespace darkroom::store::sqlite {
namespace {

constexpr milliseconds kPause{20};

}  // namespace

Result<FileLock> FileLock::take(const std::string& path, milliseconds patience) {
  const std::string lock_path = path + ".lock";
  const int descriptor = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return fail(Code::io_failed, fmt::format("cannot open {}: {}", lock_path, std::strerror(errno)));
  FileLock lock(descriptor);
  const auto give_up = std::chrono::steady_clock::now() + patience;
  while (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      return fail(Code::io_failed, fmt::format("cannot lock {}: {}", lock_path, std::strerror(errno)));
    }
    if (std::chrono::steady_clock::now() >= give_up) {
      return fail(Code::already_exists, fmt::format("another darkroom is using {}", path));
    }
    std::this_thread::sleep_for(kPause);
  }
  return lock;
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace darkroom::store::sqlite
