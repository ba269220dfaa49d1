#include "store/sqlite/statement.h"

#include <cstring>

namespace darkroom::store::sqlite {

Query::~Query() {
  if (statement_ != nullptr) sqlite3_reset(statement_);
}

Result<bool> Query::next() {
  if (code_ != SQLITE_OK) return fail(database_.error(code_));
  column_ = 0;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return fail(database_.error(code));
}

Status Query::run() {
  while (true) {
    const Result<bool> row = next();
    if (!row) return fail(row.error());
    if (!*row) return {};
  }
}

std::optional<WallTime> Query::maybe_time() {
  if (!is_null()) return time();
  skip();
  return std::nullopt;
}

MicroCredits Query::credits() {
  const std::int64_t count = integer();
  if (count >= -MicroCredits::kMax && count <= MicroCredits::kMax) return MicroCredits::from_count(count);
  database_.note_damage();
  return {};
}

std::string_view Query::text() {
  const int column = column_++;
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

void Query::bind(int index, std::string_view value) {
  // A view without data would bind NULL.
  sqlite3_bind_text64(statement_, index, value.empty() ? "" : value.data(), value.size(), lifetime_, SQLITE_UTF8);
}

void Query::read_bytes(std::uint8_t* into, std::size_t size) {
  const int column = column_++;
  const void* bytes = sqlite3_column_blob(statement_, column);
  if (bytes == nullptr || static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)) != size) {
    return database_.note_damage();
  }
  std::memcpy(into, bytes, size);
}

int Statement::prepare() {
  if (statement_ != nullptr) return SQLITE_OK;
  return sqlite3_prepare_v3(database_.handle(), sql_, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr);
}

}  // namespace darkroom::store::sqlite
