// block_on: runs one coroutine on a loop and waits for it from another thread, for the steps of start and stop that
// must come one after another. Threads: call it from main, never from a loop. The loop must be running.
#pragma once

#include <future>
#include <utility>

#include "runtime/async_scope.h"
#include "runtime/loops.h"

namespace darkroom::app {

namespace detail {
template <class T>
Async<void> fulfil(Async<T> work, std::promise<T>* promise) {
  T value = co_await work;
  promise->set_value(std::move(value));
}
}  // namespace detail

// `make` gives the coroutine and is called on the loop.
template <class T, class Make>
T block_on(EventLoop& loop, Make make) {
  std::promise<T> promise;
  std::future<T> result = promise.get_future();
  auto scope = std::make_shared<AsyncScope>();
  loop.post([&promise, scope, make = std::move(make)]() mutable { scope->spawn(detail::fulfil<T>(make(), &promise)); });
  T value = result.get();
  // The scope ends on its loop, after the coroutine has left it.
  loop.post([scope = std::move(scope)] {});
  return value;
}

}  // namespace darkroom::app
