#include "store/memory/tables.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "store/checks.h"
#include "task/machine.h"

namespace darkroom::store {

std::shared_ptr<MemoryData> make_memory_data() { return std::make_shared<MemoryData>(); }

Result<ledger::Balance> MemoryData::post(const std::vector<ledger::Entry>& entries, AccountId account,
                                         ledger::Book book) {
  std::set<EntryKey> fresh;
  for (const ledger::Entry& entry : entries) {
    const EntryKey key{entry.ref, entry.kind, entry.number};
    if (entries_.contains(key) || !fresh.insert(key).second) {
      return fail(Code::already_exists,
                  fmt::format("{} entry {} of {}", print(entry.kind), entry.number, to_hex(entry.ref)));
    }
  }
  Result<ledger::Balance> after = apply_all(get_balance(account, book), entries);
  if (!after) return after;
  for (const ledger::Entry& entry : entries) entries_.emplace(EntryKey{entry.ref, entry.kind, entry.number}, entry);
  if (!entries.empty()) balances_[{account, book}] = *after;
  return after;
}

Result<account::Account> MemoryData::ensure_account(const NewAccount& wanted) {
  if (auto found = find_account(wanted.account.name)) return *found;
  if (accounts_.contains(wanted.account.id)) return fail(Code::already_exists);
  if (wanted.test_grant.count() > 0) {
    const ledger::Entry grant{wanted.grant_id.bytes, ledger::Kind::grant,      0, wanted.account.id, ledger::Book::test,
                              wanted.test_grant,     wanted.account.created_at};
    DR_TRY(post({grant}, grant.account, grant.book));
  }
  accounts_.emplace(wanted.account.id, wanted.account);
  accounts_by_name_.emplace(wanted.account.name, wanted.account.id);
  return wanted.account;
}

std::optional<account::Account> MemoryData::find_account(const std::string& name) const {
  const auto place = accounts_by_name_.find(name);
  if (place == accounts_by_name_.end()) return std::nullopt;
  return accounts_.at(place->second);
}

Status MemoryData::create_key(const account::KeyRecord& key) {
  const auto owner = accounts_.find(key.account);
  if (owner == accounts_.end()) return fail(Code::not_found);
  const bool hash_taken = std::ranges::any_of(keys_, [&](const auto& row) { return row.second.hash == key.hash; });
  if (hash_taken || keys_.contains(key.id)) return fail(Code::already_exists);
  account::KeyRecord row = key;
  row.account_name = owner->second.name;
  keys_.emplace(key.id, std::move(row));
  return {};
}

Result<account::KeyRecord> MemoryData::revoke_key(KeyId id, WallTime at) {
  const auto place = keys_.find(id);
  if (place == keys_.end()) return fail(Code::not_found);
  if (!place->second.revoked_at) place->second.revoked_at = at;
  return place->second;
}

Result<account::KeyRecord> MemoryData::change_key(KeyId id, const account::KeyChange& change) {
  const auto key = keys_.find(id);
  if (key == keys_.end()) return fail(Code::not_found, "no such key");
  key->second = changed(std::move(key->second), change);
  return key->second;
}

std::vector<account::KeyRecord> MemoryData::list_keys_of(AccountId account) const {
  std::vector<account::KeyRecord> keys = list_keys();
  std::erase_if(keys, [account](const account::KeyRecord& key) { return key.account != account; });
  return keys;
}

void MemoryData::touch_keys(const std::vector<std::pair<KeyId, WallTime>>& uses) {
  for (const auto& [id, at] : uses) {
    const auto place = keys_.find(id);
    if (place == keys_.end()) continue;
    std::optional<WallTime>& last = place->second.last_used_at;
    last = std::max(last.value_or(floor_to_minute(at)), floor_to_minute(at));
  }
}

std::vector<account::KeyRecord> MemoryData::list_keys() const {
  std::vector<account::KeyRecord> keys;
  for (const auto& [id, key] : keys_) keys.push_back(key);
  std::ranges::stable_sort(keys, {}, &account::KeyRecord::created_at);
  return keys;
}

Result<ledger::Balance> MemoryData::post_grant(const ledger::Entry& grant) {
  DR_TRY(check_grant(grant));
  if (!accounts_.contains(grant.account)) return fail(Code::not_found);
  return post({grant}, grant.account, grant.book);
}

ledger::Balance MemoryData::get_balance(AccountId account, ledger::Book book) const {
  const auto place = balances_.find({account, book});
  return place == balances_.end() ? ledger::Balance{} : place->second;
}

namespace {

std::string group_of(const UsageKey& key, UsageBy by) {
  switch (by) {
    case UsageBy::nothing: return {};
    case UsageBy::model: return key.model;
    case UsageBy::key: return key.key.text();
    case UsageBy::upstream: return key.upstream;
    case UsageBy::account: return key.account.text();
  }
  DR_CHECK(false);
}

}  // namespace

std::vector<UsageRow> MemoryData::list_usage(const UsageFilter& filter) const {
  const auto later_first = [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  };
  std::map<std::pair<std::int64_t, std::string>, ledger::Usage, decltype(later_first)> sums(later_first);
  for (const auto& [key, usage] : usage_) {
    if (filter.account && key.account != *filter.account) continue;
    if (key.book != filter.book || key.hour < filter.from_hour || key.hour >= filter.until_hour) continue;
    if (filter.key && key.key != *filter.key) continue;
    sums[{key.hour / filter.span_hours * filter.span_hours, group_of(key, filter.by)}] += usage;
  }
  std::vector<UsageRow> rows;
  auto next = filter.after ? sums.upper_bound({filter.after->hour, filter.after->group}) : sums.begin();
  for (; next != sums.end() && rows.size() < std::min(filter.limit, kMaxPage); ++next) {
    if (next->second.tasks > 0) rows.push_back({next->first.first, next->first.second, next->second});
  }
  return rows;
}

std::vector<FailureRow> MemoryData::list_failures(const FailureFilter& filter) const {
  std::map<std::tuple<std::int64_t, std::string_view, std::string, std::string>, FailureRow> groups;
  for (const auto& [key, failures] : failures_) {
    if (filter.account && key.account != *filter.account) continue;
    if (key.book != filter.book || key.day < filter.from_day || key.day >= filter.until_day) continue;
    const FailureRow empty{key.day, key.code, key.model, key.upstream, {}};
    auto [place, is_new] = groups.try_emplace({-key.day, info(key.code).name, key.model, key.upstream}, empty);
    place->second.failures += failures;
  }
  std::vector<FailureRow> rows;
  for (auto& [order, row] : groups) rows.push_back(std::move(row));
  std::ranges::stable_sort(rows, [](const FailureRow& a, const FailureRow& b) {
    return a.day != b.day ? a.day > b.day : a.failures.count > b.failures.count;
  });
  rows.resize(std::min({rows.size(), filter.limit, kMaxPage}));
  return rows;
}

MicroCredits MemoryData::get_key_month(const KeyMonth& month) const {
  std::int64_t spent = 0;
  auto place = usage_.lower_bound({month.account, month.book, month.first_hour(), {}, {}, {}});
  for (; place != usage_.end(); ++place) {
    const auto& [key, usage] = *place;
    if (key.account != month.account || key.book != month.book || key.hour >= month.end_hour()) break;
    if (key.key == month.key) spent += usage.held - usage.refunded;
  }
  return MicroCredits::from_count(spent);
}

ledger::Report MemoryData::audit() const {
  ledger::Audit audit;
  for (const auto& [key, usage] : usage_) audit.add_usage(key.account, key.book, usage);
  for (const auto& [key, failures] : failures_) audit.add_failures(key.account, key.book, failures.count);
  for (const auto& [purse, balance] : balances_) audit.add_balance(purse.first, purse.second, balance);
  for (const auto& [key, entry] : entries_) audit.add(entry);
  for (const auto& [id, task] : tasks_) {
    audit.add(ledger::TaskFacts{id.bytes, task.account, task.book, task.hold, task.captured, task::is_ended(task.state),
                                task.state == task::State::completed, task.state == task::State::cancelled});
  }
  return audit.finish();
}

Status MemoryData::create_task(const NewTask& wanted) {
  DR_TRY(check_new_task(wanted));
  if (tasks_.contains(wanted.task.id)) return fail(Code::already_exists);
  if (!accounts_.contains(wanted.task.account)) return fail(Code::not_found);
  const auto& idempotency = wanted.idempotency;
  const task::Task& task = wanted.task;
  if (idempotency && find_submit(task.account, task.book, idempotency->key, task.created_at)) {
    return fail(Code::already_exists);
  }
  DR_TRY(check_callback(wanted, webhooks.has(webhook::default_endpoint_id(wanted.task.account))));
  if (wanted.key_month_limit) {
    const MicroCredits spent = get_key_month(month_of(task));
    DR_TRY(account::check_month(*wanted.key_month_limit, spent, task.hold, task.created_at));
  }
  std::vector<ledger::Entry> entries;
  if (task.hold.count() > 0) entries.push_back(task::hold_of(task));
  DR_TRY(post(entries, task.account, task.book));
  const TaskId id = task.id;
  if (idempotency) {
    const Submit row{{id, idempotency->request}, idempotency->expires_at};
    submits_.insert_or_assign(SubmitKey{task.account, task.book, idempotency->key}, row);
  }
  const auto [row, usage] = usage_of_birth(task);
  usage_[row] += usage;
  unfinished_.insert(id);
  events_[id].push_back(task::first_event_of(task));
  tasks_.emplace(id, task);
  return {};
}

std::optional<EarlierSubmit> MemoryData::find_submit(AccountId account, ledger::Book book, const account::Digest& key,
                                                     WallTime now) const {
  const auto place = submits_.find({account, book, key});
  if (place == submits_.end() || place->second.expires_at <= now) return std::nullopt;
  return place->second.submit;
}

std::uint64_t MemoryData::forget_submits(WallTime now, std::size_t limit) {
  std::uint64_t count = 0;
  for (auto place = submits_.begin(); place != submits_.end() && count < limit;) {
    const bool expired = place->second.expires_at <= now;
    place = expired ? submits_.erase(place) : std::next(place);
    count += expired ? 1 : 0;
  }
  return count;
}

std::optional<task::Task> MemoryData::find_task(TaskId id) const {
  const auto place = tasks_.find(id);
  if (place == tasks_.end()) return std::nullopt;
  return place->second;
}

std::vector<task::Task> MemoryData::list_tasks(const TaskFilter& filter) const {
  std::vector<task::Task> found;
  const std::size_t limit = std::min(filter.limit, kMaxPage);
  auto place = filter.before ? tasks_.lower_bound(*filter.before) : tasks_.end();
  while (place != tasks_.begin() && found.size() < limit) {
    const task::Task& task = (--place)->second;
    if (filter.account && task.account != *filter.account) continue;
    if (filter.state && task.state != *filter.state) continue;
    found.push_back(task);
  }
  return found;
}

std::vector<QueuedTask> MemoryData::list_unfinished(std::optional<TaskId> after, std::size_t limit) const {
  std::vector<QueuedTask> found;
  auto place = after ? unfinished_.upper_bound(*after) : unfinished_.begin();
  for (; place != unfinished_.end() && found.size() < limit; ++place) found.push_back(queued(tasks_.at(*place)));
  return found;
}

std::vector<std::optional<task::Task>> MemoryData::claim_tasks(const std::vector<TaskId>& ids) {
  std::vector<std::optional<task::Task>> claimed;
  claimed.reserve(ids.size());
  for (const TaskId id : ids) {
    std::optional<task::Task>& place = claimed.emplace_back();
    const auto row = tasks_.find(id);
    if (row == tasks_.end() || row->second.leased || task::is_ended(row->second.state)) continue;
    row->second.leased = true;
    ++row->second.fence;
    place = row->second;
  }
  return claimed;
}

Status MemoryData::update_task(TaskUpdate update) {
  const auto place = tasks_.find(update.task.id);
  if (place == tasks_.end()) return fail(Code::stale_fence);
  task::Task& stored = place->second;
  if (!stored.leased || stored.fence != update.task.fence || task::is_ended(stored.state)) {
    return fail(Code::stale_fence);
  }
  DR_TRY(check_update(stored, update));
  DR_TRY(post(update.entries, stored.account, stored.book));
  stored = updated(std::move(stored), update);
  if (update.message) webhooks.deliver(update);
  std::ranges::move(update.events, std::back_inserter(events_[stored.id]));
  if (task::is_ended(stored.state)) {
    count_end(stored);
    unfinished_.erase(stored.id);
    media_.emplace(*stored.ended_at, stored.id);
  }
  return {};
}

void MemoryData::count_end(const task::Task& task) {
  for (const auto& [row, usage] : usage_of_end(task, task)) usage_[row] += usage;
  if (const auto failure = failure_of_end(task, task)) failures_[failure->first] += failure->second;
}

Status MemoryData::create_webhook(const webhook::Endpoint& endpoint) {
  if (!accounts_.contains(endpoint.account)) return fail(Code::not_found);
  return webhooks.create(endpoint);
}

std::vector<task::Event> MemoryData::list_events(TaskId id) const {
  const auto place = events_.find(id);
  return place == events_.end() ? std::vector<task::Event>{} : place->second;
}

std::uint64_t MemoryData::void_leases() {
  std::uint64_t count = 0;
  for (const TaskId id : unfinished_) {
    task::Task& task = tasks_.at(id);
    count += task.leased ? 1 : 0;
    task.leased = false;
  }
  return count;
}

std::vector<TaskId> MemoryData::list_expired_media(WallTime ended_before, std::size_t limit) const {
  std::vector<TaskId> expired;
  for (const auto& [ended_at, id] : media_) {
    if (ended_at >= ended_before || expired.size() == limit) break;
    expired.push_back(id);
  }
  return expired;
}

void MemoryData::mark_media_removed(const std::vector<TaskId>& ids) {
  for (const TaskId id : ids) {
    const auto place = tasks_.find(id);
    if (place != tasks_.end() && place->second.ended_at) media_.erase({*place->second.ended_at, id});
  }
}

}  // namespace darkroom::store
