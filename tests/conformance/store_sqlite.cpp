// What only the SQLite store promises: one process a file, versions, damage, dying and full disks.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

#include <fstream>

#include "store/sqlite/integrity.h"
#include "tests/conformance/store_backends.h"
#include "tests/conformance/store_failing_disk.h"

namespace darkroom::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Undoes the step that brought the people of the console.
#define DR_WITHOUT_PEOPLE                                                                                           \
  "DROP TABLE seal; DROP TABLE deeds; DROP TABLE invites; DROP TABLE sessions; DROP TABLE memberships; DROP TABLE " \
  "users; DROP INDEX "                                                                                              \
  "keys_of_account; "                                                                                               \
  "ALTER TABLE keys DROP COLUMN is_console; DROP TABLE settings; "

// A file with some rows, and SQLite's own view of it.
class SqliteStore : public ::testing::Test {
 protected:
  store::SqliteOptions options() {
    store::SqliteOptions options{.path = path_};
    options.lock_patience = milliseconds(50);
    options.on_fatal = [this](std::string_view why) {
      const std::lock_guard lock(mutex_);
      fatal_.emplace_back(why);
    };
    return options;
  }
  std::unique_ptr<store::Store> open() { return store::open_sqlite_store(options()).value(); }

  AccountId make_account(store::Store& store) {
    const store::NewAccount wanted = rows_.account("anna", 1'000'000);
    return ask<account::Account>([&](auto done) { store.ensure_account(wanted, std::move(done)); })->id;
  }
  Status create(store::Store& store, const store::NewTask& made) {
    return ask<void>([&](auto done) { store.create_task(std::make_shared<store::NewTask>(made), std::move(done)); });
  }
  ledger::Report audit(store::Store& store) {
    return ask<ledger::Report>([&](auto done) { store.audit(std::move(done)); }).value();
  }
  void make_damaged_file();
  std::vector<std::string> fatal() {
    const std::lock_guard lock(mutex_);
    return fatal_;
  }

  // Runs SQL as a stranger would, and gives the error or the rows.
  std::string sql(const char* text) {
    sqlite3* database = nullptr;
    sqlite3_open(path_.c_str(), &database);
    std::string answer;
    char* error = nullptr;
    sqlite3_exec(
        database, text,
        [](void* into, int count, char** values, char**) {
          auto* rows = static_cast<std::string*>(into);
          for (int i = 0; i < count; ++i) {
            if (i > 0) *rows += ' ';
            *rows += values[i] ? values[i] : "null";
          }
          *rows += '\n';
          return 0;
        },
        &answer, &error);
    if (error != nullptr) answer = error;
    sqlite3_free(error);
    sqlite3_close(database);
    return answer;
  }

  TemporaryFolder folder_;
  std::string path_ = folder_.file("darkroom.db");
  StoreRows rows_{1};
  std::mutex mutex_;
  std::vector<std::string> fatal_;
};

TEST_F(SqliteStore, ASecondProcessIsRefused) {
  auto store = open();
  const auto second = store::open_sqlite_store(options());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::already_exists);
  EXPECT_THAT(second.error().message, HasSubstr("another darkroom is using " + path_));
  store.reset();
  EXPECT_TRUE(store::open_sqlite_store(options()));
}

TEST_F(SqliteStore, WaitsForAnAdministrationCommand) {
  const int lock = ::open((path_ + ".lock").c_str(), O_RDWR | O_CREAT, 0600);
  ASSERT_EQ(::flock(lock, LOCK_EX), 0);
  store::SqliteOptions patient = options();
  patient.lock_patience = seconds(30);
  auto opening = std::async(std::launch::async, [&] { return store::open_sqlite_store(patient).has_value(); });
  ::flock(lock, LOCK_UN);
  EXPECT_TRUE(opening.get());
  ::close(lock);
}

TEST_F(SqliteStore, RefusesNewerVersionsAndFilesOfOthers) {
  open();
  sql("PRAGMA user_version = 99");
  EXPECT_THAT(store::open_sqlite_store(options()).error().message, HasSubstr("version 99"));
  sql("PRAGMA user_version = 1; PRAGMA application_id = 7");
  EXPECT_THAT(store::open_sqlite_store(options()).error().message, HasSubstr("another program"));
  path_ = folder_.write("text.db", std::string(8192, 'x'));
  EXPECT_EQ(store::open_sqlite_store(options()).error().code, Code::store_failed);
  path_ = folder_.file("no/such/folder/darkroom.db");
  EXPECT_EQ(store::open_sqlite_store(options()).error().code, Code::io_failed);
}

