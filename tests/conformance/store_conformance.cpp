#include "tests/conformance/store_conformance.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "task/codec.h"

namespace darkroom::test {

Result<account::Account> StoreConformance::ensure_account(const store::NewAccount& wanted) {
  return ask<account::Account>([&](auto done) { store_->ensure_account(wanted, std::move(done)); });
}
Status StoreConformance::create_key(const account::KeyRecord& key) {
  return ask<void>([&](auto done) { store_->create_key(key, std::move(done)); });
}
std::vector<account::KeyRecord> StoreConformance::list_keys() {
  return ask<std::vector<account::KeyRecord>>([&](auto done) { store_->list_keys(std::move(done)); }).value();
}
Result<ledger::Balance> StoreConformance::post_grant(const ledger::Entry& grant) {
  return ask<ledger::Balance>([&](auto done) { store_->post_grant(grant, std::move(done)); });
}
ledger::Balance StoreConformance::balance(AccountId account, ledger::Book book) {
  return ask<ledger::Balance>([&](auto done) { store_->get_balance(account, book, std::move(done)); }).value();
}
ledger::Report StoreConformance::audit() {
  return ask<ledger::Report>([&](auto done) { store_->audit(std::move(done)); }).value();
}
Status StoreConformance::create_task(const store::NewTask& wanted) {
  return ask<void>([&](auto done) { store_->create_task(std::make_shared<store::NewTask>(wanted), std::move(done)); });
}
std::optional<store::EarlierSubmit> StoreConformance::find_submit(const store::NewTask& made, WallTime now) {
  return ask<std::optional<store::EarlierSubmit>>([&](auto done) {
           store_->find_submit(made.task.account, made.task.book, made.idempotency->key, now, std::move(done));
         })
      .value();
}
std::uint64_t StoreConformance::forget_submits(WallTime now, std::size_t limit) {
  return ask<std::uint64_t>([&](auto done) { store_->forget_submits(now, limit, std::move(done)); }).value();
}
std::optional<task::Task> StoreConformance::find_task(TaskId id) {
  return ask<std::optional<task::Task>>([&](auto done) { store_->find_task(id, std::move(done)); }).value();
}
std::vector<task::Task> StoreConformance::list_tasks(const store::TaskFilter& filter) {
  return ask<std::vector<task::Task>>([&](auto done) { store_->list_tasks(filter, std::move(done)); }).value();
}
std::vector<store::QueuedTask> StoreConformance::list_unfinished(std::optional<TaskId> after, std::size_t limit) {
  return ask<std::vector<store::QueuedTask>>([&](auto done) { store_->list_unfinished(after, limit, std::move(done)); })
      .value();
}
std::optional<task::Task> StoreConformance::claim(TaskId id) {
  return ask<std::vector<std::optional<task::Task>>>([&](auto done) { store_->claim_tasks({id}, std::move(done)); })
      .value()
      .at(0);
}
Status StoreConformance::update_task(const store::TaskUpdate& update) {
  return ask<void>([&](auto done) { store_->update_task(update, std::move(done)); });
}
std::vector<task::Event> StoreConformance::list_events(TaskId id) {
  return ask<std::vector<task::Event>>([&](auto done) { store_->list_events(id, std::move(done)); }).value();
}
std::vector<TaskId> StoreConformance::list_expired_media(WallTime before, std::size_t limit) {
  return ask<std::vector<TaskId>>([&](auto done) { store_->list_expired_media(before, limit, std::move(done)); })
      .value();
}
void StoreConformance::mark_media_removed(std::vector<TaskId> ids) {
  ask<void>([&](auto done) { store_->mark_media_removed(std::move(ids), std::move(done)); }).value();
}
std::uint64_t StoreConformance::void_leases() {
  return ask<std::uint64_t>([&](auto done) { store_->void_leases(std::move(done)); }).value();
}

AccountId StoreConformance::funded_account(const std::string& name, std::int64_t test_credits) {
  return ensure_account(rows_.account(name, test_credits)).value().id;
}

task::Task StoreConformance::claimed_task(AccountId account) {
  const store::NewTask made = rows_.task(account, 10, 2);
  create_task(made).value();
  return claim(made.task.id).value();
}

MicroCredits micro(std::int64_t count) { return MicroCredits::from_count(count); }

std::string describe(const task::Task& task) {
  return fmt::format(
      "{} {} {} {} {} created {} due {} ended {} fence {} leased {} events {} hold {} captured {} failure {} {} {}",
      task.id.text(), task.account.text(), task.key.text(), ledger::print(task.book), task::print(task.state),
      to_millis(task.created_at), to_millis(task.due_at), task.ended_at ? to_millis(*task.ended_at) : 0, task.fence,
      task.leased, task.event_count, task.hold.count(), task.captured.count(),
      task.failure ? info(*task.failure).name : "none", task::print_plan(task.plan),
      task::print_progress(task.progress));
}

std::string describe(const account::KeyRecord& key) {
  const auto millis = [](const std::optional<WallTime>& time) { return time ? to_millis(*time) : 0; };
  return fmt::format("{} {} {} {} {} {} {} {} {} {} {} {} {}", key.id.text(), key.account.text(), key.account_name,
                     ledger::print(key.book), fmt::join(key.hash, ""), key.last4, key.name, fmt::join(key.models, "|"),
                     print_limits(key.limits), to_millis(key.created_at), millis(key.expires_at),
                     millis(key.revoked_at), millis(key.last_used_at));
}

std::string describe(const ledger::Balance& balance) {
  return fmt::format("granted {} held {} captured {}", balance.granted.count(), balance.held.count(),
                     balance.captured.count());
}

}  // namespace darkroom::test
