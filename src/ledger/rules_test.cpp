#include "ledger/rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace darkroom::ledger {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

MicroCredits credits(std::int64_t count) { return MicroCredits::from_count(count); }
Balance balance(std::int64_t granted, std::int64_t held, std::int64_t captured) {
  return {credits(granted), credits(held), credits(captured)};
}
IdBytes id(std::uint8_t last) {
  IdBytes bytes{};
  bytes.back() = last;
  return bytes;
}
const AccountId kAnna{id(1)};
const AccountId kBert{id(2)};

Entry entry(std::uint8_t ref, Kind kind, std::int64_t amount, AccountId account = kAnna, Book book = Book::test) {
  return {id(ref), kind, 0, account, book, credits(amount), {}};
}
TaskFacts task(std::uint8_t ref, std::int64_t hold, std::int64_t captured, bool ended, bool completed) {
  return {id(ref), kAnna, Book::test, credits(hold), credits(captured), ended, completed, false};
}

TEST(Apply, MovesMoneyAsTheKindSays) {
  struct Row {
    Kind kind;
    Balance after;
  };
  for (const Row& row : {Row{Kind::grant, balance(103, 40, 10)}, Row{Kind::hold, balance(100, 43, 10)},
                         Row{Kind::capture, balance(100, 37, 13)}, Row{Kind::release, balance(100, 37, 10)},
                         Row{Kind::upstream_loss, balance(100, 40, 10)}}) {
    const Result<Balance> after = apply(balance(100, 40, 10), row.kind, credits(3));
    ASSERT_TRUE(after) << print(row.kind);
    EXPECT_EQ(*after, row.after) << print(row.kind);
  }
}

TEST(Apply, RefusesWhatWouldBreakAnInvariant) {
  struct Row {
    Balance before;
    Kind kind;
    std::int64_t amount;
    Code code;
  };
  constexpr std::int64_t most = MicroCredits::kMax;
  for (const Row& row :
       {Row{balance(100, 40, 10), Kind::hold, 51, Code::insufficient_credits},
        Row{balance(100, 40, 10), Kind::capture, 41, Code::internal},
        Row{balance(100, 40, 10), Kind::release, 41, Code::internal},
        Row{balance(most, 0, 0), Kind::grant, 1, Code::internal},
        Row{balance(100, 0, 0), Kind::grant, 0, Code::internal}, Row{balance(100, 0, 0), Kind::hold, 0, Code::internal},
        Row{balance(100, 0, 0), Kind::hold, -1, Code::internal},
        Row{balance(100, 50, 0), Kind::upstream_loss, -1, Code::internal}}) {
    const Result<Balance> after = apply(row.before, row.kind, credits(row.amount));
    ASSERT_FALSE(after) << print(row.kind) << ' ' << row.amount;
    EXPECT_EQ(after.error().code, row.code) << print(row.kind) << ' ' << row.amount;
  }
  EXPECT_TRUE(apply(balance(100, 40, 10), Kind::hold, credits(50)));
}

TEST(Posting, EveryKindMovesBetweenTwoDifferentSides) {
  for (const Kind kind : {Kind::grant, Kind::hold, Kind::capture, Kind::release, Kind::upstream_loss}) {
    EXPECT_NE(posting_of(kind).debit, posting_of(kind).credit) << print(kind);
  }
}

// A snapshot that is right: 100 granted, task 10 completed for 30 of 40, task 11 failed, task 12 running with 20 held.
struct Books {
  std::vector<Entry> entries = {entry(9, Kind::grant, 100),   entry(10, Kind::hold, 40),
                                entry(10, Kind::capture, 30), entry(10, Kind::release, 10),
                                entry(11, Kind::hold, 25),    entry(11, Kind::release, 25),
                                entry(12, Kind::hold, 20),    entry(11, Kind::upstream_loss, 3)};
  std::vector<TaskFacts> tasks = {task(10, 40, 30, true, true), task(11, 25, 0, true, false),
                                  task(12, 20, 0, false, false)};
  Balance stored = balance(100, 20, 30);
  Usage miscounted;  // beside what the entries and tasks say
  std::int64_t misgrouped = 0;

  static Usage usage_of(const Entry& entry) {
    Usage usage;
    if (entry.kind == Kind::hold) usage.held = entry.amount.count();
    if (entry.kind == Kind::capture) usage.captured = entry.amount.count();
    if (entry.kind == Kind::release) usage.refunded = entry.amount.count();
    return usage;
  }
  static Usage usage_of(const TaskFacts& task) {
    return {.tasks = 1, .completed = task.completed, .failed = task.ended && !task.completed, .outputs = 2};
  }

  Report audit() const {
    Audit audit;
    for (const TaskFacts& facts : tasks) audit.add(facts);
    audit.add_balance(kAnna, Book::test, stored);
    for (const Entry& each : entries) audit.add(each);
    for (const TaskFacts& facts : tasks) audit.add_usage(facts.account, facts.book, usage_of(facts));
    for (const Entry& each : entries) audit.add_usage(each.account, each.book, usage_of(each));
    audit.add_usage(kAnna, Book::test, miscounted);
    for (const TaskFacts& facts : tasks) audit.add_failures(facts.account, facts.book, usage_of(facts).failed);
    audit.add_failures(kAnna, Book::test, misgrouped);
    return audit.finish();
  }
};