TEST_F(SqliteStore, BringsAFileOfTheFirstVersionUpToDate) {
  const store::NewTask made = [&] {
    auto store = open();
    store::NewTask task = rows_.task(make_account(*store), 10);
    create(*store, task).value();
    return task;
  }();
  ASSERT_EQ(sql("DROP TABLE submits; DROP TABLE webhooks; DROP TABLE deliveries; DROP TABLE usage_hours; DROP TABLE "
                "usage_days; DROP TABLE usage_mark; DROP TABLE usage_totals; DROP TABLE failures; "
                "DROP INDEX entries_of_grants; DROP TRIGGER holds_never_change; DROP TRIGGER holds_never_go; "
                "CREATE TABLE former (account BLOB, book INTEGER, granted INTEGER, held INTEGER, captured INTEGER, "
                "PRIMARY KEY (account, book)) WITHOUT ROWID; "
                "INSERT INTO former SELECT account, book, granted, held, captured FROM balances; "
                "DROP TABLE balances; ALTER TABLE former RENAME TO balances; "
                "ALTER TABLE keys DROP COLUMN limits; " DR_WITHOUT_PEOPLE "PRAGMA user_version = 1"),
            "");
  auto store = open();
  const auto found =
      ask<std::optional<task::Task>>([&](auto done) { store->find_task(made.task.id, std::move(done)); });
  EXPECT_TRUE(found.value());
  store::NewTask keyed = rows_.task(made.task.account, 10);
  keyed.idempotency = {{}, {}, keyed.task.created_at + seconds(1)};
  EXPECT_TRUE(create(*store, keyed));
  EXPECT_THAT(audit(*store).violations, IsEmpty());
}

TEST_F(SqliteStore, CountsWhatThereWasBeforeTheSums) {
  const char* sums =
      "SELECT 'hours', book, hour, hex(account), hex(key), model, upstream, tasks, completed, failed, cancelled, "
      "outputs, attempts, held, captured, refunded, cost FROM usage_hours WHERE tasks > 0 UNION ALL "
      "SELECT 'days', book, hour, hex(account), hex(key), model, upstream, tasks, completed, failed, cancelled, "
      "outputs, attempts, held, captured, refunded, cost FROM usage_days WHERE tasks > 0 UNION ALL "
      "SELECT 'totals', book, hour, hex(account), hex(key), model, upstream, tasks, completed, failed, cancelled, "
      "outputs, attempts, held, captured, refunded, cost FROM usage_totals WHERE tasks > 0 UNION ALL "
      "SELECT 'failures', book, day, hex(account), hex(sample), model, upstream, code, count, first_at, last_at, "
      "0, 0, 0, 0, 0, 0 FROM failures ORDER BY 1, 2, 3, 4, 5, 6, 7";
  store::NewTask last;
  {
    auto store = open();
    const AccountId anna = make_account(*store);
    for (const std::uint32_t delivered : {0U, 1U, 3U}) {
      const store::NewTask made = rows_.task(anna, 10, 3);
      create(*store, made).value();
      const auto claimed = ask<std::vector<std::optional<task::Task>>>(
          [&](auto done) { store->claim_tasks({made.task.id}, std::move(done)); });
      store::TaskUpdate update = rows_.end(claimed.value().at(0).value(), delivered);
      update.task.progress.calls.back().route = 1;
      for (task::Call& call : update.task.progress.calls) {
        call.attempts = 2 + call.route;
        call.unknowns = 1;
        if (call.outputs.empty()) continue;
        call.outputs.push_back(call.outputs.front());
        call.outputs.back().role = task::OutputRole::poster;  // comes along and is not counted
      }
      ask<void>([&](auto done) { store->update_task(update, std::move(done)); }).value();
    }
    last = rows_.task(anna, 10);
    create(*store, last).value();
    store->close();
  }
  const std::string before = sql(sums);
  EXPECT_THAT(sql("SELECT sum(outputs), sum(captured) FROM usage_days"), ::testing::StrEq("4 40\n"));
  ASSERT_EQ(sql("DROP TABLE usage_hours; DROP TABLE usage_days; DROP TABLE usage_mark; DROP TABLE usage_totals; DROP "
                "TABLE failures; "
                "DROP INDEX entries_of_grants; DROP TRIGGER holds_never_change; DROP TRIGGER holds_never_go; "
                "INSERT INTO entries SELECT id, 1, 0, account, book, hold, created_at FROM tasks; "
                "INSERT INTO events SELECT id, 0, created_at, 'accepted', '{\"as\":\"written\"}' FROM tasks; "
                "ALTER TABLE keys DROP COLUMN limits; " DR_WITHOUT_PEOPLE
                "DROP INDEX deliveries_due; ALTER TABLE deliveries DROP COLUMN lane; CREATE INDEX deliveries_due ON "
                "deliveries (webhook, due_at, task) WHERE due_at NOT NULL; PRAGMA user_version = 3"),
            "");
  auto store = open();
  EXPECT_EQ(sql(sums), before);
  EXPECT_THAT(audit(*store).violations, IsEmpty());
  EXPECT_EQ(sql("SELECT count(*) FROM entries WHERE kind = 1"), "0\n");
  const auto events =
      ask<std::vector<task::Event>>([&](auto done) { store->list_events(last.task.id, std::move(done)); });
  ASSERT_EQ(events->size(), 1U);
  EXPECT_EQ(events->front().data, R"({"as":"written"})");
}

