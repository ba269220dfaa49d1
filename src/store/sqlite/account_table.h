// Accounts and keys as the writer changes them.
// Threads: the writer's. A verb that fails may have changed rows; the writer then rolls back.
#pragma once

#include "store/sqlite/ledger_table.h"

namespace darkroom::store::sqlite {

class AccountTable {
 public:
  AccountTable(Database& database, LedgerTable& ledger);

  Result<account::Account> ensure_account(const NewAccount& wanted);
  Status create_key(const account::KeyRecord& key);
  Result<account::KeyRecord> revoke_key(KeyId id, WallTime at);
  Result<account::KeyRecord> change_key(KeyId id, const account::KeyChange& change);
  Status touch_keys(const std::vector<std::pair<KeyId, WallTime>>& uses);

 private:
  Result<account::KeyRecord> get_key(KeyId id);

  LedgerTable& ledger_;
  Statement find_by_name_, insert_account_, account_exists_, insert_key_, revoke_key_, find_key_, put_key_, touch_key_;
};

}  // namespace darkroom::store::sqlite
