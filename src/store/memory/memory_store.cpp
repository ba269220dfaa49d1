#include "store/memory/memory_store.h"

#include <thread>

#include "store/memory/memory_people.h"
#include "store/memory/tables.h"
#include "store/work_queue.h"

namespace darkroom::store {
namespace {

using Work = std::move_only_function<void()>;

// The default executor: a queue and the thread that empties it.
class Worker {
 public:
  Worker() : thread_([this] { run(); }) {}
  ~Worker() { stop(); }
  void post(Work work) { queue_.push(std::move(work)); }
  void stop() {
    queue_.close();
    if (thread_.joinable()) thread_.join();
  }

 private:
  void run() {
    std::vector<Work> batch;
    while (queue_.take(batch, 64)) {
      for (Work& work : batch) work();
      batch.clear();
    }
  }

  WorkQueue<Work> queue_;
  std::thread thread_;
};

class MemoryStore final : public Store {
 public:
  MemoryStore(std::shared_ptr<MemoryData> data, Executor executor)
      : data_(std::move(data)), executor_(std::move(executor)) {}
  explicit MemoryStore(std::shared_ptr<MemoryData> data)
      : data_(std::move(data)),
        worker_(std::make_unique<Worker>()),
        executor_([worker = worker_.get()](Work work) { worker->post(std::move(work)); }) {}

  PeopleStore& people() override { return *people_; }

