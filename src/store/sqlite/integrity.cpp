#include "store/sqlite/integrity.h"

#include <fmt/format.h>

#include <array>

#include "base/log.h"

namespace darkroom::store::sqlite {
namespace {

// How many virtual machine steps SQLite makes between two looks at the stop flag.
constexpr int kStepsBetweenLooks = 10'000;

Status check(Database& database, const char* pragma) {
  Statement statement(database, pragma);
  Query query = statement.start();
  const Result<bool> row = query.next();
  if (!row) return fail(row.error());
  const std::string verdict(*row ? query.text() : "no answer");
  if (verdict == "ok") return {};
  return fail(Code::store_failed, fmt::format("the database is damaged: {}", verdict));
}

int look_at_flag(void* flag) { return static_cast<std::atomic<bool>*>(flag)->load() ? 1 : 0; }

}  // namespace

Result<bool> is_big(Database& database) {
  const Result<std::int64_t> pages = database.get_integer("PRAGMA page_count");
  if (!pages) return fail(pages.error());
  const Result<std::int64_t> page_bytes = database.get_integer("PRAGMA page_size");
  if (!page_bytes) return fail(page_bytes.error());
  return *pages * *page_bytes >= kBigFileBytes;
}

Status check_whole(Database& database) { return check(database, "PRAGMA quick_check(1)"); }

Status check_small_tables(Database& database) {
  for (const char* pragma : std::to_array<const char*>(
           {"PRAGMA quick_check(accounts)", "PRAGMA quick_check(keys)", "PRAGMA quick_check(balances)",
            "PRAGMA quick_check(webhooks)", "PRAGMA quick_check(users)", "PRAGMA quick_check(memberships)",
            "PRAGMA quick_check(sessions)", "PRAGMA quick_check(settings)", "PRAGMA quick_check(probe)"})) {
    DR_TRY(check(database, pragma));
  }
  return {};
}

BackgroundCheck::BackgroundCheck(std::string path, std::string vfs, OnFatal on_fatal)
    : path_(std::move(path)), vfs_(std::move(vfs)), on_fatal_(std::move(on_fatal)), thread_([this] { run(); }) {}

void BackgroundCheck::stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

void BackgroundCheck::run() {
  auto database = Database::open(path_, Access::read_only, vfs_);
  if (!database) return log::warn("store_check", {{"result", "not started"}, {"why", database.error().message}});
  sqlite3_progress_handler((*database)->handle(), kStepsBetweenLooks, look_at_flag, &stopping_);
  const Status sound = check_whole(**database);
  if (stopping_) return;
  if (sound) return log::info("store_check", {{"result", "ok"}});
  on_fatal_(sound.error().message);
}

}  // namespace darkroom::store::sqlite
