// A store's verbs for tests that may block: ask() waits for the answer, within a bound, and gives it back.
//   const Result<ledger::Balance> balance = ask<ledger::Balance>([&](auto done) { store.get_balance(id, book,
//   std::move(done)); });
#pragma once

#include <chrono>
#include <future>
#include <memory>

#include "base/check.h"
#include "store/store.h"

namespace darkroom::test {

inline constexpr std::chrono::seconds kLongestAnswer{60};

// Starts a verb and gives what it will answer.
template <class T, class Start>
std::future<Result<T>> begin_ask(Start start) {
  auto promise = std::make_shared<std::promise<Result<T>>>();
  std::future<Result<T>> answer = promise->get_future();
  start(store::Done<T>([promise](Result<T> result) { promise->set_value(std::move(result)); }));
  return answer;
}

template <class T>
Result<T> wait_for_answer(std::future<Result<T>>& answer) {
  DR_CHECK(answer.wait_for(kLongestAnswer) == std::future_status::ready);
  return answer.get();
}

template <class T, class Start>
Result<T> ask(Start start) {
  std::future<Result<T>> answer = begin_ask<T>(std::move(start));
  return wait_for_answer(answer);
}

}  // namespace darkroom::test
