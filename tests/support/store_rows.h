// Rows for tests of stores: plausible accounts, tasks and updates, made from a seed.
// Threads: one. Times are counted up from a fixed moment, a millisecond a row, so that ids sort in the order of making.
#pragma once

#include "base/random.h"
#include "store/store.h"

namespace darkroom::test {

class StoreRows {
 public:
  explicit StoreRows(std::uint64_t seed) : random_(seed) {}

  WallTime next_time() { return from_millis(1'700'000'000'000 + (ticks_ += step_)); }
  // Milliseconds from one row to the next, from now on.
  void set_step(std::int64_t milliseconds) { step_ = milliseconds; }
  Random& random() { return random_; }

  store::NewAccount account(const std::string& name, std::int64_t test_grant = 0);
  account::KeyRecord key(AccountId account, ledger::Book book = ledger::Book::test);
  ledger::Entry grant(AccountId account, std::int64_t amount, ledger::Book book = ledger::Book::test);
  // A task of `count` outputs at `unit_price` micro-credits each, by the one key of the account.
  store::NewTask task(AccountId account, std::int64_t unit_price, std::uint32_t count = 1,
                      ledger::Book book = ledger::Book::test);
  // An endpoint of the account; the default one without a URL.
  webhook::Endpoint endpoint(AccountId account, const std::string& url = "");
  // The claimed task after a step that does not end it.
  store::TaskUpdate step(const task::Task& claimed, bool keeps_lease);
  // The claimed task at its end, with `delivered` of its outputs captured and the rest released.
  store::TaskUpdate end(const task::Task& claimed, std::uint32_t delivered);

 private:
  SeededRandom random_;
  std::int64_t ticks_ = 0;
  std::int64_t step_ = 1;
};

}  // namespace darkroom::test
