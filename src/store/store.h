// The port to durable state. Each verb is one transaction: all of it is durable when `done` runs with a value, none of
// it when `done` runs with an error. Implementations group the commits of verbs that arrive together.
// Threads: every verb from any thread; `done` runs exactly once, on a thread of the store (never inline), so callers
// hop back to their loop (await_on). Verbs of one caller take effect in the order of the calls.
// Fails with store_failed when the engine below fails (a first failed sync ends the process instead), else as each verb
// says.
// Not shaped after any one database: no SQL, no row numbers, no open cursors cross it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "account/account.h"
#include "base/clock.h"
#include "base/result.h"
#include "ledger/rules.h"
#include "store/history_store.h"
#include "store/people_store.h"
#include "store/usage.h"
#include "store/webhook_store.h"
#include "task/task.h"
#include "webhook/event.h"

namespace darkroom::store {

struct NewAccount {
  account::Account account;
  MicroCredits test_grant;  // given once, in the test book, when the account is made; 0: none
  GrantId grant_id;
};

// What makes a submit safe to repeat: its caller's own name for it, and what it asked for. Neither text is kept.
struct Idempotency {
  account::Digest key;      // unique within the task's account and book, until it expires
  account::Digest request;  // a repeat has the same
  WallTime expires_at{};
};

// The submit that has used an idempotency key.
struct EarlierSubmit {
  TaskId task;
  account::Digest request;
};

struct NewTask {
  task::Task task;  // its hold entry and first event follow from it (task::hold_of, task::first_event_of)
  std::optional<Idempotency> idempotency = {};
  std::optional<MicroCredits> key_month_limit = {};  // KeyLimits::monthly_credits of its key
};
// Shared with whoever submits it, so that a submit copies no task.
using NewTaskRef = std::shared_ptr<const NewTask>;

// A task's new version after a step or at its end.
struct TaskUpdate {
  // fence: the one under which it was claimed; leased: false drops the lease; plan: as it was stored
  task::Task task;
  std::vector<task::Event> events;  // numbered from the task's former event_count on
  std::vector<ledger::Entry> entries;
  std::optional<webhook::Message> message = {};  // exactly at the end
};

// What the dispatcher needs to know of a task that has not ended.
struct QueuedTask {
  TaskId id;
  AccountId account;
  KeyId key;
  std::string model;
  std::string upstream;                  // of the call that is due first
  std::vector<std::string> others = {};  // where else that call may go, best first
  std::uint32_t calls = 1;               // that have not ended
  WallTime created_at{};
  WallTime due_at{};
  bool leased = false;
  bool has_begun = false;                  // a call has been sent: the cap counts
  bool at_vendor = false;                  // an asynchronous vendor has one of its calls
  std::optional<WallTime> cancel_at = {};  // the caller's own deadline
};

struct TaskFilter {
  std::optional<AccountId> account;
  std::optional<task::State> state;
  std::optional<TaskId> before;  // older than this one
  std::size_t limit = 20;        // at most kMaxPage
};
inline constexpr std::size_t kMaxPage = 1000;

// What an operator has set while the program ran.
struct Setting {
  std::string name;   // unique
  std::string value;  // a JSON text
};

struct BalanceRow {
  AccountId account;
  ledger::Book book = ledger::Book::live;
  ledger::Balance balance;
};

class Store : public WebhookStore, public HistoryStore {
 public:
  // The account of that name, made if there is none.
  virtual void ensure_account(NewAccount wanted, Done<account::Account> done) = 0;
  virtual void find_account(std::string name, Done<std::optional<account::Account>> done) = 0;
  // already_exists if the id or hash is taken; not_found if the account is unknown.
  virtual void create_key(account::KeyRecord key, Done<void> done) = 0;
  // The revoked key; keeps the first revocation time. not_found if unknown.
  virtual void revoke_key(KeyId id, WallTime at, Done<account::KeyRecord> done) = 0;
  // The key afterwards. not_found if unknown.
  virtual void change_key(KeyId id, account::KeyChange change, Done<account::KeyRecord> done) = 0;
  virtual void touch_keys(std::vector<std::pair<KeyId, WallTime>> uses, Done<void> done) = 0;
  // Every key of every account, revoked ones included, oldest first.
  virtual void list_keys(Done<std::vector<account::KeyRecord>> done) = 0;
  // The same of one account.
  virtual void list_keys_of(AccountId account, Done<std::vector<account::KeyRecord>> done) = 0;

