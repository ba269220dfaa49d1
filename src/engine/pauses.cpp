#include "engine/pauses.h"

namespace darkroom::engine {

Async<void> Pauses::wait(milliseconds time) {
  struct Pause {
    Pauses& all;
    milliseconds time;
    bool await_ready() const { return all.is_closed_; }
    void await_suspend(std::coroutine_handle<> handle) {
      const std::uint64_t id = ++all.last_;
      const Loop::TimerId timer = all.loop_.call_at(all.loop_.now() + time, [&pauses = all, id] {
        const auto node = pauses.waiting_.extract(id);
        if (!node.empty()) node.mapped().second.resume();
      });
      all.waiting_.emplace(id, std::pair(timer, handle));
    }
    void await_resume() const {}
  };
  Pause pause{*this, time};
  co_await pause;
}

void Pauses::wake_all() {
  for (auto& [id, pause] : std::exchange(waiting_, {})) {
    loop_.cancel_timer(pause.first);
    loop_.post([handle = pause.second] { handle.resume(); });
  }
}

void Pauses::close() {
  is_closed_ = true;
  wake_all();
}

}  // namespace darkroom::engine
