// Async<T>: a lazy coroutine that gives one T to whoever co_awaits it. It knows nothing of sockets, so domain-near code
// and the simulation use it without sockets or threads. Threads: a coroutine runs on the one Loop that its AsyncScope
// belongs to; nothing here locks. Owns: an Async owns its frame and everything it awaits; destroying one that is
// suspended destroys the whole chain. Rules: parameters by value; no capturing lambda coroutines; no lock or container
// reference across co_await; build aggregates in a local before a co_await expression, not inside it (g++ 12 miscounts
// such temporaries).
#pragma once

#include <coroutine>
#include <exception>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/check.h"
#include "runtime/frame_memory.h"
#include "runtime/loop.h"

namespace darkroom {

template <class T>
class Async;

namespace detail {

struct FinalAwaiter {
  bool await_ready() noexcept { return false; }
  template <class Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> finished) noexcept {
    return finished.promise().continuation ? finished.promise().continuation : std::noop_coroutine();
  }
  void await_resume() noexcept {}
};

struct PromiseBase {
  static void* operator new(std::size_t bytes) { return allocate_frame(bytes); }
  static void operator delete(void* frame, std::size_t bytes) noexcept { free_frame(frame, bytes); }

  std::coroutine_handle<> continuation;
  std::suspend_always initial_suspend() noexcept { return {}; }
  FinalAwaiter final_suspend() noexcept { return {}; }
};

template <class T>
struct Promise : PromiseBase {
  std::variant<std::monostate, T, std::exception_ptr> outcome;
  Async<T> get_return_object();
  template <class U>
  void return_value(U&& value) {
    outcome.template emplace<1>(std::forward<U>(value));
  }
  void unhandled_exception() { outcome.template emplace<2>(std::current_exception()); }
  T take() {
    if (outcome.index() == 2) std::rethrow_exception(std::get<2>(outcome));
    return std::move(std::get<1>(outcome));
  }
};

template <>
struct Promise<void> : PromiseBase {
  std::exception_ptr failure;
  Async<void> get_return_object();
  void return_void() {}
  void unhandled_exception() { failure = std::current_exception(); }
  void take() {
    if (failure) std::rethrow_exception(failure);
  }
};

}  // namespace detail

template <class T>
class [[nodiscard]] Async {
 public:
  using promise_type = detail::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  explicit Async(Handle handle) : handle_(handle) {}
  Async(Async&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Async& operator=(Async&& other) noexcept {
    if (this != &other) {
      if (handle_) handle_.destroy();
      handle_ = std::exchange(other.handle_, {});
    }
    return *this;
  }
  ~Async() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept {
    handle_.promise().continuation = awaiting;
    return handle_;
  }
  T await_resume() { return handle_.promise().take(); }

 private:
  Handle handle_;
};

namespace detail {
template <class T>
Async<T> Promise<T>::get_return_object() {
  return Async<T>(std::coroutine_handle<Promise<T>>::from_promise(*this));
}
inline Async<void> Promise<void>::get_return_object() {
  return Async<void>(std::coroutine_handle<Promise<void>>::from_promise(*this));
}
}  // namespace detail

// Turns a callback into something to co_await. `start` gets a `done` that must be called exactly once, from any thread;
// the coroutine goes on as a new event of `loop`.
//   Result<Row> row = co_await await_on<Result<Row>>(loop, [&](auto done) { store.find(id, std::move(done)); });
// `start` runs before the coroutine is left, so it may refer to its locals.
template <class T>
using Done = std::move_only_function<void(T)>;

template <class T, class Start>
class CallbackAwaiter {
 public:
  CallbackAwaiter(Loop& loop, Start start) : loop_(loop), start_(std::move(start)) {}
  CallbackAwaiter(const CallbackAwaiter&) = delete;

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> awaiting) {
    start_(Done<T>([this, awaiting](T value) {
      value_.emplace(std::move(value));
      loop_.post([awaiting] { awaiting.resume(); });
    }));
  }
  T await_resume() { return std::move(*value_); }

 private:
  Loop& loop_;
  Start start_;
  std::optional<T> value_;
};

template <class T, class Start>
CallbackAwaiter<T, Start> await_on(Loop& loop, Start start) {
  return CallbackAwaiter<T, Start>(loop, std::move(start));
}

}  // namespace darkroom
