#include "runtime/async_scope.h"

#include <exception>

namespace darkroom {

// The frame that owns one spawned coroutine; it removes itself from the scope and ends by itself.
struct AsyncScope::Root {
  struct promise_type {
    AsyncScope* scope;
    promise_type(AsyncScope* owner, Async<void>&) : scope(owner) {}
    Root get_return_object() { return Root{std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    auto final_suspend() noexcept {
      struct Leave {
        bool await_ready() noexcept { return false; }
        void await_suspend(std::coroutine_handle<promise_type> handle) noexcept {
          AsyncScope* scope = handle.promise().scope;
          std::coroutine_handle<> self = handle;
          scope->running_.erase(self.address());
          self.destroy();
          scope->ended();
        }
        void await_resume() noexcept {}
      };
      return Leave{};
    }
    void return_void() {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
  std::coroutine_handle<promise_type> handle;
};

AsyncScope::Root AsyncScope::run(AsyncScope*, Async<void> work) { co_await work; }

AsyncScope::~AsyncScope() { DR_CHECK(running_.empty()); }

void AsyncScope::spawn(Async<void> work) {
  Root root = run(this, std::move(work));
  running_.insert(root.handle.address());
  root.handle.resume();
}

void AsyncScope::ended() {
  if (!running_.empty() || joiners_.empty()) return;
  std::vector<std::coroutine_handle<>> joiners;
  joiners.swap(joiners_);
  for (std::coroutine_handle<> joiner : joiners) joiner.resume();
}

Async<void> AsyncScope::join() {
  struct Wait {
    AsyncScope* scope;
    bool await_ready() const noexcept { return scope->running_.empty(); }
    void await_suspend(std::coroutine_handle<> handle) { scope->joiners_.push_back(handle); }
    void await_resume() const noexcept {}
  };
  Wait wait{this};
  co_await wait;
}

void AsyncScope::abandon() {
  joiners_.clear();
  while (!running_.empty()) {
    void* address = *running_.begin();
    running_.erase(running_.begin());
    std::coroutine_handle<>::from_address(address).destroy();
  }
}

}  // namespace darkroom
