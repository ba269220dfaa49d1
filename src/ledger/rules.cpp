#include "ledger/rules.h"

#include <fmt/format.h>

#include <set>

#include "base/check.h"

namespace darkroom::ledger {
namespace {

const MicroCredits kNone;

std::string describe(const AccountId& account, Book book) {
  return fmt::format("{} in book {}", account.text(), print(book));
}

std::string describe(const Balance& balance) {
  return fmt::format("granted {}, held {}, captured {}", balance.granted.text(), balance.held.text(),
                     balance.captured.text());
}

std::string describe(const Usage& usage) {
  return fmt::format("{} tasks, {} completed, {} failed, {} cancelled, {} held, {} captured, {} refunded", usage.tasks,
                     usage.completed, usage.failed, usage.cancelled, usage.held, usage.captured, usage.refunded);
}

// Counts by hand, since a stored balance that needs an audit may be beyond what available() accepts.
bool is_negative(const Balance& balance) {
  const std::int64_t available = balance.granted.count() - balance.held.count() - balance.captured.count();
  return balance.granted < kNone || balance.held < kNone || balance.captured < kNone || available < 0;
}

// Sets `total` unless the sum would leave the range of MicroCredits.
bool put(MicroCredits& total, std::optional<MicroCredits> sum) {
  if (sum) total = *sum;
  return sum.has_value();
}

// What `kind` does to a balance, without asking whether it may.
bool move(Balance& balance, Kind kind, MicroCredits amount) {
  switch (kind) {
    case Kind::grant: return put(balance.granted, balance.granted.plus(amount));
    case Kind::hold: return put(balance.held, balance.held.plus(amount));
    case Kind::release: return put(balance.held, balance.held.minus(amount));
    case Kind::capture:
      return put(balance.held, balance.held.minus(amount)) && put(balance.captured, balance.captured.plus(amount));
    case Kind::upstream_loss: return true;  // the operator's money, not the customer's
  }
  DR_CHECK(false);
}

}  // namespace

MicroCredits Balance::available() const {
  const std::optional<MicroCredits> unheld = granted.minus(held);
  const std::optional<MicroCredits> free = unheld ? unheld->minus(captured) : std::nullopt;
  DR_CHECK(free.has_value());
  return *free;
}

Result<Balance> apply(const Balance& balance, Kind kind, MicroCredits amount) {
  const auto broken = [&](std::string_view why) {
    return fail(Code::internal, fmt::format("{} of {} credits refused: {}", print(kind), amount.text(), why));
  };
  if (amount <= kNone) return broken("an entry moves a positive amount");
  if (kind == Kind::hold && amount > balance.available()) return fail(Code::insufficient_credits);
  if ((kind == Kind::capture || kind == Kind::release) && amount > balance.held) return broken("more than is held");
  Balance after = balance;
  if (!move(after, kind, amount)) return broken("the balance would overflow");
  return after;
}

void Audit::violation(std::string sentence) {
  if (report_.violations.size() < kMaxViolations) report_.violations.push_back(std::move(sentence));
}

void Audit::add_to(MicroCredits& total, MicroCredits amount) {
  if (!put(total, total.plus(amount))) violation("a total overflows 2^53 micro-credits");
}

void Audit::add(const Entry& entry) {
  ++report_.entries;
  const std::string_view kind = print(entry.kind);
  if (entry.amount <= kNone) {
    violation(fmt::format("the {} entry of {} moves {} credits", kind, to_hex(entry.ref), entry.amount.text()));
  }
  if (!move(computed_[{entry.account, entry.book}], entry.kind, entry.amount)) {
    violation(fmt::format("the entries of {} overflow", describe(entry.account, entry.book)));
  }
  const Posting posting = posting_of(entry.kind);
  add_to(sides_[{entry.book, posting.credit}], entry.amount);
  if (const auto debit = kNone.minus(entry.amount)) add_to(sides_[{entry.book, posting.debit}], *debit);
  if (entry.kind == Kind::grant) return;
  if (entry.kind == Kind::upstream_loss) add_to(report_.upstream_loss[entry.book], entry.amount);

  const auto [place, is_new] = settlements_.try_emplace(entry.ref);
  Settlement& settlement = place->second;
  if (is_new) {
    settlement.account = entry.account;
    settlement.book = entry.book;
  }
  settlement.mixed |= settlement.account != entry.account || settlement.book != entry.book;
  Usage& used = used_[{entry.account, entry.book}];
  if (entry.kind == Kind::hold) {
    ++settlement.holds;
    add_to(settlement.hold, entry.amount);
    used.held += entry.amount.count();
  } else if (entry.kind == Kind::capture) {
    ++settlement.captures;
    add_to(settlement.captured, entry.amount);
    used.captured += entry.amount.count();
  } else if (entry.kind == Kind::release) {
    ++settlement.releases;
    add_to(settlement.released, entry.amount);
    used.refunded += entry.amount.count();
  }
}

void Audit::add_usage(AccountId account, Book book, const Usage& counted) { counted_[{account, book}] += counted; }

void Audit::add_failures(AccountId account, Book book, std::int64_t count) {
  grouped_failures_[{account, book}] += count;
}

void Audit::add_balance(AccountId account, Book book, const Balance& stored) {
  if (!stored_.emplace(Purse{account, book}, stored).second) {
    violation(fmt::format("{} has two stored balances", describe(account, book)));
  }
}

void Audit::add(const TaskFacts& task) {
  ++report_.tasks;
  const auto [place, is_new] = settlements_.try_emplace(task.id);
  Settlement& settlement = place->second;
  if (is_new) {
    settlement.account = task.account;
    settlement.book = task.book;
  }
  if (settlement.task) violation(fmt::format("task {} is there twice", to_hex(task.id)));
  settlement.mixed |= settlement.account != task.account || settlement.book != task.book;
  settlement.task = task;
  Usage& used = used_[{task.account, task.book}];
  ++used.tasks;
  used.completed += task.completed ? 1 : 0;
  used.cancelled += task.cancelled ? 1 : 0;
  used.failed += task.ended && !task.completed && !task.cancelled ? 1 : 0;
}

void Audit::settle(const IdBytes& id, const Settlement& settlement) {
  const std::string name = to_hex(id);
  if (settlement.mixed) violation(fmt::format("task {} and its entries name different accounts or books", name));
  if (settlement.holds > 1) violation(fmt::format("task {} is held {} times", name, settlement.holds));
  if (settlement.captures > 1 || settlement.releases > 1) {
    violation(fmt::format("task {} is resolved more than once: {} captures, {} releases", name, settlement.captures,
                          settlement.releases));
  }
  if (settlement.captured > settlement.hold) {
    violation(fmt::format("task {} captures {} credits of a hold of {}", name, settlement.captured.text(),
                          settlement.hold.text()));
  }
  if (settlement.task) {
    settle_task(*settlement.task, settlement);
  } else {
    violation(fmt::format("the entries of {} belong to no task", name));
  }
}

void Audit::settle_task(const TaskFacts& task, const Settlement& settlement) {
  const std::string name = to_hex(task.id);
  if (settlement.hold != task.hold) {
    violation(fmt::format("task {} says it holds {} credits, its entries say {}", name, task.hold.text(),
                          settlement.hold.text()));
  }
  if (settlement.captured != task.captured) {
    violation(fmt::format("task {} says it captured {} credits, its entries say {}", name, task.captured.text(),
                          settlement.captured.text()));
  }
  const std::optional<MicroCredits> resolved = settlement.captured.plus(settlement.released);
  if (!task.ended) {
    if (settlement.captures + settlement.releases > 0) {
      violation(fmt::format("task {} has not ended and its hold is resolved", name));
    }
    return;
  }
  if (resolved != settlement.hold) {
    violation(fmt::format("task {} has ended: captured {} and released {} do not make its hold of {}", name,
                          settlement.captured.text(), settlement.released.text(), settlement.hold.text()));
  }
  if (task.completed && task.hold > kNone && settlement.captured == kNone) {
    violation(fmt::format("task {} is completed and captured nothing", name));
  }
  if (!task.completed && !task.cancelled && settlement.captured > kNone) {
    violation(fmt::format("task {} failed and captured {} credits", name, settlement.captured.text()));
  }
}

void Audit::settle_through(const IdBytes& id) {
  const auto end = settlements_.upper_bound(id);
  for (auto place = settlements_.begin(); place != end; ++place) settle(place->first, place->second);
  settlements_.erase(settlements_.begin(), end);
}

void Audit::compare_balances() {
  for (const auto& [purse, computed] : computed_) {
    const auto stored = stored_.find(purse);
    const Balance found = stored == stored_.end() ? Balance{} : stored->second;
    if (found == computed) continue;
    violation(fmt::format("the balance of {} is stored as {}; its entries give {}", describe(purse.first, purse.second),
                          describe(found), describe(computed)));
  }
  for (const auto& [purse, stored] : stored_) {
    if (!computed_.contains(purse) && stored != Balance{}) {
      violation(fmt::format("the balance of {} has no entries", describe(purse.first, purse.second)));
    }
    if (is_negative(stored)) {
      violation(
          fmt::format("the balance of {} is negative: {}", describe(purse.first, purse.second), describe(stored)));
    }
    add_to(report_.granted[purse.second], stored.granted);
    add_to(report_.held[purse.second], stored.held);
    add_to(report_.captured[purse.second], stored.captured);
  }
}

void Audit::compare_usage() {
  for (const auto& [purse, used] : used_) {
    if (const std::int64_t grouped = grouped_failures_[purse]; grouped != used.failed) {
      violation(fmt::format("the groups of failures of {} have {} tasks; {} have failed",
                            describe(purse.first, purse.second), grouped, used.failed));
    }
    Usage counted = counted_[purse];
    counted.outputs = counted.attempts = counted.cost = 0;
    if (counted == used) continue;
    violation(fmt::format("the usage of {} is counted as {}; its entries and tasks say {}",
                          describe(purse.first, purse.second), describe(counted), describe(used)));
  }
  for (const auto& [purse, counted] : counted_) {
    if (used_.contains(purse) || counted == Usage{}) continue;
    violation(fmt::format("the usage of {} has no entries", describe(purse.first, purse.second)));
  }
}

void Audit::compare_books() {
  for (const Book book : {Book::live, Book::test}) {
    std::int64_t sum = 0;  // six amounts of at most 2^53 each
    for (const Side side : {Side::issued, Side::available, Side::held, Side::revenue, Side::loss, Side::payable}) {
      sum += sides_[{book, side}].count();
    }
    if (sum != 0) violation(fmt::format("debits and credits of book {} differ by {} micro-credits", print(book), sum));
    if (sides_[{book, Side::held}] != report_.held[book] || sides_[{book, Side::revenue}] != report_.captured[book]) {
      violation(fmt::format("the balances of book {} do not add up to its entries", print(book)));
    }
  }
}

Report Audit::finish() {
  for (const auto& [id, settlement] : settlements_) settle(id, settlement);
  settlements_.clear();
  compare_balances();
  compare_usage();
  compare_books();
  std::set<AccountId> accounts;
  for (const auto& [purse, balance] : computed_) accounts.insert(purse.first);
  for (const auto& [purse, balance] : stored_) accounts.insert(purse.first);
  report_.accounts = accounts.size();
  return std::move(report_);
}

}  // namespace darkroom::ledger
