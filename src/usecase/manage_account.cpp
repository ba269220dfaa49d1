#include "usecase/manage_account.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "account/api_key.h"
#include "account/sha256.h"
#include "base/check.h"
#include "base/log.h"
#include "net/url_guard.h"

namespace darkroom::usecase {
namespace {

Status check_account_name(std::string_view name) {
  if (account::is_valid_account_name(name)) return {};
  return fail(
      Code::invalid_parameter,
      fmt::format("account must be 1 to {} letters, digits, '.', '_', '-' or '@', starting with a letter or digit",
                  account::kMaxAccountNameBytes),
      "account");
}

Status check_number(std::optional<std::int64_t> number, std::string_view field, std::int64_t most) {
  if (!number || (*number >= 1 && *number <= most)) return {};
  return fail(Code::invalid_parameter, fmt::format("{} must be a whole number from 1 to {}", field, most),
              std::string(field));
}

// Brings each network into its one spelling.
Status read_networks(std::vector<std::string>& texts) {
  if (texts.size() > account::kMostNetworks) {
    return fail(Code::invalid_parameter, fmt::format("allow_from may hold {} networks at most", account::kMostNetworks),
                "allow_from");
  }
  for (std::string& text : texts) {
    const Result<net::IpNetwork> network = net::IpNetwork::parse(text);
    if (!network) return fail(Code::invalid_parameter, "allow_from: " + network.error().message, "allow_from");
    text = network->text();
  }
  return {};
}

Status check_limits(account::KeyLimits& limits) {
  DR_TRY(check_number(limits.requests_per_minute, "requests_per_minute", account::kMostRequestsPerMinute));
  DR_TRY(check_number(limits.concurrent_tasks, "concurrent_tasks", account::kMostConcurrentTasks));
  if (limits.monthly_credits && limits.monthly_credits->count() <= 0) {
    return fail(Code::invalid_parameter, "monthly_credits must be more than 0", "monthly_credits");
  }
  return read_networks(limits.allow_from);
}

Status check_key_name(std::string_view name) {
  if (name.size() <= kMaxKeyNameBytes) return {};
  return fail(Code::invalid_parameter, fmt::format("name must be at most {} bytes", kMaxKeyNameBytes), "name");
}

Status check_new_key(NewKey& wanted, const catalog::Catalog& catalog) {
  DR_TRY(check_account_name(wanted.account));
  DR_TRY(check_limits(wanted.limits));
  DR_TRY(check_key_name(wanted.name));
  if (wanted.expires_in && (*wanted.expires_in <= seconds(0) || *wanted.expires_in > std::chrono::years(100))) {
    return fail(Code::invalid_parameter, "expires_in_seconds must be more than 0 and at most 100 years",
                "expires_in_seconds");
  }
  for (const std::string& model : wanted.models) {
    if (catalog.find(model) != nullptr) continue;
    return fail(Code::invalid_parameter, fmt::format("models: the catalogue has no {}", model), "models");
  }
  return {};
}

account::KeyRecord make_record(const NewKey& wanted, const account::Account& account, const account::NewApiKey& key,
                               WallTime now, Random& random) {
  account::KeyRecord record;
  record.id = KeyId::make(now, random);
  record.account = account.id;
  record.account_name = account.name;
  record.book = wanted.book;
  record.hash = key.hash;
  record.last4 = key.last4;
  record.name = wanted.name;
  record.models = wanted.models;
  record.limits = wanted.limits;
  record.created_at = now;
  if (wanted.expires_in) record.expires_at = now + *wanted.expires_in;
  return record;
}

}  // namespace

ManageAccount::ManageAccount(store::Store& store, const catalog::Catalog& catalog, KeyRing* keys, Clock& clock,
                             Random& random)
    : store_(store), catalog_(catalog), keys_(keys), clock_(clock), random_(random) {}

Async<Result<CreatedKey>> ManageAccount::create_key(Loop& loop, NewKey wanted) {
  DR_CO_TRY(check_new_key(wanted, catalog_));
  Result<account::Account> account = co_await ensure_account(loop, wanted.account);
  if (!account) co_return fail(std::move(account.error()));

  account::NewApiKey key = account::make_api_key(wanted.book, random_);
  CreatedKey created;
  created.record = make_record(wanted, *account, key, clock_.wall_now(), random_);
  created.text = std::move(key.text);
  Status stored =
      co_await await_on<Status>(loop, [&](Done<Status> done) { store_.create_key(created.record, std::move(done)); });
  if (!stored) co_return fail(std::move(stored.error()));
  if (keys_ != nullptr) keys_->add(created.record);
  log::info("key_created", {{"key", created.record.id.text()}, {"account", account->name}});
  co_return created;
}

Async<Result<std::vector<account::KeyRecord>>> ManageAccount::list_keys(Loop& loop,
                                                                        std::optional<std::string> account) {
  using Keys = Result<std::vector<account::KeyRecord>>;
  Keys keys = co_await await_on<Keys>(loop, [&](Done<Keys> done) { store_.list_keys(std::move(done)); });
  if (keys && account) {
    std::erase_if(*keys, [&](const account::KeyRecord& key) { return key.account_name != *account; });
  }
  co_return keys;
}

Async<Result<std::vector<account::KeyRecord>>> ManageAccount::list_keys_of(Loop& loop, AccountId account) {
  using Keys = Result<std::vector<account::KeyRecord>>;
  co_return co_await await_on<Keys>(loop, [&](Done<Keys> done) { store_.list_keys_of(account, std::move(done)); });
}

Async<Result<account::KeyRecord>> ManageAccount::revoke_key(Loop& loop, KeyId id) {
  using Revoked = Result<account::KeyRecord>;
  const WallTime now = clock_.wall_now();
  Revoked revoked =
      co_await await_on<Revoked>(loop, [&](Done<Revoked> done) { store_.revoke_key(id, now, std::move(done)); });
  if (!revoked && revoked.error().code == Code::not_found) {
    co_return fail(Code::not_found, fmt::format("No key {}", id.text()));
  }
  if (!revoked) co_return revoked;
  if (keys_ != nullptr) keys_->add(*revoked);
  log::info("key_revoked", {{"key", id.text()}, {"account", revoked->account_name}});
  co_return revoked;
}

Async<Result<account::KeyRecord>> ManageAccount::change_key(Loop& loop, KeyId id, account::KeyChange change) {
  if (change.name) DR_CO_TRY(check_key_name(*change.name));
  account::KeyLimits wanted = changed({}, change.limits);
  DR_CO_TRY(check_limits(wanted));
  if (change.limits.allow_from) change.limits.allow_from = std::move(wanted.allow_from);
  using Changed = Result<account::KeyRecord>;
  Changed key = co_await await_on<Changed>(
      loop, [&](Done<Changed> done) { store_.change_key(id, std::move(change), std::move(done)); });
  if (!key && key.error().code == Code::not_found) co_return fail(Code::not_found, fmt::format("No key {}", id.text()));
  if (!key) co_return key;
  if (keys_ != nullptr) keys_->add(*key);
  if (on_limits_changed) on_limits_changed();
  log::info("key_changed", {{"key", id.text()}, {"limits", print_limits(key->limits)}});
  co_return key;
}

Async<Result<Balances>> ManageAccount::grant(Loop& loop, Grant grant) {
  DR_CO_TRY(check_account_name(grant.account));
  if (grant.amount.count() <= 0) {
    co_return fail(Code::invalid_parameter, "credits must be more than 0", "credits");
  }
  Result<account::Account> account = co_await ensure_account(loop, grant.account);
  if (!account) co_return fail(std::move(account.error()));
  const Result<ledger::Balance> before = co_await get_balance(loop, account->id, grant.book);
  if (!before) co_return fail(before.error());
  if (!before->granted.plus(grant.amount)) {
    co_return fail(Code::invalid_parameter, "credits: the account's total would be too large to count", "credits");
  }

  ledger::Entry entry;
  entry.at = clock_.wall_now();
  entry.ref = GrantId::make(entry.at, random_).bytes;
  entry.kind = ledger::Kind::grant;
  entry.account = account->id;
  entry.book = grant.book;
  entry.amount = grant.amount;
  using Posted = Result<ledger::Balance>;
  Posted posted =
      co_await await_on<Posted>(loop, [&](Done<Posted> done) { store_.post_grant(entry, std::move(done)); });
  if (!posted) co_return fail(std::move(posted.error()));
  log::info("credits_granted",
            {{"account", account->name}, {"book", ledger::print(grant.book)}, {"microcredits", grant.amount.count()}});
  co_return co_await balances_of(loop, *account);
}

Async<Result<Balances>> ManageAccount::get_balances(Loop& loop, std::string name) {
  Result<account::Account> account = co_await get_account(loop, std::move(name));
  if (!account) co_return fail(std::move(account.error()));
  co_return co_await balances_of(loop, *account);
}

Async<Result<ledger::Balance>> ManageAccount::get_balance(Loop& loop, AccountId account, ledger::Book book) {
  using Read = Result<ledger::Balance>;
  co_return co_await await_on<Read>(loop, [&](Done<Read> done) { store_.get_balance(account, book, std::move(done)); });
}

Async<Result<std::vector<store::UsageRow>>> ManageAccount::list_usage(Loop& loop, store::UsageFilter filter) {
  using Rows = Result<std::vector<store::UsageRow>>;
  co_return co_await await_on<Rows>(loop,
                                    [&](Done<Rows> done) { store_.list_usage(std::move(filter), std::move(done)); });
}

Async<Result<MicroCredits>> ManageAccount::get_key_month(Loop& loop, store::KeyMonth month) {
  using Spent = Result<MicroCredits>;
  co_return co_await await_on<Spent>(loop, [&](Done<Spent> done) { store_.get_key_month(month, std::move(done)); });
}

Async<Result<Balances>> ManageAccount::balances_of(Loop& loop, account::Account account) {
  Result<ledger::Balance> live = co_await get_balance(loop, account.id, ledger::Book::live);
  if (!live) co_return fail(std::move(live.error()));
  Result<ledger::Balance> test = co_await get_balance(loop, account.id, ledger::Book::test);
  if (!test) co_return fail(std::move(test.error()));
  Balances balances;
  balances.account = std::move(account.name);
  balances.live = *live;
  balances.test = *test;
  co_return balances;
}

Async<Result<std::vector<task::Task>>> ManageAccount::list_tasks(Loop& loop, std::optional<std::string> account,
                                                                 std::size_t limit) {
  store::TaskFilter filter;
  filter.limit = std::clamp<std::size_t>(limit, 1, store::kMaxPage);
  if (account) {
    Result<account::Account> owner = co_await get_account(loop, std::move(*account));
    if (!owner) co_return fail(std::move(owner.error()));
    filter.account = owner->id;
  }
  using Tasks = Result<std::vector<task::Task>>;
  co_return co_await await_on<Tasks>(loop, [&](Done<Tasks> done) { store_.list_tasks(filter, std::move(done)); });
}

Async<Result<TaskHistory>> ManageAccount::get_task(Loop& loop, TaskId id) {
  using Found = Result<std::optional<task::Task>>;
  Found found = co_await await_on<Found>(loop, [&](Done<Found> done) { store_.find_task(id, std::move(done)); });
  if (!found) co_return fail(std::move(found.error()));
  if (!*found) co_return fail(Code::not_found, fmt::format("No task {}", id.text()));
  using Events = Result<std::vector<task::Event>>;
  Events events = co_await await_on<Events>(loop, [&](Done<Events> done) { store_.list_events(id, std::move(done)); });
  if (!events) co_return fail(std::move(events.error()));
  TaskHistory history;
  history.task = std::move(**found);
  history.events = std::move(*events);
  co_return history;
}

Async<Result<ledger::Report>> ManageAccount::audit(Loop& loop) {
  using Audited = Result<ledger::Report>;
  co_return co_await await_on<Audited>(loop, [&](Done<Audited> done) { store_.audit(std::move(done)); });
}

store::NewAccount ManageAccount::make_account(std::string name) {
  store::NewAccount wanted;
  wanted.account.created_at = clock_.wall_now();
  wanted.account.id = AccountId::make(wanted.account.created_at, random_);
  wanted.account.name = std::move(name);
  wanted.test_grant = MicroCredits::from_count(kTestCreditsOfNewAccount * MicroCredits::kPerCredit);
  wanted.grant_id = GrantId::make(wanted.account.created_at, random_);
  return wanted;
}

Async<Result<account::Account>> ManageAccount::ensure_account(Loop& loop, std::string name) {
  store::NewAccount wanted = make_account(std::move(name));
  using Ensured = Result<account::Account>;
  co_return co_await await_on<Ensured>(
      loop, [&](Done<Ensured> done) { store_.ensure_account(std::move(wanted), std::move(done)); });
}

Async<Result<account::Account>> ManageAccount::create_account(Loop& loop, std::string name) {
  DR_CO_TRY(check_account_name(name));
  store::NewAccount wanted = make_account(std::move(name));
  const AccountId id = wanted.account.id;
  using Ensured = Result<account::Account>;
  Ensured account = co_await await_on<Ensured>(
      loop, [&](Done<Ensured> done) { store_.ensure_account(std::move(wanted), std::move(done)); });
  if (account && account->id != id) co_return fail(Code::conflict, "There is an account of this name", "name");
  co_return account;
}

// Its id follows from account and book, so two first uses at the same time make one key.
Async<Result<account::KeyRecord>> ManageAccount::ensure_console_key(Loop& loop, account::Account account,
                                                                    ledger::Book book) {
  const account::Digest digest = account::sha256({"console key ", account.id.text(), ledger::print(book)});
  account::KeyRecord wanted;
  std::copy_n(digest.begin(), wanted.id.bytes.size(), wanted.id.bytes.begin());
  const Result<std::vector<account::KeyRecord>> keys = co_await list_keys_of(loop, account.id);
  if (!keys) co_return fail(keys.error());
  const auto known = std::ranges::find(*keys, wanted.id, &account::KeyRecord::id);
  if (known != keys->end()) co_return *known;
  wanted.account = account.id;
  wanted.account_name = account.name;
  wanted.book = book;
  wanted.name = "Playground";
  wanted.is_console = true;
  wanted.created_at = clock_.wall_now();
  const account::NewApiKey nobodys = account::make_api_key(book, random_);
  wanted.hash = nobodys.hash;
  wanted.last4 = nobodys.last4;
  const Status stored =
      co_await await_on<Status>(loop, [&](Done<Status> done) { store_.create_key(wanted, std::move(done)); });
  if (!stored && stored.error().code == Code::already_exists) {
    co_return co_await ensure_console_key(loop, std::move(account), book);
  }
  if (!stored) co_return fail(stored.error());
  if (keys_ != nullptr) keys_->add(wanted);
  co_return wanted;
}

Async<Result<CallerRef>> ManageAccount::get_console_caller(Loop& loop, account::Account account, ledger::Book book) {
  DR_CHECK(keys_ != nullptr);
  const Result<account::KeyRecord> key = co_await ensure_console_key(loop, std::move(account), book);
  if (!key) co_return fail(key.error());
  co_return keys_->use(key->hash, clock_.wall_now());
}

Async<Result<account::Account>> ManageAccount::get_account(Loop& loop, std::string name) {
  using Found = Result<std::optional<account::Account>>;
  Found found = co_await await_on<Found>(loop, [&](Done<Found> done) { store_.find_account(name, std::move(done)); });
  if (!found) co_return fail(std::move(found.error()));
  if (!*found) co_return fail(Code::not_found, fmt::format("No account is named {}", name));
  co_return std::move(**found);
}

}  // namespace darkroom::usecase
