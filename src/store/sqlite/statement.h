// Statement: SQL that is prepared at its first use and kept. Query: one run of it with its arguments, reset at its end.
//   Query query = find_.start(id);
//   Result<bool> row = query.next();
// Threads: those of the Database, which outlives both. A statement that cannot be prepared fails at next(); a value
// that is not as this program writes it reads as zero and is noted at the Database.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/credits.h"
#include "base/ids.h"
#include "store/sqlite/database.h"

namespace darkroom::store::sqlite {

class Query {
 public:
  // `code`: what preparing the statement gave; the arguments are bound in their order, texts and bytes as `lifetime`
  // says.
  template <class... Args>
  Query(Database& database, sqlite3_stmt* statement, int code, sqlite3_destructor_type lifetime, const Args&... args)
      : database_(database), statement_(statement), code_(code), lifetime_(lifetime) {
    int index = 0;
    if (code_ == SQLITE_OK) (bind(++index, args), ...);
  }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  ~Query();

  // True: a row stands and read() starts at its first column. False: there are no more.
  Result<bool> next();
  // For a statement whose rows nobody wants.
  Status run();

  // The columns of the row, from left to right.
  std::int64_t integer() { return sqlite3_column_int64(statement_, column_++); }
  template <class T>
  T number() {
    return static_cast<T>(integer());
  }
  bool flag() { return integer() != 0; }
  WallTime time() { return from_millis(integer()); }
  std::optional<WallTime> maybe_time();
  MicroCredits credits();
  std::string_view text();  // valid until next()
  template <std::size_t N>
  std::array<std::uint8_t, N> bytes() {
    std::array<std::uint8_t, N> value{};
    read_bytes(value.data(), N);
    return value;
  }
  template <class Tag>
  void read(Id<Tag>& id) {
    id.bytes = bytes<16>();
  }
  bool is_null() const { return sqlite3_column_type(statement_, column_) == SQLITE_NULL; }
  void skip() { ++column_; }

 private:
  void bind(int index, std::int64_t value) { sqlite3_bind_int64(statement_, index, value); }
  void bind(int index, std::string_view value);
  void bind(int index, WallTime value) { bind(index, to_millis(value)); }
  void bind(int index, MicroCredits value) { bind(index, value.count()); }
  template <std::size_t N>
  void bind(int index, const std::array<std::uint8_t, N>& value) {
    sqlite3_bind_blob(statement_, index, value.data(), static_cast<int>(N), lifetime_);
  }
  template <class Tag>
  void bind(int index, const Id<Tag>& value) {
    bind(index, value.bytes);
  }
  template <class T>
    requires std::is_enum_v<T>
  void bind(int index, T value) {
    bind(index, static_cast<std::int64_t>(value));
  }
  template <class T>
  void bind(int index, const std::optional<T>& value) {
    if (value) return bind(index, *value);
    sqlite3_bind_null(statement_, index);
  }
  void read_bytes(std::uint8_t* into, std::size_t size);

  Database& database_;
  sqlite3_stmt* statement_;
  int code_;
  sqlite3_destructor_type lifetime_;
  int column_ = 0;
};

class Statement {
 public:
  // `sql` must outlive the statement.
  Statement(Database& database, const char* sql) : database_(database), sql_(sql) {}
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement() { sqlite3_finalize(statement_); }

  // Texts are copied, so that the arguments may be temporaries. One query at a time, which binds all there is.
  template <class... Args>
  Query start(const Args&... args) {
    const int code = prepare();
    return Query(database_, statement_, code, SQLITE_TRANSIENT, args...);
  }
  // For a statement whose rows nobody wants. Nothing is copied, since the arguments outlive the run.
  template <class... Args>
  Status run(const Args&... args) {
    const int code = prepare();
    return Query(database_, statement_, code, SQLITE_STATIC, args...).run();
  }

 private:
  int prepare();

  Database& database_;
  const char* sql_;
  sqlite3_stmt* statement_ = nullptr;
};

}  // namespace darkroom::store::sqlite