TEST_F(SqliteStore, LedgerEntriesCannotBeChangedOrDeleted) {
  make_account(*open());
  EXPECT_THAT(sql("UPDATE entries SET amount = 5"), HasSubstr("never change"));
  EXPECT_THAT(sql("DELETE FROM entries"), HasSubstr("never deleted"));
  EXPECT_EQ(sql("SELECT count(*) FROM entries"), "1\n");
  {
    auto store = open();
    create(*store, rows_.task(make_account(*store), 10)).value();
  }
  EXPECT_THAT(sql("UPDATE tasks SET hold = 5"), HasSubstr("never change"));
  EXPECT_THAT(sql("DELETE FROM tasks"), HasSubstr("never deleted"));
}

TEST_F(SqliteStore, TheAuditSeesWhatAStrangerDid) {
  make_account(*open());
  sql("UPDATE balances SET granted = granted + 1");
  const ledger::Report report = audit(*open());
  EXPECT_THAT(report.violations, ::testing::Contains(HasSubstr("is stored as")));
}

// Many rows, then a few broken pages.
void SqliteStore::make_damaged_file() {
  {
    auto store = open();
    const AccountId anna = make_account(*store);
    for (int i = 0; i < 200; ++i) {
      store->create_task(std::make_shared<store::NewTask>(rows_.task(anna, 1)),
                         [](Status status) { DR_CHECK(status.has_value()); });
    }
  }
  std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
  // Behind those of the schema, without which no connection opens.
  for (int page = 70; page < 88; ++page) {
    file.seekp(page * 4096 + 1);
    file.write("damage!", 7);
  }
}

TEST_F(SqliteStore, ADamagedFileIsFoundAtTheStart) {
  make_damaged_file();
  const auto opened = store::open_sqlite_store(options());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::store_failed);
}

TEST_F(SqliteStore, ADamagedBigFileIsFoundInTheBackground) {
  make_damaged_file();
  std::promise<std::string> found;
  store::sqlite::BackgroundCheck check(path_, {}, [&](std::string_view why) { found.set_value(std::string(why)); });
  auto why = found.get_future();
  ASSERT_EQ(why.wait_for(kLongestAnswer), std::future_status::ready);
  EXPECT_THAT(why.get(), HasSubstr("damaged"));
}

TEST_F(SqliteStore, ClosingLeavesOneWholeFile) {
  auto store = open();
  make_account(*store);
  store->close();
  EXPECT_EQ(sql("PRAGMA journal_mode"), "wal\n");
  std::ifstream log(path_ + "-wal", std::ios::ate | std::ios::binary);
  EXPECT_TRUE(!log || log.tellg() == 0);
  EXPECT_EQ(sql("PRAGMA integrity_check"), "ok\n");
}

TEST_F(SqliteStore, AFailedSyncEndsTheProcessAndIsNeverAcknowledged) {
  FailingDisk disk;
  store::SqliteOptions failing = options();
  failing.vfs = disk.name();
  auto store = store::open_sqlite_store(failing).value();
  const AccountId anna = make_account(*store);
  create(*store, rows_.task(anna, 1)).value();
  disk.syncs_until_failure = 1;
  EXPECT_EQ(create(*store, rows_.task(anna, 1)).error().code, Code::store_failed);
  ASSERT_EQ(fatal().size(), 1U);
  EXPECT_THAT(fatal()[0], HasSubstr("disk I/O error"));
  // Nothing is acknowledged any more, although the disk works again.
  EXPECT_EQ(create(*store, rows_.task(anna, 1)).error().code, Code::store_failed);
  EXPECT_EQ(fatal().size(), 1U);
  store.reset();
  store = open();
  EXPECT_THAT(audit(*store).violations, IsEmpty());
  EXPECT_GE(audit(*store).tasks, 1U);
}

