#include <netdb.h>
#include <pthread.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>

#include "base/clock.h"
#include "net/socket_address.h"
#include "net/url_guard.h"

namespace darkroom::net {
namespace {

constexpr int kMaxLookups = 64;  // running at once, those that nobody waits for any more included

std::unexpected<Error> not_found() { return fail(Code::connect_failed, "the host was not found"); }

// Blocks as long as the C library likes.
Result<std::vector<IpAddress>> look_up(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  if (::getaddrinfo(host.c_str(), nullptr, &hints, &list) != 0) return not_found();
  std::vector<IpAddress> answers;
  for (const addrinfo* entry = list; entry != nullptr && answers.size() <= kMaxDnsAnswers; entry = entry->ai_next) {
    if (const auto address = from_sockaddr(*entry->ai_addr)) answers.push_back(*address);
  }
  ::freeaddrinfo(list);
  return answers;
}

// getaddrinfo cannot be interrupted, so each lookup has a detached thread and the caller stops waiting at the deadline.
// What the thread touches is shared with it: it may outlive the caller and the resolver.
class SystemResolver final : public Resolver {
 public:
  Result<std::vector<IpAddress>> resolve(const std::string& host) override {
    if (running_->fetch_add(1) >= kMaxLookups) {
      running_->fetch_sub(1);
      return fail(Code::connect_failed, "too many hosts are being looked up");
    }
    auto lookup = std::make_shared<Lookup>();
    try {
      std::thread([lookup, running = running_, host] {
        pthread_setname_np(pthread_self(), "dns");
        auto answers = look_up(host);
        const std::lock_guard lock(lookup->mutex);
        lookup->answers = std::move(answers);
        lookup->ready.notify_one();
        running->fetch_sub(1);
      }).detach();
    } catch (const std::system_error&) {
      running_->fetch_sub(1);
      return fail(Code::connect_failed, "no thread for a host lookup");
    }
    std::unique_lock lock(lookup->mutex);
    if (!lookup->ready.wait_for(lock, seconds(kDnsSeconds), [&] { return lookup->answers.has_value(); })) {
      return fail(Code::connect_failed, "the host was not found in time");
    }
    return std::move(*lookup->answers);
  }

 private:
  struct Lookup {
    std::mutex mutex;
    std::condition_variable ready;
    std::optional<Result<std::vector<IpAddress>>> answers;
  };
  std::shared_ptr<std::atomic<int>> running_ = std::make_shared<std::atomic<int>>(0);
};

}  // namespace

std::unique_ptr<Resolver> make_system_resolver() { return std::make_unique<SystemResolver>(); }

}  // namespace darkroom::net
