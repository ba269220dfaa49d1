// Guarded<T>: data that only its lock can reach. `auto held = guarded.lock(); held->field` is the only way in, so an
// unlocked access does not compile. Never hold it across co_await.
#pragma once

#include <mutex>
#include <utility>

namespace darkroom {

template <class T>
class Guarded {
 public:
  template <class... Args>
  explicit Guarded(Args&&... args) : value_(std::forward<Args>(args)...) {}

  class Held {
   public:
    Held(std::mutex& mutex, T& value) : lock_(mutex), value_(&value) {}
    T* operator->() { return value_; }
    T& operator*() { return *value_; }

   private:
    std::unique_lock<std::mutex> lock_;
    T* value_;
  };

  Held lock() { return Held(mutex_, value_); }

 private:
  std::mutex mutex_;
  T value_;
};

}  // namespace darkroom
