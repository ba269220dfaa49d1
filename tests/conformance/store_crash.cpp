#include "tests/conformance/store_crash.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <deque>
#include <filesystem>
#include <set>

#include "store/sqlite/sqlite_store.h"
#include "tests/conformance/store_backends.h"

extern char** environ;

namespace darkroom::test {
namespace {

using ::testing::IsEmpty;

// Runs this program again as the writer that dies; gives the ids that it acknowledged.
std::vector<TaskId> run_writer(const std::string& path, int acknowledgements) {
  std::array<int, 2> pipe_ends{};
  DR_CHECK(::pipe(pipe_ends.data()) == 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addclose(&actions, pipe_ends[0]);
  std::string program = "/proc/self/exe", mode(kWriteUntilKilled), file = path,
              count = std::to_string(acknowledgements);
  std::array<char*, 5> arguments = {program.data(), mode.data(), file.data(), count.data(), nullptr};
  pid_t child = 0;
  DR_CHECK(::posix_spawn(&child, program.c_str(), &actions, nullptr, arguments.data(), environ) == 0);
  posix_spawn_file_actions_destroy(&actions);
  ::close(pipe_ends[1]);
  std::string output;
  std::array<char, 4096> chunk{};
  for (ssize_t got = 0; (got = ::read(pipe_ends[0], chunk.data(), chunk.size())) > 0;) {
    output.append(chunk.data(), static_cast<std::size_t>(got));
  }
  ::close(pipe_ends[0]);
  int status = 0;
  DR_CHECK(::waitpid(child, &status, 0) == child);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
  std::vector<TaskId> ids;
  constexpr std::size_t line = 33;
  for (std::size_t at = 0; at + line <= output.size(); at += line) {
    ids.push_back(TaskId{parse_hex_id(std::string_view(output).substr(at, line - 1)).value()});
  }
  return ids;
}

TEST(StoreCrash, NothingAcknowledgedIsLostAndTheBooksAreRight) {
  TemporaryFolder folder;
  const std::string path = folder.file("darkroom.db");
  std::set<TaskId> acknowledged;
  for (const int count : {1, 40, 333, 100, 1000}) {
    const std::vector<TaskId> ids = run_writer(path, count);
    EXPECT_GE(ids.size(), static_cast<std::size_t>(count));
    acknowledged.insert(ids.begin(), ids.end());

    const auto store = store::open_sqlite_store({.path = path}).value();
    for (const TaskId id : acknowledged) {
      const auto found = ask<std::optional<task::Task>>([&](auto done) { store->find_task(id, std::move(done)); });
      ASSERT_TRUE(found.value()) << id.text();
    }
    const ledger::Report report = ask<ledger::Report>([&](auto done) { store->audit(std::move(done)); }).value();
    EXPECT_THAT(report.violations, IsEmpty());
    EXPECT_GE(report.tasks, acknowledged.size());
  }
}

// The files are taken away under a running store, as a kill would leave them.
TEST(StoreCrash, BirthsThatTheSumsDoNotHaveYetAreCountedAgain) {
  TemporaryFolder folder;
  const std::string path = folder.file("darkroom.db");
  const std::string left = folder.file("left.db");
  StoreRows rows(1);
  AccountId anna;
  {
    const auto store = store::open_sqlite_store({.path = path}).value();
    const store::NewAccount wanted = rows.account("anna", 1'000);
    anna = ask<account::Account>([&](auto done) { store->ensure_account(wanted, std::move(done)); })->id;
    for (int i = 0; i < 3; ++i) {
      const store::NewTask made = rows.task(anna, 10);
      ask<void>([&](auto done) {
        store->create_task(std::make_shared<store::NewTask>(made), std::move(done));
      }).value();
    }
    for (const char* suffix : {"", "-wal", ".key"}) std::filesystem::copy_file(path + suffix, left + suffix);
  }
  const auto store = store::open_sqlite_store({.path = left}).value();
  // Before anybody has asked for sums: the month's limit sees what was spent before the crash.
  store::NewTask more = rows.task(anna, 10);
  more.key_month_limit = micro(39);
  EXPECT_EQ(ask<void>([&](auto done) { store->create_task(std::make_shared<store::NewTask>(more), std::move(done)); })
                .error()
                .code,
            Code::key_limit_reached);
  more.key_month_limit = micro(40);
  EXPECT_TRUE(
      ask<void>([&](auto done) { store->create_task(std::make_shared<store::NewTask>(more), std::move(done)); }));
  const store::UsageFilter all{.account = anna, .book = ledger::Book::test, .until_hour = 1'000'000};
  const auto usage =
      ask<std::vector<store::UsageRow>>([&](auto done) { store->list_usage(all, std::move(done)); }).value();
  ASSERT_EQ(usage.size(), 1U);
  EXPECT_EQ(usage[0].usage, (ledger::Usage{.tasks = 4, .held = 40}));
  const ledger::Report report = ask<ledger::Report>([&](auto done) { store->audit(std::move(done)); }).value();
  EXPECT_THAT(report.violations, IsEmpty());
}

}  // namespace

void write_until_killed(const std::string& path, std::string_view acknowledgements) {
  int left = 0;
  std::from_chars(acknowledgements.data(), acknowledgements.data() + acknowledgements.size(), left);
  auto store = store::open_sqlite_store({.path = path}).value();
  SystemRandom random;
  StoreRows rows(random.next_u64());
  const store::NewAccount wanted = rows.account("anna", 1'000'000'000);
  const AccountId anna = ask<account::Account>([&](auto done) { store->ensure_account(wanted, std::move(done)); })->id;
  std::deque<std::future<Status>> answers;
  while (true) {
    const store::NewTask made = rows.task(anna, 1);
    auto promise = std::make_shared<std::promise<Status>>();
    answers.push_back(promise->get_future());
    store->create_task(std::make_shared<store::NewTask>(made), [id = made.task.id, promise, &left](Status status) {
      DR_CHECK(status.has_value());
      const std::string line = id.hex() + "\n";
      DR_CHECK(::write(STDOUT_FILENO, line.data(), line.size()) == static_cast<ssize_t>(line.size()));
      if (--left == 0) ::kill(::getpid(), SIGKILL);
      promise->set_value(status);
    });
    if (answers.size() < 64) continue;
    wait_for_answer(answers.front()).value();
    answers.pop_front();
  }
}

}  // namespace darkroom::test