  void ensure_account(NewAccount wanted, Done<account::Account> done) override {
    run(std::move(done), [wanted = std::move(wanted)](MemoryData& data) { return data.ensure_account(wanted); });
  }
  void find_account(std::string name, Done<std::optional<account::Account>> done) override {
    run(std::move(done), [name = std::move(name)](MemoryData& data) { return data.find_account(name); });
  }
  void create_key(account::KeyRecord key, Done<void> done) override {
    run(std::move(done), [key = std::move(key)](MemoryData& data) { return data.create_key(key); });
  }
  void revoke_key(KeyId id, WallTime at, Done<account::KeyRecord> done) override {
    run(std::move(done), [id, at](MemoryData& data) { return data.revoke_key(id, at); });
  }
  void change_key(KeyId id, account::KeyChange change, Done<account::KeyRecord> done) override {
    run(std::move(done), [id, change = std::move(change)](MemoryData& data) { return data.change_key(id, change); });
  }
  void touch_keys(std::vector<std::pair<KeyId, WallTime>> uses, Done<void> done) override {
    run(std::move(done), [uses = std::move(uses)](MemoryData& data) {
      data.touch_keys(uses);
      return Status{};
    });
  }
  void list_keys(Done<std::vector<account::KeyRecord>> done) override {
    run(std::move(done), [](MemoryData& data) { return data.list_keys(); });
  }
  void list_keys_of(AccountId account, Done<std::vector<account::KeyRecord>> done) override {
    run(std::move(done), [account](MemoryData& data) { return data.list_keys_of(account); });
  }
  void post_grant(ledger::Entry grant, Done<ledger::Balance> done) override {
    run(std::move(done), [grant](MemoryData& data) { return data.post_grant(grant); });
  }
  void get_balance(AccountId account, ledger::Book book, Done<ledger::Balance> done) override {
    run(std::move(done), [account, book](MemoryData& data) { return data.get_balance(account, book); });
  }
  void list_usage(UsageFilter filter, Done<std::vector<UsageRow>> done) override {
    run(std::move(done), [filter = std::move(filter)](MemoryData& data) { return data.list_usage(filter); });
  }
  void list_failures(FailureFilter filter, Done<std::vector<FailureRow>> done) override {
    run(std::move(done), [filter](MemoryData& data) { return data.list_failures(filter); });
  }
  void get_key_month(KeyMonth month, Done<MicroCredits> done) override {
    run(std::move(done), [month](MemoryData& data) { return data.get_key_month(month); });
  }
  void audit(Done<ledger::Report> done) override {
    run(std::move(done), [](MemoryData& data) { return data.audit(); });
  }
  void create_task(NewTaskRef wanted, Done<void> done) override {
    run(std::move(done), [wanted = std::move(wanted)](MemoryData& data) { return data.create_task(*wanted); });
  }
  void find_submit(AccountId account, ledger::Book book, account::Digest key, WallTime now,
                   Done<std::optional<EarlierSubmit>> done) override {
    run(std::move(done), [=](MemoryData& data) { return data.find_submit(account, book, key, now); });
  }
  void forget_submits(WallTime now, std::size_t limit, Done<std::uint64_t> done) override {
    run(std::move(done), [now, limit](MemoryData& data) { return data.forget_submits(now, limit); });
  }
  void find_task(TaskId id, Done<std::optional<task::Task>> done) override {
    run(std::move(done), [id](MemoryData& data) { return data.find_task(id); });
  }
  void list_tasks(TaskFilter filter, Done<std::vector<task::Task>> done) override {
    run(std::move(done), [filter](MemoryData& data) { return data.list_tasks(filter); });
  }
  void list_unfinished(std::optional<TaskId> after, std::size_t limit, Done<std::vector<QueuedTask>> done) override {
    run(std::move(done), [after, limit](MemoryData& data) { return data.list_unfinished(after, limit); });
  }
  void claim_tasks(std::vector<TaskId> ids, Done<std::vector<std::optional<task::Task>>> done) override {
    run(std::move(done), [ids = std::move(ids)](MemoryData& data) { return data.claim_tasks(ids); });
  }
  void update_task(TaskUpdate update, Done<void> done) override {
    run(std::move(done),
        [update = std::move(update)](MemoryData& data) mutable { return data.update_task(std::move(update)); });
  }
  void list_events(TaskId id, Done<std::vector<task::Event>> done) override {
    run(std::move(done), [id](MemoryData& data) { return data.list_events(id); });
  }
  void void_leases(Done<std::uint64_t> done) override {
    run(std::move(done), [](MemoryData& data) { return data.void_leases(); });
  }
  void list_expired_media(WallTime ended_before, std::size_t limit, Done<std::vector<TaskId>> done) override {
    run(std::move(done),
        [ended_before, limit](MemoryData& data) { return data.list_expired_media(ended_before, limit); });
  }
  void mark_media_removed(std::vector<TaskId> ids, Done<void> done) override {
    run(std::move(done), [ids = std::move(ids)](MemoryData& data) {
      data.mark_media_removed(ids);
      return Status{};
    });
  }
  void list_entries(EntryFilter filter, Done<std::vector<ledger::Entry>> done) override {
    run(std::move(done), [filter](MemoryData& data) { return data.list_entries(filter); });
  }
  void list_task_entries(TaskId id, Done<std::vector<ledger::Entry>> done) override {
    run(std::move(done), [id](MemoryData& data) { return data.list_task_entries(id); });
  }
  void sum_grants(AccountId account, ledger::Book book, Done<MicroCredits> done) override {
    run(std::move(done), [account, book](MemoryData& data) { return data.sum_grants(account, book); });
  }
  void find_request(std::string request_id, Done<std::optional<task::Task>> done) override {
    run(std::move(done), [id = std::move(request_id)](MemoryData& data) { return data.find_request(id); });
  }
  void list_task_deliveries(AccountId account, TaskId task, Done<std::vector<webhook::Delivery>> done) override {
    run(std::move(done), [account, task](MemoryData& data) { return data.webhooks.list_of_task(account, task); });
  }
  void create_webhook(webhook::Endpoint endpoint, Done<void> done) override {
    run(std::move(done), [endpoint = std::move(endpoint)](MemoryData& data) { return data.create_webhook(endpoint); });
  }
  void change_webhook(webhook::Change change, Done<webhook::Endpoint> done) override {
    run(std::move(done), [change = std::move(change)](MemoryData& data) { return data.webhooks.change(change); });
  }
  void remove_webhook(AccountId account, WebhookId id, Done<void> done) override {
    run(std::move(done), [account, id](MemoryData& data) { return data.webhooks.remove(account, id); });
  }
  void list_webhooks(AccountId account, Done<std::vector<webhook::Endpoint>> done) override {
    run(std::move(done), [account](MemoryData& data) { return data.webhooks.list(account); });
  }
  void list_due_deliveries(DueFilter filter, Done<DuePage> done) override {
    run(std::move(done), [filter](MemoryData& data) { return data.webhooks.list_due(filter); });
  }
  void record_attempt(AttemptRecord record, Done<webhook::Endpoint> done) override {
    run(std::move(done), [record = std::move(record)](MemoryData& data) { return data.webhooks.record(record); });
  }
  void list_deliveries(DeliveryFilter filter, Done<std::vector<webhook::Delivery>> done) override {
    run(std::move(done), [filter](MemoryData& data) { return data.webhooks.list_deliveries(filter); });
  }
  void resend_delivery(AccountId account, WebhookId webhook, TaskId task, WallTime at,
                       Done<webhook::Delivery> done) override {
    run(std::move(done),
        [account, webhook, task, at](MemoryData& data) { return data.webhooks.resend(account, webhook, task, at); });
  }
  void forget_deliveries(WallTime made_before, std::size_t limit, Done<std::uint64_t> done) override {
    run(std::move(done), [made_before, limit](MemoryData& data) { return data.webhooks.forget(made_before, limit); });
  }
  void put_settings(std::vector<Setting> settings, Done<void> done) override {
    run(std::move(done), [settings = std::move(settings)](MemoryData& data) {
      for (const Setting& setting : settings) data.settings.insert_or_assign(setting.name, setting.value);
      return Status{};
    });
  }
  void list_settings(Done<std::vector<Setting>> done) override {
    run(std::move(done), [](MemoryData& data) {
      std::vector<Setting> all;
      for (const auto& [name, value] : data.settings) all.push_back({name, value});
      return all;
    });
  }
  void check_writable(Done<void> done) override {
    run(std::move(done), [](MemoryData&) { return Status{}; });
  }
  void close() override {
    if (worker_) worker_->stop();
  }

 private:
  // The work owns all that it needs and never mentions the store, so it may run or be forgotten after the store is
  // gone.
  template <class T, class Verb>
  void run(Done<T> done, Verb verb) {
    executor_([data = data_, done = std::move(done), verb = std::move(verb)]() mutable { done(verb(*data)); });
  }

  std::shared_ptr<MemoryData> data_;
  std::unique_ptr<Worker> worker_;
  Executor executor_;
  std::unique_ptr<PeopleStore> people_ = make_memory_people(data_, executor_);
};

}  // namespace

std::unique_ptr<Store> make_memory_store() { return make_memory_store(make_memory_data()); }

std::unique_ptr<Store> make_memory_store(std::shared_ptr<MemoryData> data) {
  return std::make_unique<MemoryStore>(std::move(data));
}

std::unique_ptr<Store> make_memory_store(std::shared_ptr<MemoryData> data, Executor executor) {
  return std::make_unique<MemoryStore>(std::move(data), std::move(executor));
}

}  // namespace darkroom::store
