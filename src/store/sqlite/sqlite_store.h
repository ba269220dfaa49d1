// The store in one SQLite file: one thread writes, a few read, and verbs that arrive together share a commit.
// Threads: as the port says. A read sees every earlier write of its caller; the readers do not make later writes wait.
// Owns: the file, its log, and the lock and the key beside it, for one process at a time.
// Fails: see SqliteOptions::on_fatal and docs/adr/0002-quick-check.md.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/secret.h"
#include "store/store.h"

namespace darkroom::store {

struct SqliteOptions {
  std::string path;
  std::size_t readers = 2;
  // The disk or the file can no longer be trusted. Empty: one log line, then the process ends at once with code 70 and
  // the next start reads the file anew. May be called from any thread of the store.
  std::function<void(std::string_view why)> on_fatal = {};
  Metrics* metrics = nullptr;  // outlives the store
  milliseconds lock_patience{2000};
  std::string vfs = {};  // a registered SQLite VFS; empty: the platform's own
  // What the secrets of webhooks are sealed with, as of is_seal_key(). Empty: that in the file "PATH.key", which is
  // made together with the store.
  Secret seal_key = {};
};

// 64 hex digits.
bool is_seal_key(std::string_view text);

// already_exists: another process has the store open. store_failed: the file is damaged, not ours, from a newer
// version, or sealed with another key.
Result<std::unique_ptr<Store>> open_sqlite_store(SqliteOptions options);

}  // namespace darkroom::store
