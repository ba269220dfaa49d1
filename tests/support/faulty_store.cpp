#include "tests/support/faulty_store.h"

namespace darkroom::test {
namespace {

using store::Done;
using store::Store;

class FaultyStore final : public Store {
 public:
  FaultyStore(std::unique_ptr<Store> inner, DecideFault decide)
      : inner_(std::move(inner)), decide_(std::move(decide)) {}

  store::PeopleStore& people() override { return inner_->people(); }
  void ensure_account(store::NewAccount wanted, Done<account::Account> done) override {
    run("ensure_account", std::move(done),
        [&](auto then) { inner_->ensure_account(std::move(wanted), std::move(then)); });
  }
  void find_account(std::string name, Done<std::optional<account::Account>> done) override {
    run("find_account", std::move(done), [&](auto then) { inner_->find_account(std::move(name), std::move(then)); });
  }
  void create_key(account::KeyRecord key, Done<void> done) override {
    run("create_key", std::move(done), [&](auto then) { inner_->create_key(std::move(key), std::move(then)); });
  }
  void revoke_key(KeyId id, WallTime at, Done<account::KeyRecord> done) override {
    run("revoke_key", std::move(done), [&](auto then) { inner_->revoke_key(id, at, std::move(then)); });
  }
  void change_key(KeyId id, account::KeyChange change, Done<account::KeyRecord> done) override {
    run("change_key", std::move(done), [&](auto then) { inner_->change_key(id, std::move(change), std::move(then)); });
  }
  void touch_keys(std::vector<std::pair<KeyId, WallTime>> uses, Done<void> done) override {
    run("touch_keys", std::move(done), [&](auto then) { inner_->touch_keys(std::move(uses), std::move(then)); });
  }
  void list_keys(Done<std::vector<account::KeyRecord>> done) override {
    run("list_keys", std::move(done), [&](auto then) { inner_->list_keys(std::move(then)); });
  }
  void list_keys_of(AccountId account, Done<std::vector<account::KeyRecord>> done) override {
    run("list_keys_of", std::move(done), [&](auto then) { inner_->list_keys_of(account, std::move(then)); });
  }
  void post_grant(ledger::Entry grant, Done<ledger::Balance> done) override {
    run("post_grant", std::move(done), [&](auto then) { inner_->post_grant(grant, std::move(then)); });
  }
  void get_balance(AccountId account, ledger::Book book, Done<ledger::Balance> done) override {
    run("get_balance", std::move(done), [&](auto then) { inner_->get_balance(account, book, std::move(then)); });
  }
  void list_usage(store::UsageFilter filter, Done<std::vector<store::UsageRow>> done) override {
    run("list_usage", std::move(done), [&](auto then) { inner_->list_usage(std::move(filter), std::move(then)); });
  }
  void list_failures(store::FailureFilter filter, Done<std::vector<store::FailureRow>> done) override {
    run("list_failures", std::move(done), [&](auto then) { inner_->list_failures(filter, std::move(then)); });
  }
  void get_key_month(store::KeyMonth month, Done<MicroCredits> done) override {
    run("get_key_month", std::move(done), [&](auto then) { inner_->get_key_month(month, std::move(then)); });
  }
  void audit(Done<ledger::Report> done) override {
    run("audit", std::move(done), [&](auto then) { inner_->audit(std::move(then)); });
  }
  void create_task(store::NewTaskRef wanted, Done<void> done) override {
    run("create_task", std::move(done), [&](auto then) { inner_->create_task(std::move(wanted), std::move(then)); });
  }
  void find_submit(AccountId account, ledger::Book book, account::Digest key, WallTime now,
                   Done<std::optional<store::EarlierSubmit>> done) override {
    run("find_submit", std::move(done),
        [&](auto then) { inner_->find_submit(account, book, key, now, std::move(then)); });
  }
  void forget_submits(WallTime now, std::size_t limit, Done<std::uint64_t> done) override {
    run("forget_submits", std::move(done), [&](auto then) { inner_->forget_submits(now, limit, std::move(then)); });
  }
  void find_task(TaskId id, Done<std::optional<task::Task>> done) override {
    run("find_task", std::move(done), [&](auto then) { inner_->find_task(id, std::move(then)); });
  }
  void list_tasks(store::TaskFilter filter, Done<std::vector<task::Task>> done) override {
    run("list_tasks", std::move(done), [&](auto then) { inner_->list_tasks(filter, std::move(then)); });
  }
  void list_unfinished(std::optional<TaskId> after, std::size_t limit,
                       Done<std::vector<store::QueuedTask>> done) override {
    run("list_unfinished", std::move(done), [&](auto then) { inner_->list_unfinished(after, limit, std::move(then)); });
  }
  void claim_tasks(std::vector<TaskId> ids, Done<std::vector<std::optional<task::Task>>> done) override {
    run("claim_tasks", std::move(done), [&](auto then) { inner_->claim_tasks(std::move(ids), std::move(then)); });
  }
  void update_task(store::TaskUpdate update, Done<void> done) override {
    run("update_task", std::move(done), [&](auto then) { inner_->update_task(std::move(update), std::move(then)); });
  }
  void list_events(TaskId id, Done<std::vector<task::Event>> done) override {
    run("list_events", std::move(done), [&](auto then) { inner_->list_events(id, std::move(then)); });
  }
  void void_leases(Done<std::uint64_t> done) override {
    run("void_leases", std::move(done), [&](auto then) { inner_->void_leases(std::move(then)); });
  }
  void list_expired_media(WallTime ended_before, std::size_t limit, Done<std::vector<TaskId>> done) override {
    run("list_expired_media", std::move(done),
        [&](auto then) { inner_->list_expired_media(ended_before, limit, std::move(then)); });
  }
  void mark_media_removed(std::vector<TaskId> ids, Done<void> done) override {
    run("mark_media_removed", std::move(done),
        [&](auto then) { inner_->mark_media_removed(std::move(ids), std::move(then)); });
  }
  void create_webhook(webhook::Endpoint endpoint, Done<void> done) override {
    run("create_webhook", std::move(done),
        [&](auto then) { inner_->create_webhook(std::move(endpoint), std::move(then)); });
  }
  void change_webhook(webhook::Change change, Done<webhook::Endpoint> done) override {
    run("change_webhook", std::move(done),
        [&](auto then) { inner_->change_webhook(std::move(change), std::move(then)); });
  }
  void remove_webhook(AccountId account, WebhookId id, Done<void> done) override {
    run("remove_webhook", std::move(done), [&](auto then) { inner_->remove_webhook(account, id, std::move(then)); });
  }
  void list_webhooks(AccountId account, Done<std::vector<webhook::Endpoint>> done) override {
    run("list_webhooks", std::move(done), [&](auto then) { inner_->list_webhooks(account, std::move(then)); });
  }
  void list_due_deliveries(store::DueFilter filter, Done<store::DuePage> done) override {
    run("list_due_deliveries", std::move(done),
        [&](auto then) { inner_->list_due_deliveries(filter, std::move(then)); });
  }
  void record_attempt(store::AttemptRecord record, Done<webhook::Endpoint> done) override {
    run("record_attempt", std::move(done),
        [&](auto then) { inner_->record_attempt(std::move(record), std::move(then)); });
  }
  void list_deliveries(store::DeliveryFilter filter, Done<std::vector<webhook::Delivery>> done) override {
    run("list_deliveries", std::move(done), [&](auto then) { inner_->list_deliveries(filter, std::move(then)); });
  }
  void resend_delivery(AccountId account, WebhookId webhook, TaskId task, WallTime at,
                       Done<webhook::Delivery> done) override {
    run("resend_delivery", std::move(done),
        [&](auto then) { inner_->resend_delivery(account, webhook, task, at, std::move(then)); });
  }
  void forget_deliveries(WallTime made_before, std::size_t limit, Done<std::uint64_t> done) override {
    run("forget_deliveries", std::move(done),
        [&](auto then) { inner_->forget_deliveries(made_before, limit, std::move(then)); });
  }
  void list_entries(store::EntryFilter filter, Done<std::vector<ledger::Entry>> done) override {
    run("list_entries", std::move(done), [&](auto then) { inner_->list_entries(filter, std::move(then)); });
  }
  void list_task_entries(TaskId id, Done<std::vector<ledger::Entry>> done) override {
    run("list_task_entries", std::move(done), [&](auto then) { inner_->list_task_entries(id, std::move(then)); });
  }
  void sum_grants(AccountId account, ledger::Book book, Done<MicroCredits> done) override {
    run("sum_grants", std::move(done), [&](auto then) { inner_->sum_grants(account, book, std::move(then)); });
  }
  void find_request(std::string request_id, Done<std::optional<task::Task>> done) override {
    run("find_request", std::move(done),
        [&](auto then) { inner_->find_request(std::move(request_id), std::move(then)); });
  }
  void list_task_deliveries(AccountId account, TaskId task, Done<std::vector<webhook::Delivery>> done) override {
    run("list_task_deliveries", std::move(done),
        [&](auto then) { inner_->list_task_deliveries(account, task, std::move(then)); });
  }
  void put_settings(std::vector<store::Setting> settings, Done<void> done) override {
    run("put_settings", std::move(done),
        [&](auto then) { inner_->put_settings(std::move(settings), std::move(then)); });
  }
  void list_settings(Done<std::vector<store::Setting>> done) override {
    run("list_settings", std::move(done), [&](auto then) { inner_->list_settings(std::move(then)); });
  }
  void check_writable(Done<void> done) override {
    run("check_writable", std::move(done), [&](auto then) { inner_->check_writable(std::move(then)); });
  }
  void close() override { inner_->close(); }

 private:
  template <class T, class Verb>
  void run(std::string_view name, Done<T> done, Verb verb) {
    switch (decide_(name)) {
      case Fault::none: return verb(std::move(done));
      case Fault::fail:
        // A verb that changes no row lends its thread: `done` must not run inline.
        return inner_->check_writable([done = std::move(done)](Status) mutable { done(fail(Code::store_failed)); });
      case Fault::lose_answer:
        return verb(Done<T>([done = std::move(done)](Result<T>) mutable { done(fail(Code::store_failed)); }));
      case Fault::crash_before: return;
      case Fault::crash_after: return verb(Done<T>([](Result<T>) {}));
    }
  }

  std::unique_ptr<Store> inner_;
  DecideFault decide_;
};

}  // namespace

std::unique_ptr<store::Store> make_faulty_store(std::unique_ptr<store::Store> inner, DecideFault decide) {
  return std::make_unique<FaultyStore>(std::move(inner), std::move(decide));
}

}  // namespace darkroom::test
