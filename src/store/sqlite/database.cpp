#include "store/sqlite/database.h"

#include <fmt/format.h>

namespace darkroom::store::sqlite {
namespace {

constexpr int kBusyMilliseconds = 2000;  // an operator's sqlite3 shell may hold the write lock for a moment

// Pages are never mapped: a mapped page turns a disk error into a signal, and a stray write into a damaged file.
constexpr const char* kEveryConnection =
    "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;"
    "PRAGMA foreign_keys = ON;";
// FULL: a commit is on the disk when it returns, which is what an answer to a submit promises. Checkpoints are the
// writer's own business (writer.cpp), since SQLite before 3.51.3 can corrupt the log when two connections do them at
// once.
constexpr const char* kWriter =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -8192;"
    "PRAGMA secure_delete = ON;";
constexpr const char* kReader = "PRAGMA query_only = ON; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -1024;";

// SQLite would count every byte that it allocates, under one lock for all connections, for statistics that nobody
// reads. Only what is said before its first use counts.
void configure_library() { [[maybe_unused]] static const int once = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }

bool is_unique_violation(int code) {
  return code == SQLITE_CONSTRAINT_PRIMARYKEY || code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_ROWID;
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open(const std::string& path, Access access, const std::string& vfs) {
  configure_library();
  const int flags = access == Access::read_write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                                   vfs.empty() ? nullptr : vfs.c_str());
  Handle handle(raw);
  if (code != SQLITE_OK) {
    return fail(Code::store_failed, fmt::format("cannot open {}: {}", path, sqlite3_errstr(code)));
  }
  auto database = std::make_unique<Database>(std::move(handle));
  if (Status ready = database->set_up(access); !ready) {
    return fail(Code::store_failed, fmt::format("cannot open {}: {}", path, ready.error().message));
  }
  return database;
}

Status Database::set_up(Access access) {
  sqlite3_busy_timeout(handle(), kBusyMilliseconds);
  sqlite3_db_config(handle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  // The last connection to close would otherwise checkpoint; only the writer may, and it does so itself.
  sqlite3_db_config(handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  DR_TRY(execute(kEveryConnection));
  return execute(access == Access::read_write ? kWriter : kReader);
}

Status Database::execute(const char* sql) {
  const int code = sqlite3_exec(handle(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return fail(error(code));
  return {};
}

Result<std::int64_t> Database::get_integer(const char* sql) {
  std::int64_t value = 0;
  sqlite3_stmt* raw = nullptr;
  int code = sqlite3_prepare_v2(handle(), sql, -1, &raw, nullptr);
  if (code == SQLITE_OK && (code = sqlite3_step(raw)) == SQLITE_ROW) {
    value = sqlite3_column_int64(raw, 0);
    code = SQLITE_OK;
  }
  Error failure = code == SQLITE_OK || code == SQLITE_DONE ? Error{} : error(code);
  sqlite3_finalize(raw);
  if (!failure.message.empty()) return fail(std::move(failure));
  return value;
}

Error Database::error(int code) {
  if (is_unique_violation(code)) return make_error(Code::already_exists);
  if (failure_ == SQLITE_OK) failure_ = code;
  return make_error(Code::store_failed, fmt::format("{} ({})", sqlite3_errmsg(handle()), code));
}

void Database::note_damage() {
  if (failure_ == SQLITE_OK) failure_ = SQLITE_CORRUPT;
}

bool is_corruption(int code) {
  const int primary = code & 0xff;
  return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB;
}

bool is_fatal(int code) {
  switch (code) {
    case SQLITE_IOERR_NOMEM:
    case SQLITE_IOERR_SHMSIZE:  // the shared index cannot grow: the disk is full, nothing was written
    case SQLITE_IOERR_SHMMAP:
    case SQLITE_IOERR_SHMOPEN: return false;
    default: return is_corruption(code) || (code & 0xff) == SQLITE_IOERR;
  }
}

}  // namespace darkroom::store::sqlite
