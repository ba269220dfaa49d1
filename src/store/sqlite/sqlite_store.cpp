#include "store/sqlite/sqlite_store.h"

#include <unistd.h>

#include <cstdlib>

#include "base/log.h"
#include "store/sqlite/file_lock.h"
#include "store/sqlite/integrity.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/sqlite_people.h"
#include "task/codec.h"

namespace darkroom::store {
namespace {

using sqlite::Access;
using sqlite::BackgroundCheck;
using sqlite::Database;
using sqlite::FileLock;
using sqlite::OnFatal;
using sqlite::Queries;
using sqlite::Readers;
using sqlite::Seal;
using sqlite::Writer;
using sqlite::WriteTables;

constexpr int kExitCode = 70;  // EX_SOFTWARE: a supervisor restarts the service

class SqliteStore final : public Store {
 public:
  SqliteStore(FileLock lock, std::unique_ptr<const Seal> seal, std::unique_ptr<Database> database,
              bool check_in_background, const SqliteOptions& options)
      : lock_(std::move(lock)),
        seal_(std::move(seal)),
        writer_(std::move(database), options.on_fatal, options.metrics),
        readers_(options.path, options.vfs, std::max<std::size_t>(options.readers, 1), *seal_, options.on_fatal) {
    if (check_in_background) check_ = std::make_unique<BackgroundCheck>(options.path, options.vfs, options.on_fatal);
  }
  ~SqliteStore() override { close(); }

