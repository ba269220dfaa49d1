// The readers: threads with a read-only connection each, opened when it is first needed. They never sync, never
// checkpoint and never wait for the writer.
// Threads: submit() from any.
// Fails: a reader that cannot open or read answers store_failed and tries anew for the next verb; a damaged file calls
// `on_fatal`.
#pragma once

#include <string>
#include <thread>
#include <vector>

#include "store/sqlite/job.h"
#include "store/sqlite/queries.h"
#include "store/sqlite/seal.h"
#include "store/sqlite/writer.h"
#include "store/work_queue.h"

namespace darkroom::store::sqlite {

using ReadJob = Job<Queries>;

class Readers {
 public:
  Readers(std::string path, std::string vfs, std::size_t count, const Seal& seal, OnFatal on_fatal);
  ~Readers() { stop(); }

  void submit(std::unique_ptr<ReadJob> job) { queue_.push(std::move(job)); }
  // Answers what is queued and ends the threads.
  void stop();

 private:
  struct Connection {
    std::unique_ptr<Database> database;
    std::unique_ptr<Queries> queries;
  };
  void loop();
  void run(Connection& connection, ReadJob& job);

  std::string path_, vfs_;
  const Seal& seal_;
  OnFatal on_fatal_;
  WorkQueue<std::unique_ptr<ReadJob>> queue_;
  std::vector<std::thread> threads_;
};

}  // namespace darkroom::store::sqlite
