// The ledger's vocabulary: immutable entries, each moving one amount from one account to another in one book.
// Threads: plain values. Amounts are micro-credits. The kind alone says which sides an entry debits and credits:
//   grant          issued      -> available        credits given to a customer
//   hold           available   -> held             at submit, with the task
//   capture        held        -> revenue          what was delivered, with the task's end
//   release        held        -> available        what was not, in the same transaction
//   upstream_loss  loss        -> payable          a vendor call that may have cost money and brought nothing; the
//                                                  operator's, never the customer's
#pragma once

#include <cstdint>
#include <string_view>

#include "base/clock.h"
#include "base/credits.h"
#include "base/ids.h"

namespace darkroom::ledger {

// Two separate currencies: rk_live_ keys spend from live, rk_test_ keys from test.
enum class Book : std::uint8_t { live = 0, test = 1 };
enum class Kind : std::uint8_t { grant = 0, hold = 1, capture = 2, release = 3, upstream_loss = 4 };
enum class Side : std::uint8_t { issued, available, held, revenue, loss, payable };

struct Posting {
  Side debit;
  Side credit;
};
Posting posting_of(Kind kind);

std::string_view print(Book book);  // "live", "test"
std::string_view print(Kind kind);  // "grant", …

// Identity: (ref, kind, number). A second entry with the same identity is refused by every store.
struct Entry {
  IdBytes ref{};  // the task's or grant's id
  Kind kind = Kind::grant;
  std::uint32_t number = 0;  // 0, except for upstream_loss: the attempt
  AccountId account;
  Book book = Book::live;
  MicroCredits amount;  // > 0
  WallTime at{};
};

}  // namespace darkroom::ledger
