#include "store/sqlite/writer.h"

#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <chrono>

#include "base/check.h"
#include "base/log.h"

namespace darkroom::store::sqlite {
namespace {

constexpr std::size_t kMostVerbsInBatch = 512;
// A checkpoint stops the commits for about as long as its pages take to the disk: at this length (8 MB) a few
// milliseconds, at eight times as much some tens, which one submit in a hundred then waits for; much shorter ones cost
// throughput (docs/PERFORMANCE.md). The log is never cut while running: overwriting blocks that exist is what keeps the
// sync of a commit short.
constexpr int kCheckpointPages = 2'048;
constexpr milliseconds kSumsDelay{250};  // the sums of usage are written when nothing has come for so long
constexpr milliseconds kIdle{1000};      // then the log is emptied although it is short

const std::vector<double> kSecondsBounds = {0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2};
const std::vector<double> kVerbsBounds = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512};

}  // namespace

Writer::Writer(std::unique_ptr<Database> database, OnFatal on_fatal, Metrics* metrics)
    : database_(std::move(database)),
      tables_(std::make_unique<WriteTables>(*database_)),
      on_fatal_(std::move(on_fatal)),
      checkpoint_at_pages_(kCheckpointPages) {
  if (metrics != nullptr) {
    commit_seconds_ = &metrics->histogram("darkroom_store_commit_seconds",
                                          "From the start of a batch to its being durable", kSecondsBounds);
    batch_verbs_ = &metrics->histogram("darkroom_store_batch_verbs", "Verbs in one transaction", kVerbsBounds);
  }
  sqlite3_wal_hook(database_->handle(), note_log, this);
  thread_ = std::thread([this] { loop(); });
}

Writer::~Writer() {
  stop();
  finish();
}

void Writer::submit(std::unique_ptr<WriteJob> job) {
  ++pending_jobs_;
  queue_.push(Item{std::move(job), {}});
}

void Writer::after_writes(std::move_only_function<void()> action) {
  if (pending_jobs_ == 0) return action();
  queue_.push(Item{{}, std::move(action)});
}

void Writer::after_sums(std::move_only_function<void()> action) {
  if (pending_jobs_ == 0 && !sums_are_gathered_) return action();
  queue_.push(Item{{}, std::move(action), true});
}

void Writer::stop() {
  queue_.close();
  if (thread_.joinable()) thread_.join();
}

void Writer::finish() {
  if (!database_) return;
  if (!dead_) checkpoint(SQLITE_CHECKPOINT_TRUNCATE);
  tables_.reset();
  database_.reset();
}

int Writer::note_log(void* writer, sqlite3*, const char*, int pages) {
  auto* self = static_cast<Writer*>(writer);
  self->log_pages_ = pages;
  self->log_is_clean_ = false;
  return SQLITE_OK;
}

void Writer::loop() {
  pthread_setname_np(pthread_self(), "store-writer");
  std::vector<Item> batch;
  while (queue_.take_within(batch, kMostVerbsInBatch, sums_are_gathered_ ? kSumsDelay : kIdle)) {
    const bool idle = batch.empty() && !sums_are_gathered_;
    if (!idle) {
      commit(batch);
      answer(batch);
      batch.clear();
    }
    if (!dead_) checkpoint_if_due(idle);
  }
  if (!dead_) commit(batch);
}

void Writer::commit(std::vector<Item>& batch) {
  const auto jobs = std::ranges::count_if(batch, [](const Item& item) { return item.job != nullptr; });
  const bool sums_are_wanted = batch.empty() || std::ranges::any_of(batch, &Item::needs_sums);
  if (jobs == 0 && !(sums_are_wanted && sums_are_gathered_)) return;
  if (dead_) return abandon(batch, make_error(Code::store_failed, "the store has failed"));
  const auto started = std::chrono::steady_clock::now();
  database_->clear_failure();
  std::vector<bool> settled(batch.size(), false);
  Status done = tables_->begin.run();
  while (done && !run_jobs(batch, settled)) done = tables_->begin.run();
  if (done && database_->failure() == SQLITE_OK) {
    done = tables_->flush(sums_are_wanted ? Births::write : Births::gather);
  }
  if (done && database_->failure() == SQLITE_OK) done = tables_->commit.run();
  if (!done || database_->failure() != SQLITE_OK) {
    abandon(batch, done ? make_error(Code::store_failed) : done.error());
    return note_failure("commit");
  }
  sums_are_gathered_ = tables_->usage.has_gathered();
  if (batch_verbs_ == nullptr || jobs == 0) return;
  batch_verbs_->Observe(static_cast<double>(jobs));
  commit_seconds_->Observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count());
}

bool Writer::run_jobs(std::vector<Item>& batch, std::vector<bool>& settled) {
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (!batch[i].job || settled[i]) continue;
    const std::int64_t before = database_->total_changes();
    batch[i].job->run(*tables_);
    if (database_->failure() != SQLITE_OK) return true;
    if (!batch[i].job->has_failed() || database_->total_changes() == before) continue;
    // Savepoints around every verb would cost more than repeating the batch in the rare case.
    settled[i] = true;
    tables_->forget();
    (void)tables_->rollback.run();
    return database_->failure() != SQLITE_OK;
  }
  return true;
}

void Writer::abandon(std::vector<Item>& batch, const Error& error) {
  if (database_->in_transaction()) (void)tables_->rollback.run();
  tables_->forget();
  for (Item& item : batch) {
    if (item.job) item.job->refuse(make_error(Code::store_failed, error.message));
  }
}

void Writer::answer(std::vector<Item>& batch) {
  for (Item& item : batch) {
    if (item.action) {
      item.action();
      continue;
    }
    // Before the answer: a caller that reads next finds its own write committed.
    --pending_jobs_;
    item.job->answer();
  }
}

void Writer::checkpoint_if_due(bool idle) {
  if (log_is_clean_) return;
  if (log_pages_ >= checkpoint_at_pages_ || idle) checkpoint(SQLITE_CHECKPOINT_PASSIVE);
}

void Writer::checkpoint(int mode) {
  int in_log = 0;
  int in_file = 0;
  database_->clear_failure();
  const int code = sqlite3_wal_checkpoint_v2(database_->handle(), nullptr, mode, &in_log, &in_file);
  if (code != SQLITE_OK && code != SQLITE_BUSY) {
    (void)database_->error(code);
    note_failure("checkpoint");
  }
  // A reader on an old snapshot keeps a part of the log; the next try waits until as much again has been written.
  log_is_clean_ = code == SQLITE_OK && in_file >= in_log;
  checkpoint_at_pages_ = log_is_clean_ ? kCheckpointPages : log_pages_ + kCheckpointPages;
}

void Writer::note_failure(std::string_view doing) {
  const int code = database_->failure();
  if (!is_fatal(code)) {
    return log::error("store_failed", {{"doing", doing}, {"why", sqlite3_errstr(code)}, {"code", code}});
  }
  dead_ = true;
  on_fatal_(fmt::format("the database failed at {}: {} ({})", doing, sqlite3_errstr(code), code));
}

}  // namespace darkroom::store::sqlite