TEST_F(SqliteStore, AFailedWriteEndsTheProcessToo) {
  FailingDisk disk;
  store::SqliteOptions failing = options();
  failing.vfs = disk.name();
  auto store = store::open_sqlite_store(failing).value();
  const AccountId anna = make_account(*store);
  disk.writes_until_failure = 2;
  EXPECT_EQ(create(*store, rows_.task(anna, 1)).error().code, Code::store_failed);
  EXPECT_EQ(fatal().size(), 1U);
  store.reset();
  EXPECT_EQ(audit(*open()).tasks, 0U);
}

TEST_F(SqliteStore, AFullDiskRefusesAndRecoversByItself) {
  FailingDisk disk;
  store::SqliteOptions failing = options();
  failing.vfs = disk.name();
  auto store = store::open_sqlite_store(failing).value();
  const AccountId anna = make_account(*store);
  const store::NewTask made = rows_.task(anna, 1);
  disk.is_full = true;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(create(*store, made).error().code, Code::store_failed);
  EXPECT_FALSE(ask<void>([&](auto done) { store->check_writable(std::move(done)); }));
  const auto read =
      ask<ledger::Balance>([&](auto done) { store->get_balance(anna, ledger::Book::test, std::move(done)); });
  EXPECT_EQ(read->granted, micro(1'000'000));
  disk.is_full = false;
  EXPECT_TRUE(create(*store, made));
  EXPECT_TRUE(ask<void>([&](auto done) { store->check_writable(std::move(done)); }));
  EXPECT_THAT(fatal(), IsEmpty());
  EXPECT_EQ(audit(*store).tasks, 1U);
  EXPECT_THAT(audit(*store).violations, IsEmpty());
}

TEST_F(SqliteStore, ANeighboursFailureCostsNobodyElse) {
  auto store = open();
  const AccountId anna = make_account(*store);
  const store::NewTask first = rows_.task(anna, 1);
  create(*store, first).value();
  const auto claimed = ask<std::vector<std::optional<task::Task>>>(
      [&](auto done) { store->claim_tasks({first.task.id}, std::move(done)); });
  // The second entry repeats the first, so the verb fails with rows already written.
  store::TaskUpdate broken = rows_.step(*claimed->at(0), true);
  for (int i = 0; i < 2; ++i) {
    broken.entries.push_back(
        {first.task.id.bytes, ledger::Kind::upstream_loss, 1, anna, ledger::Book::test, micro(5), rows_.next_time()});
  }
  std::vector<std::future<Status>> answers;
  for (int i = 0; i < 100; ++i) {
    answers.push_back(begin_ask<void>([&](auto done) {
      store->create_task(std::make_shared<store::NewTask>(rows_.task(anna, 1)), std::move(done));
    }));
    if (i % 10 != 5) continue;
    answers.push_back(begin_ask<void>([&](auto done) { store->update_task(broken, std::move(done)); }));
  }
  std::map<Code, int> failures;
  for (auto& answer : answers) {
    const Status status = wait_for_answer(answer);
    if (!status) ++failures[status.error().code];
  }
  EXPECT_THAT(failures, ::testing::ElementsAre(::testing::Pair(Code::already_exists, 10)));
  EXPECT_EQ(audit(*store).tasks, 101U);
  EXPECT_THAT(audit(*store).violations, IsEmpty());
}

TEST_F(SqliteStore, NoQueryOfTheServerScansATable) {
  open();
  for (const char* query : {
           "SELECT plan FROM tasks WHERE ended_at IS NULL AND id > ? ORDER BY id LIMIT ?",
           "UPDATE tasks SET leased = 0 WHERE ended_at IS NULL AND leased = 1",
           "SELECT id FROM tasks WHERE ended_at < ? AND media = 1 ORDER BY ended_at, id LIMIT ?",
           "SELECT plan FROM tasks INDEXED BY tasks_newest WHERE id > x'' AND account = ?1 AND id < ?3 ORDER BY id "
           "DESC LIMIT ?4",
           "SELECT plan FROM tasks INDEXED BY tasks_newest WHERE id > x'' ORDER BY id DESC LIMIT ?4",
       }) {
    sqlite3* database = nullptr;
    sqlite3_open(path_.c_str(), &database);
    sqlite3_stmt* statement = nullptr;
    ASSERT_EQ(
        sqlite3_prepare_v2(database, ("EXPLAIN QUERY PLAN " + std::string(query)).c_str(), -1, &statement, nullptr),
        SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW) {
      const std::string step = reinterpret_cast<const char*>(sqlite3_column_text(statement, 3));
      EXPECT_THAT(step, HasSubstr("USING")) << query;
      EXPECT_THAT(step, ::testing::Not(HasSubstr("TEMP B-TREE"))) << query;
    }
    sqlite3_finalize(statement);
    sqlite3_close(database);
  }
}

}  // namespace
}  // namespace darkroom::test
