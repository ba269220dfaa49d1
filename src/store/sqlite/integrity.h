// Is the file sound? A small one is checked whole before the first verb; a big one in its small tables only, and the
// rest in the background, so that a restart never waits for it (docs/adr/0002-quick-check.md).
// Threads: BackgroundCheck has one of its own.
// Fails with store_failed; a background finding calls `on_fatal`.
#pragma once

#include <atomic>
#include <string>
#include <thread>

#include "store/sqlite/writer.h"

namespace darkroom::store::sqlite {

inline constexpr std::int64_t kBigFileBytes = 64 << 20;

Result<bool> is_big(Database& database);
Status check_whole(Database& database);
Status check_small_tables(Database& database);

class BackgroundCheck {
 public:
  BackgroundCheck(std::string path, std::string vfs, OnFatal on_fatal);
  ~BackgroundCheck() { stop(); }
  // Interrupts the check if it is still running.
  void stop();

 private:
  void run();

  std::string path_, vfs_;
  OnFatal on_fatal_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace darkroom::store::sqlite
