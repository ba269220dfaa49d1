// OpenAiRepeats: which task a request has already become. An SDK sends a request again by itself when it did not wait
// for the answer, and some clients do when the answer said that the task goes on, without an Idempotency-Key: the
// repeat is to get that task instead of paying for a second one. Threads: any; one lock for the time of a look-up.
// Owns: at most `most` requests. What is not known any more, after a restart for example, is in the store still,
// without what became of its answer (usecase::SubmitTask::find_latest).
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <utility>

#include "account/sha256.h"
#include "base/clock.h"
#include "base/guarded.h"
#include "base/ids.h"

namespace darkroom::api {

class OpenAiRepeats {
 public:
  static constexpr std::size_t kMost = 10'000;
  explicit OpenAiRepeats(std::size_t most = kMost) : most_(most) {}

  // The request, whose digest covers its sender, has become this task, and waits for its end.
  void note(const account::Digest& request, TaskId task, SteadyTime now);
  // Its answer is on the way: that the task goes on (`open`), or how it ended.
  void note_answer(const account::Digest& request, TaskId task, bool open, SteadyTime now);
  // The task of an earlier request like this one: of any whose answer may not have arrived, if the client says that it
  // repeats itself, else of one that was told that its task goes on.
  std::optional<TaskId> find(const account::Digest& request, bool is_retry, SteadyTime now);

  // Whether find() has an opinion.
  bool knows(const account::Digest& request);

 private:
  struct Entry {
    TaskId task;
    std::uint64_t number = 0;
    SteadyTime until;
    bool open = false;
  };
  struct State {
    std::map<account::Digest, Entry> entries;
    std::deque<std::pair<std::uint64_t, account::Digest>> order;  // as noted
    std::uint64_t last_number = 0;
  };

  std::size_t most_;
  Guarded<State> state_;
};

}  // namespace darkroom::api
