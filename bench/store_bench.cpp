// store_bench FOLDER [TASKS]: how fast tasks become durable, beside what the disk and SQLite alone can do.
//   disk    appends of as many bytes as one batch of 64 tasks writes, each followed by fdatasync
//   sqlite  the same rows in transactions of 64, straight through the tables, without queue or threads
//   port    create_task through the port with 64 callers, each asking again when it is answered
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "base/check.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/sqlite_store.h"
#include "store/sqlite/writer.h"
#include "task/codec.h"
#include "tests/support/store_rows.h"

namespace darkroom {
namespace {

using Clock = std::chrono::steady_clock;
using Micros = std::chrono::duration<double, std::micro>;

constexpr std::size_t kCallers = 64;
constexpr int kAccounts = 1000;

struct Figures {
  double per_second = 0;
  double p50_micros = 0;
  double p99_micros = 0;
  double worst_micros = 0;
};

Figures summarise(std::vector<double> micros, std::size_t count, Clock::duration took) {
  std::ranges::sort(micros);
  return {static_cast<double>(count) / std::chrono::duration<double>(took).count(), micros[micros.size() / 2],
          micros[micros.size() * 99 / 100], micros.back()};
}

void print(std::string_view name, const Figures& figures, const Figures& yardstick) {
  fmt::print(
      "{:<8} {:>9.0f} tasks/s   p50 {:>8.0f} us   p99 {:>8.0f} us   worst {:>8.0f} us   {:>5.2f} of the yardstick\n",
      name, figures.per_second, figures.p50_micros, figures.p99_micros, figures.worst_micros,
      figures.per_second / yardstick.per_second);
}

// Tasks of many accounts, so that the balances of a batch are different rows.
std::vector<store::NewTask> make_tasks(test::StoreRows& rows, const std::vector<AccountId>& accounts,
                                       std::size_t count) {
  std::vector<store::NewTask> tasks;
  tasks.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    tasks.push_back(rows.task(accounts[rows.random().below(accounts.size())], 1000));
  }
  return tasks;
}

Figures bench_disk(const std::string& path, std::size_t bytes, std::size_t batches) {
  const int file = ::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600);
  DR_CHECK(file >= 0);
  const std::string block(bytes, 'x');
  std::vector<double> micros;
  const auto started = Clock::now();
  for (std::size_t i = 0; i < batches; ++i) {
    const auto before = Clock::now();
    DR_CHECK(::write(file, block.data(), block.size()) == static_cast<ssize_t>(block.size()));
    DR_CHECK(::fdatasync(file) == 0);
    micros.push_back(Micros(Clock::now() - before).count());
  }
  const Figures figures = summarise(std::move(micros), batches * kCallers, Clock::now() - started);
  ::close(file);
  return figures;
}

