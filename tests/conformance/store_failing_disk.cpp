#include "tests/conformance/store_failing_disk.h"

#include <sqlite3.h>

#include "base/check.h"

namespace darkroom::test {
namespace {

FailingDisk* the_disk = nullptr;
sqlite3_vfs* platform = nullptr;

// What SQLite allocates for an open file; the platform's own file follows it in memory.
struct File {
  sqlite3_file base;
};
sqlite3_file* real(sqlite3_file* file) { return reinterpret_cast<sqlite3_file*>(reinterpret_cast<File*>(file) + 1); }

// True for the call that makes the count reach zero.
bool counts_down(std::atomic<int>& left) { return left > 0 && --left == 0; }

int write_file(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
  if (the_disk->is_full) return SQLITE_FULL;
  if (counts_down(the_disk->writes_until_failure)) return SQLITE_IOERR_WRITE;
  return real(file)->pMethods->xWrite(real(file), bytes, size, offset);
}
int sync_file(sqlite3_file* file, int flags) {
  if (counts_down(the_disk->syncs_until_failure)) return SQLITE_IOERR_FSYNC;
  return real(file)->pMethods->xSync(real(file), flags);
}

// Version 2: without the methods that map pages.
const sqlite3_io_methods kMethods = {
    2,
    [](sqlite3_file* file) { return real(file)->pMethods->xClose(real(file)); },
    [](sqlite3_file* file, void* into, int size, sqlite3_int64 offset) {
      return real(file)->pMethods->xRead(real(file), into, size, offset);
    },
    write_file,
    [](sqlite3_file* file, sqlite3_int64 size) { return real(file)->pMethods->xTruncate(real(file), size); },
    sync_file,
    [](sqlite3_file* file, sqlite3_int64* size) { return real(file)->pMethods->xFileSize(real(file), size); },
    [](sqlite3_file* file, int level) { return real(file)->pMethods->xLock(real(file), level); },
    [](sqlite3_file* file, int level) { return real(file)->pMethods->xUnlock(real(file), level); },
    [](sqlite3_file* file, int* is_held) { return real(file)->pMethods->xCheckReservedLock(real(file), is_held); },
    [](sqlite3_file* file, int operation, void* argument) {
      return real(file)->pMethods->xFileControl(real(file), operation, argument);
    },
    [](sqlite3_file* file) { return real(file)->pMethods->xSectorSize(real(file)); },
    [](sqlite3_file* file) { return real(file)->pMethods->xDeviceCharacteristics(real(file)); },
    [](sqlite3_file* file, int page, int size, int extend, void volatile** into) {
      return real(file)->pMethods->xShmMap(real(file), page, size, extend, into);
    },
    [](sqlite3_file* file, int offset, int count, int flags) {
      return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
    },
    [](sqlite3_file* file) { real(file)->pMethods->xShmBarrier(real(file)); },
    [](sqlite3_file* file, int remove) { return real(file)->pMethods->xShmUnmap(real(file), remove); },
    nullptr,
    nullptr,
};

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  file->pMethods = nullptr;
  real(file)->pMethods = nullptr;
  const int code = platform->xOpen(platform, name, real(file), flags, out_flags);
  if (real(file)->pMethods != nullptr) file->pMethods = &kMethods;
  return code;
}

sqlite3_vfs failing_vfs;

}  // namespace

FailingDisk::FailingDisk() {
  DR_CHECK(the_disk == nullptr);
  the_disk = this;
  platform = sqlite3_vfs_find(nullptr);
  failing_vfs = *platform;
  failing_vfs.zName = "failing";
  failing_vfs.szOsFile = static_cast<int>(sizeof(File)) + platform->szOsFile;
  failing_vfs.pNext = nullptr;
  failing_vfs.xOpen = open_file;
  DR_CHECK(sqlite3_vfs_register(&failing_vfs, 0) == SQLITE_OK);
}

FailingDisk::~FailingDisk() {
  sqlite3_vfs_unregister(&failing_vfs);
  the_disk = nullptr;
}

}  // namespace darkroom::test
