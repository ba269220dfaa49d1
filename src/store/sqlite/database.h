// Database: one SQLite connection with this project's settings, and what its result codes mean here.
// Threads: one at a time.
// Fails with store_failed; the code of the first engine failure is kept until it is cleared, so that the writer can
// tell a full disk from a dying one.
#pragma once

#include <sqlite3.h>

#include <memory>
#include <string>

#include "base/result.h"

namespace darkroom::store::sqlite {

enum class Access : std::uint8_t { read_write, read_only };

class Database {
 public:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  using Handle = std::unique_ptr<sqlite3, Close>;

  // `vfs`: empty for the platform's own.
  static Result<std::unique_ptr<Database>> open(const std::string& path, Access access, const std::string& vfs = {});
  explicit Database(Handle handle) : handle_(std::move(handle)) {}

  // Statements that give no rows, or whose rows nobody wants.
  Status execute(const char* sql);
  // The first column of the first row; 0 if there is no row.
  Result<std::int64_t> get_integer(const char* sql);

  sqlite3* handle() { return handle_.get(); }
  bool in_transaction() { return sqlite3_get_autocommit(handle_.get()) == 0; }
  std::int64_t total_changes() { return sqlite3_total_changes64(handle_.get()); }

  // Turns a result code other than OK, ROW and DONE into an Error: already_exists for a broken uniqueness, else
  // store_failed, which is also noted as the engine's failure.
  Error error(int code);
  // A row is not as this program writes it: noted as damage to the file.
  void note_damage();
  int failure() const { return failure_; }
  void clear_failure() { failure_ = SQLITE_OK; }

 private:
  Status set_up(Access access);

  Handle handle_;
  int failure_ = SQLITE_OK;
};

// The file is damaged, or is no database at all.
bool is_corruption(int code);
// After this nobody knows what reached the disk: the process has to end and read the file again. A full disk and a lack
// of memory are not of this kind.
bool is_fatal(int code);

}  // namespace darkroom::store::sqlite
