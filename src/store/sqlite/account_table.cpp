#include "store/sqlite/account_table.h"

#include "store/checks.h"
#include "store/sqlite/rows.h"

namespace darkroom::store::sqlite {

AccountTable::AccountTable(Database& database, LedgerTable& ledger)
    : ledger_(ledger),
      find_by_name_(database, "SELECT id, name, created_at FROM accounts WHERE name = ?"),
      insert_account_(database, "INSERT INTO accounts (id, name, created_at) VALUES (?, ?, ?)"),
      account_exists_(database, "SELECT 1 FROM accounts WHERE id = ?"),
      insert_key_(database,
                  "INSERT INTO keys (id, account, book, hash, last4, name, models, limits, created_at, expires_at, "
                  "revoked_at, last_used_at, is_console) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      revoke_key_(database, "UPDATE keys SET revoked_at = ifnull(revoked_at, ?2) WHERE id = ?1"),
      find_key_(database, "SELECT " DR_KEY " FROM keys JOIN accounts ON accounts.id = keys.account WHERE keys.id = ?"),
      put_key_(database, "UPDATE keys SET limits = ?2, name = ?3, expires_at = ?4 WHERE id = ?1"),
      touch_key_(database, "UPDATE keys SET last_used_at = ?2 WHERE id = ?1 AND ifnull(last_used_at, ?2 - 1) < ?2") {}

Result<account::Account> AccountTable::ensure_account(const NewAccount& wanted) {
  const account::Account& account = wanted.account;
  {
    Query found = find_by_name_.start(account.name);
    const Result<bool> row = found.next();
    if (!row) return fail(row.error());
    if (*row) return read_account(found);
  }
  DR_TRY(insert_account_.run(account.id, account.name, account.created_at));
  if (wanted.test_grant.count() > 0) {
    const ledger::Entry grant{wanted.grant_id.bytes, ledger::Kind::grant, 0, account.id, ledger::Book::test,
                              wanted.test_grant,     account.created_at};
    DR_TRY(ledger_.post_grant(grant));
  }
  return account;
}

Status AccountTable::create_key(const account::KeyRecord& key) {
  const Result<bool> owner = account_exists_.start(key.account).next();
  if (!owner) return fail(owner.error());
  if (!*owner) return fail(Code::not_found, "no such account");
  return insert_key_.run(key.id, key.account, key.book, key.hash, key.last4, key.name, print_models(key.models),
                         print_limits(key.limits), key.created_at, key.expires_at, key.revoked_at, key.last_used_at,
                         std::int64_t{key.is_console});
}

Result<account::KeyRecord> AccountTable::revoke_key(KeyId id, WallTime at) {
  DR_TRY(revoke_key_.run(id, at));
  return get_key(id);
}

Result<account::KeyRecord> AccountTable::change_key(KeyId id, const account::KeyChange& change) {
  Result<account::KeyRecord> key = get_key(id);
  if (!key) return key;
  *key = changed(std::move(*key), change);
  DR_TRY(put_key_.run(id, print_limits(key->limits), key->name, key->expires_at));
  return key;
}

Result<account::KeyRecord> AccountTable::get_key(KeyId id) {
  Query found = find_key_.start(id);
  const Result<bool> row = found.next();
  if (!row) return fail(row.error());
  if (!*row) return fail(Code::not_found, "no such key");
  return read_key(found);
}

Status AccountTable::touch_keys(const std::vector<std::pair<KeyId, WallTime>>& uses) {
  for (const auto& [id, at] : uses) DR_TRY(touch_key_.run(id, floor_to_minute(at)));
  return {};
}

}  // namespace darkroom::store::sqlite
