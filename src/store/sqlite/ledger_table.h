// The ledger as the writer sees it: entries are inserted, balances are kept in memory and written once a batch.
// Threads: the writer's. A verb computes its balance first, inserts its rows and calls keep() last, so that a verb
// which fails leaves the balances alone; after a rollback the writer calls forget().
#pragma once

#include <unordered_map>
#include <vector>

#include "store/sqlite/statement.h"
#include "store/store.h"

namespace darkroom::store::sqlite {

class LedgerTable {
 public:
  explicit LedgerTable(Database& database);

  // not_found for an unknown account, zero for one without entries.
  Result<ledger::Balance> balance(AccountId account, ledger::Book book);
  // The balance from here on; written by flush().
  void keep(AccountId account, ledger::Book book, const ledger::Balance& balance);
  // already_exists for a repeated (ref, kind, number).
  Status insert(const ledger::Entry& entry);

  Result<ledger::Balance> post_grant(const ledger::Entry& grant);

  // Writes the balances that the batch has touched. Call before COMMIT.
  Status flush();
  void forget();

 private:
  struct Purse {
    AccountId account;
    ledger::Book book;
    friend bool operator==(const Purse&, const Purse&) = default;
  };
  struct HashPurse {
    std::size_t operator()(const Purse& purse) const {
      return std::hash<AccountId>{}(purse.account) * 2 + static_cast<std::size_t>(purse.book);
    }
  };
  struct Kept {
    ledger::Balance balance;
    std::int64_t row = 0;  // its number in the file; 0: none yet
    bool touched = false;
  };

  Status insert_balance(const Purse& purse, Kept& kept);

  std::unordered_map<Purse, Kept, HashPurse> kept_;
  std::vector<Purse> touched_;
  Statement find_balance_, insert_balance_, update_balance_, insert_;
};

}  // namespace darkroom::store::sqlite