  void ensure_account(NewAccount wanted, Done<account::Account> done) override {
    write(std::move(done),
          [wanted = std::move(wanted)](WriteTables& tables) { return tables.accounts.ensure_account(wanted); });
  }
  void find_account(std::string name, Done<std::optional<account::Account>> done) override {
    read(std::move(done), [name = std::move(name)](Queries& queries) { return queries.find_account(name); });
  }
  void create_key(account::KeyRecord key, Done<void> done) override {
    write(std::move(done), [key = std::move(key)](WriteTables& tables) { return tables.accounts.create_key(key); });
  }
  void revoke_key(KeyId id, WallTime at, Done<account::KeyRecord> done) override {
    write(std::move(done), [id, at](WriteTables& tables) { return tables.accounts.revoke_key(id, at); });
  }
  void change_key(KeyId id, account::KeyChange change, Done<account::KeyRecord> done) override {
    write(std::move(done),
          [id, change = std::move(change)](WriteTables& tables) { return tables.accounts.change_key(id, change); });
  }
  void touch_keys(std::vector<std::pair<KeyId, WallTime>> uses, Done<void> done) override {
    write(std::move(done), [uses = std::move(uses)](WriteTables& tables) { return tables.accounts.touch_keys(uses); });
  }
  void list_keys(Done<std::vector<account::KeyRecord>> done) override {
    read(std::move(done), [](Queries& queries) { return queries.list_keys(); });
  }
  void list_keys_of(AccountId account, Done<std::vector<account::KeyRecord>> done) override {
    read(std::move(done), [account](Queries& queries) { return queries.list_keys_of(account); });
  }
  void post_grant(ledger::Entry grant, Done<ledger::Balance> done) override {
    write(std::move(done), [grant](WriteTables& tables) { return tables.ledger.post_grant(grant); });
  }
  void get_balance(AccountId account, ledger::Book book, Done<ledger::Balance> done) override {
    read(std::move(done), [account, book](Queries& queries) { return queries.get_balance(account, book); });
  }
  void list_usage(UsageFilter filter, Done<std::vector<UsageRow>> done) override {
    read_sums(std::move(done), [filter = std::move(filter)](Queries& queries) { return queries.usage.list(filter); });
  }
  void list_failures(FailureFilter filter, Done<std::vector<FailureRow>> done) override {
    read(std::move(done), [filter](Queries& queries) { return queries.usage.list_failures(filter); });
  }
  void get_key_month(KeyMonth month, Done<MicroCredits> done) override {
    read_sums(std::move(done), [month](Queries& queries) { return queries.usage.get_key_month(month); });
  }
  void audit(Done<ledger::Report> done) override {
    read(std::move(done), [](Queries& queries) { return queries.audit(); });
  }
  void create_task(NewTaskRef wanted, Done<void> done) override {
    // Printing on the caller's thread leaves the writer with nothing but SQLite.
    write(std::move(done), [plan = print_plan(wanted->task.plan), progress = print_progress(wanted->task.progress),
                            wanted = std::move(wanted)](WriteTables& tables) {
      return tables.tasks.create_task(*wanted, plan, progress);
    });
  }
  void find_submit(AccountId account, ledger::Book book, account::Digest key, WallTime now,
                   Done<std::optional<EarlierSubmit>> done) override {
    read(std::move(done), [=](Queries& queries) { return queries.find_submit(account, book, key, now); });
  }
  void forget_submits(WallTime now, std::size_t limit, Done<std::uint64_t> done) override {
    write(std::move(done), [now, limit](WriteTables& tables) { return tables.tasks.forget_submits(now, limit); });
  }
  void find_task(TaskId id, Done<std::optional<task::Task>> done) override {
    read(std::move(done), [id](Queries& queries) { return queries.find_task(id); });
  }
  void list_tasks(TaskFilter filter, Done<std::vector<task::Task>> done) override {
    read(std::move(done), [filter](Queries& queries) { return queries.list_tasks(filter); });
  }
  void list_unfinished(std::optional<TaskId> after, std::size_t limit, Done<std::vector<QueuedTask>> done) override {
    read(std::move(done), [after, limit](Queries& queries) { return queries.list_unfinished(after, limit); });
  }
  void claim_tasks(std::vector<TaskId> ids, Done<std::vector<std::optional<task::Task>>> done) override {
    write(std::move(done), [ids = std::move(ids)](WriteTables& tables) { return tables.tasks.claim_tasks(ids); });
  }
  void update_task(TaskUpdate update, Done<void> done) override {
    write(std::move(done), [progress = print_progress(update.task.progress), update = std::move(update)](
                               WriteTables& tables) { return tables.tasks.update_task(update, progress); });
  }
  void list_events(TaskId id, Done<std::vector<task::Event>> done) override {
    read(std::move(done), [id](Queries& queries) { return queries.list_events(id); });
  }
  void void_leases(Done<std::uint64_t> done) override {
    write(std::move(done), [](WriteTables& tables) { return tables.tasks.void_leases(); });
  }
  void list_expired_media(WallTime ended_before, std::size_t limit, Done<std::vector<TaskId>> done) override {
    read(std::move(done),
         [ended_before, limit](Queries& queries) { return queries.list_expired_media(ended_before, limit); });
  }
  void mark_media_removed(std::vector<TaskId> ids, Done<void> done) override {
    write(std::move(done),
          [ids = std::move(ids)](WriteTables& tables) { return tables.tasks.mark_media_removed(ids); });
  }
  void create_webhook(webhook::Endpoint endpoint, Done<void> done) override {
    write(std::move(done),
          [endpoint = std::move(endpoint)](WriteTables& tables) { return tables.webhooks.create(endpoint); });
  }
  void change_webhook(webhook::Change change, Done<webhook::Endpoint> done) override {
    write(std::move(done),
          [change = std::move(change)](WriteTables& tables) { return tables.webhooks.change(change); });
  }
  void remove_webhook(AccountId account, WebhookId id, Done<void> done) override {
    write(std::move(done), [account, id](WriteTables& tables) { return tables.webhooks.remove(account, id); });
  }
  void list_webhooks(AccountId account, Done<std::vector<webhook::Endpoint>> done) override {
    read(std::move(done), [account](Queries& queries) { return queries.webhooks.list(account); });
  }
  void list_due_deliveries(DueFilter filter, Done<DuePage> done) override {
    read(std::move(done), [filter](Queries& queries) { return queries.webhooks.list_due(filter); });
  }
  void record_attempt(AttemptRecord record, Done<webhook::Endpoint> done) override {
    write(std::move(done),
          [record = std::move(record)](WriteTables& tables) { return tables.webhooks.record(record); });
  }
  void list_deliveries(DeliveryFilter filter, Done<std::vector<webhook::Delivery>> done) override {
    read(std::move(done), [filter](Queries& queries) { return queries.webhooks.list_deliveries(filter); });
  }
  void resend_delivery(AccountId account, WebhookId webhook, TaskId task, WallTime at,
                       Done<webhook::Delivery> done) override {
    write(std::move(done), [account, webhook, task, at](WriteTables& tables) {
      return tables.webhooks.resend(account, webhook, task, at);
    });
  }
  void forget_deliveries(WallTime made_before, std::size_t limit, Done<std::uint64_t> done) override {
    write(std::move(done),
          [made_before, limit](WriteTables& tables) { return tables.webhooks.forget(made_before, limit); });
  }
  void list_entries(EntryFilter filter, Done<std::vector<ledger::Entry>> done) override {
    read(std::move(done), [filter](Queries& queries) { return queries.history.list_entries(filter); });
  }
  void list_task_entries(TaskId id, Done<std::vector<ledger::Entry>> done) override {
    read(std::move(done), [id](Queries& queries) { return queries.history.list_task_entries(id); });
  }
  void sum_grants(AccountId account, ledger::Book book, Done<MicroCredits> done) override {
    read(std::move(done), [account, book](Queries& queries) { return queries.history.sum_grants(account, book); });
  }
  void find_request(std::string request_id, Done<std::optional<task::Task>> done) override {
    read(std::move(done), [id = std::move(request_id)](Queries& queries) { return queries.history.find_request(id); });
  }
  void list_task_deliveries(AccountId account, TaskId task, Done<std::vector<webhook::Delivery>> done) override {
    read(std::move(done),
         [account, task](Queries& queries) { return queries.history.list_task_deliveries(account, task); });
  }
  void put_settings(std::vector<Setting> settings, Done<void> done) override {
    write(std::move(done), [settings = std::move(settings)](WriteTables& tables) -> Status {
      for (const Setting& setting : settings) DR_TRY(tables.put_setting.start(setting.name, setting.value).run());
      return Status{};
    });
  }
  void list_settings(Done<std::vector<Setting>> done) override {
    read(std::move(done), [](Queries& queries) { return queries.list_settings(); });
  }
  void check_writable(Done<void> done) override {
    write(std::move(done), [](WriteTables& tables) { return tables.count_probe.run(); });
  }

