// A disk that fails on demand: an SQLite VFS over the platform's own.
// Threads: the switches from any thread. One disk at a time; files must be closed before it goes.
#pragma once

#include <atomic>
#include <string>

namespace darkroom::test {

class FailingDisk {
 public:
  FailingDisk();
  FailingDisk(const FailingDisk&) = delete;
  ~FailingDisk();

  // For SqliteOptions::vfs.
  std::string name() const { return "failing"; }

  std::atomic<bool> is_full = false;         // writes fail as on a disk without space
  std::atomic<int> syncs_until_failure = 0;  // 1: the next sync fails, once; 0: none
  std::atomic<int> writes_until_failure = 0;
};

}  // namespace darkroom::test