TEST(Audit, FindsNothingInBooksThatAreRight) {
  const Report report = Books{}.audit();
  EXPECT_THAT(report.violations, IsEmpty());
  EXPECT_EQ(report.entries, 8U);
  EXPECT_EQ(report.accounts, 1U);
  EXPECT_EQ(report.tasks, 3U);
  EXPECT_EQ(report.granted.at(Book::test), credits(100));
  EXPECT_EQ(report.held.at(Book::test), credits(20));
  EXPECT_EQ(report.captured.at(Book::test), credits(30));
  EXPECT_EQ(report.upstream_loss.at(Book::test), credits(3));
}

TEST(Audit, NamesEachViolation) {
  struct Row {
    std::function<void(Books&)> damage;
    std::vector<std::string> sentences;
  };
  const std::string ten = to_hex(id(10));
  const std::string twelve = to_hex(id(12));
  const std::vector<Row> rows = {
      {[](Books& books) { books.stored = balance(100, 20, 29); }, {"is stored as", "do not add up"}},
      {[](Books& books) { books.stored = balance(10, 20, 30); }, {"is stored as", "is negative"}},
      {[](Books& books) { books.entries[0].amount = credits(-5); }, {"moves -0.000005 credits", "is stored as"}},
      {[](Books& books) {
         books.entries.push_back(entry(12, Kind::hold, 5));
         books.stored = balance(100, 25, 30);
       },
       {"task " + twelve + " is held 2 times", "says it holds"}},
      {[](Books& books) {
         books.entries.push_back(entry(10, Kind::release, 10));
         books.stored = balance(100, 10, 30);
       },
       {"task " + ten + " is resolved more than once", "do not make its hold"}},
      {[](Books& books) {
         books.entries.push_back(entry(12, Kind::capture, 21));
         books.stored = balance(100, -1, 51);
       },
       {"captures 0.000021 credits of a hold of 0.00002", "says it captured", "not ended and its hold is resolved",
        "is negative"}},
      {[](Books& books) {
         books.entries.push_back(entry(12, Kind::release, 20));
         books.stored = balance(100, 0, 30);
       },
       {"task " + twelve + " has not ended and its hold is resolved"}},
      {[](Books& books) { books.tasks[2].ended = true; }, {"task " + twelve + " has ended"}},
      {[](Books& books) { books.tasks[1].completed = true; }, {"is completed and captured nothing"}},
      {[](Books& books) { books.tasks[0].completed = false; }, {"failed and captured"}},
      {[](Books& books) { books.tasks[0].captured = credits(29); }, {"says it captured"}},
      {[](Books& books) { books.tasks.pop_back(); }, {"the entries of " + twelve + " belong to no task"}},
      {[](Books& books) { books.tasks.push_back(task(13, 5, 0, false, false)); }, {"says it holds 0.000005 credits"}},
      {[](Books& books) { books.tasks.push_back(books.tasks[2]); }, {"is there twice"}},
      {[](Books& books) { books.miscounted.tasks = 1; },
       {"the usage of " + kAnna.text() + " in book test is counted as 4"}},
      {[](Books& books) { books.miscounted.captured = 1; }, {"85 held, 31 captured"}},
      {[](Books& books) { books.miscounted.refunded = -1; }, {"34 refunded; its entries"}},
      {[](Books& books) { books.misgrouped = 1; }, {"have 2 tasks; 1 have failed"}},
      {[](Books& books) { books.tasks[2].account = kBert; }, {"name different accounts or books"}},
  };
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Books books;
    rows[i].damage(books);
    const Report report = books.audit();
    ASSERT_EQ(report.violations.size(), rows[i].sentences.size())
        << "row " << i << ": " << ::testing::PrintToString(report.violations);
    for (std::size_t k = 0; k < rows[i].sentences.size(); ++k) {
      EXPECT_THAT(report.violations[k], HasSubstr(rows[i].sentences[k])) << "row " << i;
    }
  }
}

TEST(Audit, AFreeTaskNeedsNoEntries) {
  Audit audit;
  audit.add(task(10, 0, 0, true, true));
  audit.add_usage(kAnna, Book::test, {.tasks = 1, .completed = 1});
  EXPECT_THAT(audit.finish().violations, IsEmpty());
}

TEST(Audit, SettlesOnTheWayAndForgets) {
  const Books books;
  Audit audit;
  audit.add_balance(kAnna, Book::test, books.stored);
  audit.add(books.entries[0]);
  for (const TaskFacts& facts : books.tasks) {
    audit.add(facts);
    for (const Entry& each : books.entries) {
      if (each.ref == facts.id) audit.add(each);
    }
    audit.settle_through(facts.id);
    audit.add_usage(kAnna, Book::test, Books::usage_of(facts));
    audit.add_failures(kAnna, Book::test, Books::usage_of(facts).failed);
  }
  for (const Entry& each : books.entries) audit.add_usage(kAnna, Book::test, Books::usage_of(each));
  audit.add(entry(5, Kind::upstream_loss, 1));
  audit.settle_through(id(5));
  EXPECT_THAT(audit.finish().violations, ElementsAre(HasSubstr("belong to no task")));
}

TEST(Audit, KeepsTheFirstHundredViolations) {
  Audit audit;
  for (int i = 0; i < 200; ++i) audit.add(task(static_cast<std::uint8_t>(i), 1, 0, false, false));
  EXPECT_EQ(audit.finish().violations.size(), kMaxViolations);
}

}  // namespace
}  // namespace darkroom::ledger
