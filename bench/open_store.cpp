// open_store FILE: how long a server waits for its store at the start, how long reports of usage by day take, and the
// audit of the books.
// Drop the page cache before it (`echo 1 > /proc/sys/vm/drop_caches`) for a cold start.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "store/sqlite/sqlite_store.h"
#include "tests/support/store_ask.h"

namespace darkroom {
namespace {

constexpr std::size_t kPage = 1000;

constexpr int kReports = 40;

// Over all days of all accounts, by one thing after the other.
void read_reports(store::Store& store) {
  store::UsageFilter filter;
  filter.book = ledger::Book::test;
  filter.span_hours = ledger::kHoursOfDay;
  filter.until_hour = 100'000 * ledger::kHoursOfDay;
  filter.limit = store::kMaxPage;
  using store::UsageBy;
  for (const auto& [by, name] :
       {std::pair(UsageBy::nothing, "day"), std::pair(UsageBy::model, "day and model"),
        std::pair(UsageBy::upstream, "day and upstream"), std::pair(UsageBy::account, "day and account")}) {
    filter.by = by;
    std::vector<double> millis;
    std::size_t rows = 0;
    for (int i = 0; i < kReports; ++i) {
      const auto began = std::chrono::steady_clock::now();
      rows = test::ask<std::vector<store::UsageRow>>([&](auto done) {
               store.list_usage(filter, std::move(done));
             })->size();
      millis.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count());
    }
    std::ranges::sort(millis);
    fmt::print("{:>8.1f} ms  95th percentile of reports by {}, {} rows\n", millis[millis.size() * 95 / 100], name,
               rows);
  }
}

int run(const std::string& path) {
  const auto started = std::chrono::steady_clock::now();
  const auto note = [&](std::string_view what) {
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - started;
    fmt::print("{:>8.0f} ms  {}\n", took.count(), what);
  };
  auto store = store::open_sqlite_store({.path = path});
  if (!store) {
    fmt::print(stderr, "open_store: {}\n", store.error().message);
    return 1;
  }
  note("open");
  const auto voided = test::ask<std::uint64_t>([&](auto done) { (*store)->void_leases(std::move(done)); });
  note(fmt::format("{} leases void", voided.value()));
  std::size_t unfinished = 0;
  std::optional<TaskId> after;
  while (true) {
    const auto page = test::ask<std::vector<store::QueuedTask>>(
        [&](auto done) { (*store)->list_unfinished(after, kPage, std::move(done)); });
    unfinished += page->size();
    if (page->size() < kPage) break;
    after = page->back().id;
  }
  note(fmt::format("{} unfinished tasks listed: ready", unfinished));
  read_reports(**store);
  const auto report = test::ask<ledger::Report>([&](auto done) { (*store)->audit(std::move(done)); });
  note(fmt::format("{} entries and {} tasks audited, {} violations", report->entries, report->tasks,
                   report->violations.size()));
  (*store)->close();
  note("closed");
  return 0;
}

}  // namespace
}  // namespace darkroom

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: open_store FILE\n");
    return 2;
  }
  return darkroom::run(argv[1]);
}
