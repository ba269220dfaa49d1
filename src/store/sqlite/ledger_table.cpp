#include "store/sqlite/ledger_table.h"

#include "store/checks.h"
#include "store/sqlite/rows.h"

namespace darkroom::store::sqlite {
namespace {

constexpr std::size_t kMostBalancesKept = 50'000;  // some 5 MB

}  // namespace

LedgerTable::LedgerTable(Database& database)
    : find_balance_(
          database,
          "SELECT ifnull(granted, 0), ifnull(held, 0), ifnull(captured, 0), ifnull(number, 0) FROM accounts "
          "LEFT JOIN balances ON balances.account = accounts.id AND balances.book = ?2 WHERE accounts.id = ?1"),
      // Two statements, since an upsert costs twice an update, and there is one for each account in a batch.
      insert_balance_(database,
                      "INSERT INTO balances (account, book, granted, held, captured) VALUES (?, ?, ?, ?, ?) "
                      "RETURNING number"),
      update_balance_(database, "UPDATE balances SET granted = ?, held = ?, captured = ? WHERE number = ?"),
      insert_(database, "INSERT INTO entries (" DR_ENTRY ") VALUES (?, ?, ?, ?, ?, ?, ?)") {}

Result<ledger::Balance> LedgerTable::balance(AccountId account, ledger::Book book) {
  const Purse purse{account, book};
  if (const auto place = kept_.find(purse); place != kept_.end()) return place->second.balance;
  Query query = find_balance_.start(account, book);
  const Result<bool> row = query.next();
  if (!row) return fail(row.error());
  if (!*row) return fail(Code::not_found, "no such account");
  const ledger::Balance balance = read_balance(query);
  return kept_.emplace(purse, Kept{balance, query.integer()}).first->second.balance;
}

void LedgerTable::keep(AccountId account, ledger::Book book, const ledger::Balance& balance) {
  const Purse purse{account, book};
  Kept& kept = kept_[purse];
  kept.balance = balance;
  if (!kept.touched) touched_.push_back(purse);
  kept.touched = true;
}

Status LedgerTable::insert(const ledger::Entry& entry) {
  return insert_.run(entry.ref, entry.kind, entry.number, entry.account, entry.book, entry.amount, entry.at);
}

Result<ledger::Balance> LedgerTable::post_grant(const ledger::Entry& grant) {
  DR_TRY(check_grant(grant));
  const Result<ledger::Balance> before = balance(grant.account, grant.book);
  if (!before) return before;
  DR_TRY(insert(grant));
  // After the insert, so that a repeated grant is called that even where it would overflow.
  const Result<ledger::Balance> after = ledger::apply(*before, grant.kind, grant.amount);
  if (after) keep(grant.account, grant.book, *after);
  return after;
}

Status LedgerTable::flush() {
  for (const Purse& purse : touched_) {
    Kept& kept = kept_.at(purse);
    const ledger::Balance& balance = kept.balance;
    if (kept.row == 0) {
      DR_TRY(insert_balance(purse, kept));
    } else {
      DR_TRY(update_balance_.run(balance.granted, balance.held, balance.captured, kept.row));
    }
    kept.touched = false;
  }
  touched_.clear();
  if (kept_.size() > kMostBalancesKept) kept_.clear();
  return {};
}

Status LedgerTable::insert_balance(const Purse& purse, Kept& kept) {
  const ledger::Balance& balance = kept.balance;
  Query made = insert_balance_.start(purse.account, purse.book, balance.granted, balance.held, balance.captured);
  const Result<bool> row = made.next();
  if (!row) return fail(row.error());
  kept.row = made.integer();
  return made.run();
}

void LedgerTable::forget() {
  kept_.clear();
  touched_.clear();
}

}  // namespace darkroom::store::sqlite
