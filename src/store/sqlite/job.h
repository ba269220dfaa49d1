// A verb on its way through the store: what to do with the tables, and whom to tell. The result waits in the job until
// the transaction around it has ended.
// Threads: made by the caller, run and answered by a thread of the store.
#pragma once

#include <concepts>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include "store/store.h"

namespace darkroom::store::sqlite {

template <class Tables>
class Job {
 public:
  virtual ~Job() = default;
  // May run again after a rollback; the last result counts.
  virtual void run(Tables& tables) = 0;
  virtual bool has_failed() const = 0;
  virtual void refuse(Error error) = 0;
  // Answers the caller. Once.
  virtual void answer() = 0;
};

template <class Tables, class T, class Act>
class TypedJob final : public Job<Tables> {
 public:
  TypedJob(Act&& act, Done<T> done) : act_(std::move(act)), done_(std::move(done)) {}

  void run(Tables& tables) override { result_.emplace(act_(tables)); }
  bool has_failed() const override { return result_ && !result_->has_value(); }
  void refuse(Error error) override { result_.emplace(std::unexpected(std::move(error))); }
  void answer() override { done_(std::move(*result_)); }

 private:
  Act act_;
  Done<T> done_;
  std::optional<Result<T>> result_;
};

template <class Tables, class T, class Act>
std::unique_ptr<Job<Tables>> make_job(Done<T> done, Act&& act) {
  return std::make_unique<TypedJob<Tables, T, std::remove_cvref_t<Act>>>(std::forward<Act>(act), std::move(done));
}

}  // namespace darkroom::store::sqlite