  PeopleStore& people() override { return *people_; }

  void close() override {
    writer_.stop();   // hands the last reads on
    readers_.stop();  // the log can be emptied only when nobody reads from it
    if (check_) check_->stop();
    writer_.finish();
  }

 private:
  template <class T, class Act>
  void write(Done<T> done, Act&& act) {
    submitter_.write(std::move(done), std::forward<Act>(act));
  }
  template <class T, class Act>
  void read(Done<T> done, Act&& act) {
    submitter_.read(std::move(done), std::forward<Act>(act));
  }
  template <class T, class Act>
  void read_sums(Done<T> done, Act&& act) {
    submitter_.read_sums(std::move(done), std::forward<Act>(act));
  }

  FileLock lock_;  // let go last
  std::unique_ptr<const Seal> seal_;
  Writer writer_;
  Readers readers_;
  sqlite::Submitter submitter_{writer_, readers_};
  std::unique_ptr<PeopleStore> people_ = sqlite::make_sqlite_people(submitter_);
  std::unique_ptr<BackgroundCheck> check_;
};

void end_process(std::string_view why) {
  log::error("store_fatal", {{"why", why}});
  log::flush();
  std::_Exit(kExitCode);
}

}  // namespace

bool is_seal_key(std::string_view text) { return Seal::parse(text).has_value(); }

Result<std::unique_ptr<Store>> open_sqlite_store(SqliteOptions options) {
  if (!options.on_fatal) options.on_fatal = end_process;
  Result<FileLock> lock = FileLock::take(options.path, options.lock_patience);
  if (!lock) return fail(std::move(lock.error()));
  auto database = Database::open(options.path, Access::read_write, options.vfs);
  if (!database) return fail(std::move(database.error()));
  const auto refuse = [&](const Error& error) { return fail(Code::store_failed, options.path + ": " + error.message); };
  auto seal = sqlite::migrate(**database, options.path, options.seal_key);
  if (!seal) return refuse(seal.error());
  const Result<bool> big = sqlite::is_big(**database);
  if (!big) return refuse(big.error());
  const Status sound = *big ? sqlite::check_small_tables(**database) : sqlite::check_whole(**database);
  if (!sound) return refuse(sound.error());
  return std::make_unique<SqliteStore>(std::move(*lock), std::move(*seal), std::move(*database), *big, options);
}

}  // namespace darkroom::store
