// WorkerProcess: a confined child of this same program and our end of its socket. It answers questions about files
// whose descriptors travel along; it can compute, and nothing else (confinement.h). WorkerPool keeps a few of one kind.
// Threads: a process from one at a time, a pool from any; both block. A process ends its child when it goes.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <expected>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "media/worker_wire.h"

namespace darkroom::media {

// How a conversation with a worker can break.
enum class Broken : std::uint8_t {
  not_started,
  idle,     // it had ended by itself before it saw the question: another one may try
  died,     // it ended over this file: crash, filter, memory
  overrun,  // it used up its time
};

struct WorkerLimits {
  int cpu_seconds = 5;
  std::uint64_t memory_bytes = 512ULL << 20;
  std::uint64_t output_bytes = 0;  // in a file; for a worker that may write
};

class WorkerProcess {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  // Runs `/proc/self/exe COMMAND 3` and waits until it is confined: not before that does a foreign byte reach it. Fails
  // with Code::io_failed.
  static Result<std::unique_ptr<WorkerProcess>> start(std::string command);
  WorkerProcess(pid_t child, int socket) : child_(child), socket_(socket) {}
  ~WorkerProcess() { end(std::chrono::milliseconds(0)); }
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  // From now on it may use so much more than it has used already.
  void set_limits(const WorkerLimits& limits);
  // Lets everything else on the machine go before it.
  void step_back();
  // `files` stay ours. False if it has ended.
  bool send(std::span<const std::byte> question, std::span<const int> files);
  // One packet of exactly that size; nullopt when the deadline has come, false when the child is done for.
  std::optional<bool> receive(std::span<std::byte> answer, Moment deadline);
  // What became of a child that is done for.
  Broken post_mortem();

 private:
  Status await_hello();
  // Gives the child `grace` to end by itself, kills it if it still lives, collects it; gives its wait status.
  int end(std::chrono::milliseconds grace);

  pid_t child_;
  int socket_;
  Hello hello_;
};

class WorkerPool {
 public:
  // At most `workers` children at a time, the first with the first question; one that died or overran is replaced.
  WorkerPool(std::string command, std::size_t workers);

  // Waits while all are busy. `Question` and `Answer` are plain packets (worker_wire.h).
  template <class Question, class Answer>
  std::expected<Answer, Broken> ask(const Question& question, std::span<const int> files, const WorkerLimits& limits) {
    Answer answer;
    const auto asked =
        ask_bytes(std::as_bytes(std::span(&question, 1)), files, limits, std::as_writable_bytes(std::span(&answer, 1)));
    if (!asked) return std::unexpected(asked.error());
    return answer;
  }

 private:
  using Bytes = std::span<const std::byte>;
  std::expected<void, Broken> ask_bytes(Bytes question, std::span<const int> files, const WorkerLimits& limits,
                                        std::span<std::byte> answer);
  // Leaves nothing in `worker` if it broke.
  std::expected<void, Broken> ask_one(std::unique_ptr<WorkerProcess>& worker, Bytes question,
                                      std::span<const int> files, const WorkerLimits& limits,
                                      std::span<std::byte> answer);
  // A worker that rested, or nothing if one has to be started; waits while all places are taken.
  std::unique_ptr<WorkerProcess> take_place();
  // `worker` may be nothing: then the place alone is given back.
  void leave_place(std::unique_ptr<WorkerProcess> worker);

  std::string command_;
  std::mutex mutex_;
  std::condition_variable place_free_;
  std::size_t free_places_;
  std::vector<std::unique_ptr<WorkerProcess>> resting_;
};

}  // namespace darkroom::media