// Gives the bytes that a batch added to the log, too.
std::pair<Figures, std::size_t> bench_sqlite(const std::string& path, std::size_t count) {
  auto database = store::sqlite::Database::open(path, store::sqlite::Access::read_write).value();
  const auto seal = store::sqlite::migrate(*database, path).value();
  store::sqlite::WriteTables tables(*database);
  test::StoreRows rows(1);
  std::vector<AccountId> accounts;
  tables.begin.run().value();
  for (int i = 0; i < kAccounts; ++i) {
    accounts.push_back(
        tables.accounts.ensure_account(rows.account(fmt::format("account-{}", i), 1'000'000'000'000)).value().id);
  }
  tables.flush(store::sqlite::Births::write).value();
  tables.commit.run().value();
  const std::vector<store::NewTask> tasks = make_tasks(rows, accounts, count);
  std::vector<double> micros;
  std::size_t log_pages = 0;
  sqlite3_wal_hook(
      database->handle(),
      [](void* into, sqlite3*, const char*, int pages) {
        *static_cast<std::size_t*>(into) = static_cast<std::size_t>(pages);
        return SQLITE_OK;
      },
      &log_pages);
  std::size_t pages_in_all = 0;
  const auto started = Clock::now();
  for (std::size_t at = 0; at + kCallers <= tasks.size(); at += kCallers) {
    const auto before = Clock::now();
    const std::size_t pages_before = log_pages;
    tables.begin.run().value();
    for (std::size_t i = at; i < at + kCallers; ++i) {
      const task::Task& task = tasks[i].task;
      tables.tasks.create_task(tasks[i], print_plan(task.plan), print_progress(task.progress)).value();
    }
    tables.flush(store::sqlite::Births::gather).value();
    tables.commit.run().value();
    pages_in_all += log_pages > pages_before ? log_pages - pages_before : log_pages;
    if (log_pages >= 16384)
      sqlite3_wal_checkpoint_v2(database->handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    micros.push_back(Micros(Clock::now() - before).count());
  }
  const std::size_t batches = micros.size();
  constexpr std::size_t frame_bytes = 4096 + 24;
  return {summarise(std::move(micros), batches * kCallers, Clock::now() - started),
          pages_in_all * frame_bytes / batches};
}

// Callers that ask again when they are answered, from one thread like that of an event loop.
class Callers {
 public:
  Callers(store::Store& store, std::vector<store::NewTask> tasks) : store_(store), tasks_(std::move(tasks)) {}

  Figures run() {
    const auto started = Clock::now();
    for (std::size_t i = 0; i < kCallers; ++i) submit_next();
    std::vector<int> answered;
    for (std::size_t left = tasks_.size(); left > 0; left -= answered.size()) {
      answered.clear();
      DR_CHECK(answers_.take(answered, tasks_.size()));
      for (std::size_t i = 0; i < answered.size() && next_ < tasks_.size(); ++i) submit_next();
    }
    return summarise(std::move(micros_), tasks_.size(), Clock::now() - started);
  }

 private:
  void submit_next() {
    auto task = std::make_shared<store::NewTask>(std::move(tasks_[next_++]));
    store_.create_task(std::move(task), [this, before = Clock::now()](Status status) {
      DR_CHECK(status.has_value());
      micros_.push_back(Micros(Clock::now() - before).count());  // on the writer's thread only
      answers_.push(1);
    });
  }

  store::Store& store_;
  std::vector<store::NewTask> tasks_;
  std::size_t next_ = 0;
  std::vector<double> micros_;
  store::WorkQueue<int> answers_;
};

Figures bench_port(const std::string& path, std::size_t count) {
  auto store = store::open_sqlite_store({.path = path}).value();
  test::StoreRows rows(2);
  std::vector<AccountId> accounts;
  store::WorkQueue<int> answers;
  for (int i = 0; i < kAccounts; ++i) {
    store::NewAccount wanted = rows.account(fmt::format("account-{}", i), 1'000'000'000'000);
    accounts.push_back(wanted.account.id);
    store->ensure_account(std::move(wanted), [&](auto account) {
      DR_CHECK(account.has_value());
      answers.push(1);
    });
  }
  std::vector<int> answered;
  while (answered.size() < accounts.size()) answers.take(answered, accounts.size());
  Callers callers(*store, make_tasks(rows, accounts, count));
  const Figures figures = callers.run();
  store->close();
  return figures;
}

int run(const std::string& parent, std::size_t count) {
  const std::filesystem::path folder = std::filesystem::path(parent) / fmt::format("store_bench.{}", ::getpid());
  std::filesystem::create_directories(folder);
  const auto [sqlite, batch_bytes] = bench_sqlite(folder / "sqlite.db", count);
  const Figures disk = bench_disk(folder / "disk", batch_bytes, count / kCallers);
  const Figures port = bench_port(folder / "port.db", count);
  fmt::print("{} tasks; a batch of {} writes {} KiB to the log; latencies of disk and sqlite are those of a batch\n",
             count, kCallers, batch_bytes / 1024);
  print("disk", disk, disk);
  print("sqlite", sqlite, disk);
  print("port", port, sqlite);
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace
}  // namespace darkroom

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: store_bench FOLDER [TASKS]\n");
    return 2;
  }
  std::size_t count = 128'000;
  if (argc > 2) std::from_chars(argv[2], argv[2] + std::string_view(argv[2]).size(), count);
  return darkroom::run(argv[1], std::max(count, darkroom::kCallers));
}
