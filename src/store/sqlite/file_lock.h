// FileLock: at most one process has a store open. The kernel lets go of it with the process, however that ends.
// Threads: one. Fails with already_exists while another process holds it, io_failed if there can be no lock file.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace darkroom::store::sqlite {

class FileLock {
 public:
  // Takes the lock of `path` + ".lock"; keeps trying for `patience`, since an administration command holds it only
  // briefly.
  static Result<FileLock> take(const std::string& path, milliseconds patience);

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace darkroom::store::sqlite
