// How a verb gets to its thread: a change to the writer, a question to the readers, behind the changes that its caller
// has asked for before.
// Threads: any.
#pragma once

#include <utility>

#include "store/sqlite/readers.h"
#include "store/sqlite/writer.h"

namespace darkroom::store::sqlite {

class Submitter {
 public:
  Submitter(Writer& writer, Readers& readers) : writer_(writer), readers_(readers) {}

  template <class T, class Act>
  void write(Done<T> done, Act&& act) {
    writer_.submit(make_job<WriteTables>(std::move(done), std::forward<Act>(act)));
  }
  template <class T, class Act>
  void read(Done<T> done, Act&& act) {
    writer_.after_writes(hand_on(std::move(done), std::forward<Act>(act)));
  }
  // A question about the sums of usage, which are written a little later than what they count.
  template <class T, class Act>
  void read_sums(Done<T> done, Act&& act) {
    writer_.after_sums(hand_on(std::move(done), std::forward<Act>(act)));
  }

 private:
  template <class T, class Act>
  std::move_only_function<void()> hand_on(Done<T> done, Act&& act) {
    return [&readers = readers_, job = make_job<Queries>(std::move(done), std::forward<Act>(act))]() mutable {
      readers.submit(std::move(job));
    };
  }

  Writer& writer_;
  Readers& readers_;
};

}  // namespace darkroom::store::sqlite
