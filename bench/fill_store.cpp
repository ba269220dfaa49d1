// fill_store FILE TASKS UNFINISHED [ACCOUNTS [DAYS]]: a store as a busy server leaves it behind, quickly: TASKS tasks
// with their events and entries, of 1,000 accounts or as many as are asked for, the last UNFINISHED of them not ended
// and half of those leased; with DAYS spread over so many, of several models. The books are right.
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <filesystem>

#include "base/check.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/writer.h"
#include "task/codec.h"
#include "tests/support/store_rows.h"

namespace darkroom {
namespace {

constexpr std::size_t kAccounts = 1000;
constexpr std::size_t kTasksInTransaction = 10'000;
constexpr std::int64_t kMillisecondsADay = 86'400'000;
constexpr std::size_t kRowsATask = 2;  // that take a time of their own: its begin and its end
constexpr std::array kModels = {"gemini-2.5-flash-image-preview", "gpt-image-2", "gemini-3-pro-image-preview",
                                "veo3.1-fast", "viduq3-turbo"};

struct Wish {
  std::string path;
  std::size_t tasks = 0;
  std::size_t unfinished = 0;
  std::size_t accounts = kAccounts;
  std::size_t days = 0;
};

void add_task(store::sqlite::WriteTables& tables, test::StoreRows& rows, AccountId account, bool ends, bool leased,
              bool of_several_models) {
  store::NewTask made = rows.task(account, 1000);
  if (of_several_models) made.task.plan.model = kModels[rows.random().below(kModels.size())];
  const std::string plan = print_plan(made.task.plan);
  tables.tasks.create_task(made, plan, print_progress(made.task.progress)).value();
  if (!ends && !leased) return;
  const auto claimed = tables.tasks.claim_tasks({made.task.id}).value();
  if (!ends) return;
  const store::TaskUpdate end = rows.end(claimed.front().value(), rows.random().below(20) == 0 ? 0 : 1);
  tables.tasks.update_task(end, print_progress(end.task.progress)).value();
}

int fill(const Wish& wish) {
  const std::string& path = wish.path;
  const std::size_t count = wish.tasks;
  if (std::filesystem::exists(path)) {
    fmt::print(stderr, "fill_store: {} is there already\n", path);
    return 1;
  }
  auto database = store::sqlite::Database::open(path, store::sqlite::Access::read_write).value();
  const auto seal = store::sqlite::migrate(*database, path).value();
  database->execute("PRAGMA synchronous = OFF; PRAGMA cache_size = -262144;").value();
  store::sqlite::WriteTables tables(*database);
  test::StoreRows rows(1);
  std::vector<AccountId> accounts;
  tables.begin.run().value();
  for (std::size_t i = 0; i < wish.accounts; ++i) {
    const store::NewAccount wanted = rows.account(fmt::format("account-{}", i), 1'000'000'000'000);
    accounts.push_back(tables.accounts.ensure_account(wanted).value().id);
  }
  if (wish.days > 0) {
    rows.set_step(static_cast<std::int64_t>(wish.days) * kMillisecondsADay /
                  static_cast<std::int64_t>(count * kRowsATask));
  }
  for (std::size_t i = 0; i < count; ++i) {
    const bool ends = i + wish.unfinished < count;
    add_task(tables, rows, accounts[rows.random().below(accounts.size())], ends, i % 2 == 0, wish.days > 0);
    if (i % kTasksInTransaction != kTasksInTransaction - 1) continue;
    tables.flush(store::sqlite::Births::write).value();
    tables.commit.run().value();
    sqlite3_wal_checkpoint_v2(database->handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    tables.begin.run().value();
  }
  tables.flush(store::sqlite::Births::write).value();
  tables.commit.run().value();
  // Nothing in it is sealed, and whoever opens a copy makes a key of its own.
  database->execute("DELETE FROM seal").value();
  std::filesystem::remove(path + ".key");
  sqlite3_wal_checkpoint_v2(database->handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  fmt::print("{}: {} tasks, {} unfinished, {} MiB\n", path, count, wish.unfinished,
             std::filesystem::file_size(path) >> 20);
  return 0;
}

std::size_t parse(std::string_view text) {
  std::size_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace
}  // namespace darkroom

int main(int argc, char** argv) {
  if (argc < 4 || argc > 6) {
    fmt::print(stderr, "usage: fill_store FILE TASKS UNFINISHED [ACCOUNTS [DAYS]]\n");
    return 2;
  }
  darkroom::Wish wish{argv[1], darkroom::parse(argv[2]), darkroom::parse(argv[3])};
  if (argc > 4) wish.accounts = darkroom::parse(argv[4]);
  if (argc > 5) wish.days = darkroom::parse(argv[5]);
  return darkroom::fill(wish);
}
