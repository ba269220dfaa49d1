// The writer: one thread with the only connection that writes and checkpoints. All verbs that queued up while the last
// commit was on its way to the disk become the next transaction; their callers are answered when it is durable.
// Threads: submit() from any; everything else happens on the writer's thread.
// Fails: a verb's own failure leaves no trace and hurts no neighbour. A full disk refuses the batch and passes.
// Anything worse calls `on_fatal`, and nothing is acknowledged any more.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "base/metrics.h"
#include "store/sqlite/account_table.h"
#include "store/sqlite/job.h"
#include "store/sqlite/people_table.h"
#include "store/sqlite/task_table.h"
#include "store/work_queue.h"

namespace darkroom::store::sqlite {

using OnFatal = std::function<void(std::string_view why)>;

// The writer's tables, over one connection.
struct WriteTables {
  explicit WriteTables(Database& connection)
      : begin(connection, "BEGIN IMMEDIATE"),
        commit(connection, "COMMIT"),
        rollback(connection, "ROLLBACK"),
        count_probe(connection, "UPDATE probe SET count = count + 1"),
        put_setting(connection, "INSERT INTO settings VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value"),
        ledger(connection),
        usage(connection),
        accounts(connection, ledger),
        webhooks(connection),
        people(connection),
        tasks(connection, ledger, usage, webhooks) {}

  // What the tables keep in memory: written before COMMIT, forgotten after ROLLBACK.
  Status flush(Births births) {
    DR_TRY(ledger.flush());
    return usage.flush(births);
  }
  void forget() {
    ledger.forget();
    usage.forget();
  }

  Statement begin, commit, rollback, count_probe, put_setting;
  LedgerTable ledger;
  UsageTable usage;
  AccountTable accounts;
  WebhookTable webhooks;
  PeopleTable people;
  TaskTable tasks;
};

using WriteJob = Job<WriteTables>;

class Writer {
 public:
  Writer(std::unique_ptr<Database> database, OnFatal on_fatal, Metrics* metrics);
  ~Writer();

  void submit(std::unique_ptr<WriteJob> job);
  // Runs `action` on the writer's thread once everything submitted before is durable, or at once, on this thread, when
  // nothing is. This keeps a caller's reads behind its own writes.
  void after_writes(std::move_only_function<void()> action);
  // The same, once the sums of usage are in the file too.
  void after_sums(std::move_only_function<void()> action);
  // Commits what is queued and ends the thread; then finish() empties the log into the file and closes it.
  void stop();
  void finish();

 private:
  struct Item {
    std::unique_ptr<WriteJob> job;           // either this
    std::move_only_function<void()> action;  // or this
    bool needs_sums = false;
  };

  static int note_log(void* writer, sqlite3*, const char*, int pages);
  void loop();
  void commit(std::vector<Item>& batch);
  // False when a verb left rows behind although it failed: the transaction is gone and the others have to run again.
  bool run_jobs(std::vector<Item>& batch, std::vector<bool>& settled);
  void abandon(std::vector<Item>& batch, const Error& error);
  void answer(std::vector<Item>& batch);
  void checkpoint_if_due(bool idle);
  void checkpoint(int mode);
  void note_failure(std::string_view doing);

  std::unique_ptr<Database> database_;
  std::unique_ptr<WriteTables> tables_;
  OnFatal on_fatal_;
  Histogram* commit_seconds_ = nullptr;
  Histogram* batch_verbs_ = nullptr;
  bool dead_ = false;
  int log_pages_ = 0;  // in the write-ahead log after the last commit
  int checkpoint_at_pages_;
  bool log_is_clean_ = true;  // everything in the log is in the file too
  std::atomic<std::size_t> pending_jobs_ = 0;
  std::atomic<bool> sums_are_gathered_ = true;  // and not yet in the file; nobody knows at the start
  WorkQueue<Item> queue_;
  std::thread thread_;
};

}  // namespace darkroom::store::sqlite