  // Posts a grant entry. already_exists for a repeated ref.
  virtual void post_grant(ledger::Entry grant, Done<ledger::Balance> done) = 0;
  // Zero for an account without entries.
  virtual void get_balance(AccountId account, ledger::Book book, Done<ledger::Balance> done) = 0;
  // Spans of hours, newest first, and the groups of each in the order of their names.
  virtual void list_usage(UsageFilter filter, Done<std::vector<UsageRow>> done) = 0;
  // Newest days first, of each the most frequent first.
  virtual void list_failures(FailureFilter filter, Done<std::vector<FailureRow>> done) = 0;
  // What is held or captured for the key's tasks that were accepted in the month.
  virtual void get_key_month(KeyMonth month, Done<MicroCredits> done) = 0;
  // Recomputes the books from one snapshot.
  virtual void audit(Done<ledger::Report> done) = 0;

  // Task, hold, event, idempotency key and its part of the sums together, or nothing: key_limit_reached;
  // insufficient_credits; already_exists for a repeated id and for an idempotency key that has been used and has not
  // expired at the task's created_at.
  virtual void create_task(NewTaskRef task, Done<void> done) = 0;
  // Who has used an idempotency key that has not expired at `now`.
  virtual void find_submit(AccountId account, ledger::Book book, account::Digest key, WallTime now,
                           Done<std::optional<EarlierSubmit>> done) = 0;
  // Forgets up to `limit` idempotency keys that have expired at `now`. Gives their number.
  virtual void forget_submits(WallTime now, std::size_t limit, Done<std::uint64_t> done) = 0;
  virtual void find_task(TaskId id, Done<std::optional<task::Task>> done) = 0;
  // Newest first.
  virtual void list_tasks(TaskFilter filter, Done<std::vector<task::Task>> done) = 0;
  // Tasks that have not ended, oldest first, with id greater than `after`.
  virtual void list_unfinished(std::optional<TaskId> after, std::size_t limit, Done<std::vector<QueuedTask>> done) = 0;
  // Leases each task that exists, has not ended and is not leased: fence + 1. nullopt in the place of the others.
  virtual void claim_tasks(std::vector<TaskId> ids, Done<std::vector<std::optional<task::Task>>> done) = 0;
  // Replaces the task, appends events and entries; at its end, a delivery for each enabled endpoint that listens and
  // one for its callback_url (which needs the account's default endpoint). stale_fence changes nothing: the fence
  // differs, the task is not leased, or it has ended. A task that ends here loses its lease.
  virtual void update_task(TaskUpdate update, Done<void> done) = 0;
  // All events of a task, in order.
  virtual void list_events(TaskId id, Done<std::vector<task::Event>> done) = 0;
  // At the start of the only engine on this store: every lease is void. Gives their number.
  virtual void void_leases(Done<std::uint64_t> done) = 0;

  // Ended before `ended_before` and media not yet removed, oldest first.
  virtual void list_expired_media(WallTime ended_before, std::size_t limit, Done<std::vector<TaskId>> done) = 0;
  virtual void mark_media_removed(std::vector<TaskId> ids, Done<void> done) = 0;

  // The users of the console and what belongs to them; as old as the store.
  virtual PeopleStore& people() = 0;

  // Sets or replaces each of them.
  virtual void put_settings(std::vector<Setting> settings, Done<void> done) = 0;
  // All, by name.
  virtual void list_settings(Done<std::vector<Setting>> done) = 0;

  // Can a transaction be committed right now?
  virtual void check_writable(Done<void> done) = 0;
  // Finishes what was queued, then closes. No verb may follow. Blocks; idempotent.
  virtual void close() = 0;
};

}  // namespace darkroom::store
