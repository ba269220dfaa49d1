#include "store/sqlite/readers.h"

#include <fmt/format.h>
#include <pthread.h>

#include "base/log.h"

namespace darkroom::store::sqlite {

Readers::Readers(std::string path, std::string vfs, std::size_t count, const Seal& seal, OnFatal on_fatal)
    : path_(std::move(path)), vfs_(std::move(vfs)), seal_(seal), on_fatal_(std::move(on_fatal)) {
  for (std::size_t i = 0; i < count; ++i) threads_.emplace_back([this] { loop(); });
}

void Readers::stop() {
  queue_.close();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Readers::loop() {
  pthread_setname_np(pthread_self(), "store-reader");
  Connection connection;
  std::vector<std::unique_ptr<ReadJob>> jobs;
  // One at a time, so that a long one leaves the rest to the other readers.
  while (queue_.take(jobs, 1)) {
    run(connection, *jobs.front());
    jobs.front()->answer();
    jobs.clear();
  }
}

void Readers::run(Connection& connection, ReadJob& job) {
  if (!connection.database) {
    auto database = Database::open(path_, Access::read_only, vfs_);
    if (!database) return job.refuse(std::move(database.error()));
    if (Status ready = use_seal(**database, seal_); !ready) return job.refuse(std::move(ready.error()));
    connection.database = std::move(*database);
    connection.queries = std::make_unique<Queries>(*connection.database);
  }
  job.run(*connection.queries);
  const int code = connection.database->failure();
  if (code == SQLITE_OK) return;
  const std::string why = fmt::format("reading the database failed: {} ({})", sqlite3_errstr(code), code);
  job.refuse(make_error(Code::store_failed, why));
  connection = {};
  if (is_corruption(code)) return on_fatal_(why);
  log::error("store_failed", {{"doing", "read"}, {"why", sqlite3_errstr(code)}, {"code", code}});
}

}  // namespace darkroom::store::sqlite
