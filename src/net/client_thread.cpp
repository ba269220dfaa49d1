#include "net/client_thread.h"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "base/check.h"

namespace darkroom::net {
namespace {

// How often first-byte and slowness limits are looked at; walking thousands of calls takes microseconds.
constexpr milliseconds kCheckEvery{100};
constexpr std::size_t kEventsAtOnce = 128;

SteadyTime steady_now() { return SystemClock().steady_now(); }

}  // namespace

ClientThread::ClientThread(std::string name, std::size_t connections, Gauge* transfers)
    : multi_(curl_multi_init()),
      epoll_fd_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      transfers_(transfers) {
  DR_CHECK(multi_ != nullptr && epoll_fd_ >= 0 && wake_fd_ >= 0);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &ClientThread::on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &ClientThread::on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_MULTIPLEX));
  curl_multi_setopt(multi_, CURLMOPT_MAX_TOTAL_CONNECTIONS, static_cast<long>(connections));
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(connections));
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = wake_fd_;
  DR_CHECK(::epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, wake_fd_, &event) == 0);
  thread_ = std::thread([this, name = std::move(name)] { run(name); });
}

ClientThread::~ClientThread() {
  stop();
  curl_multi_cleanup(multi_);
  ::close(epoll_fd_);
  ::close(wake_fd_);
}

void ClientThread::start(std::unique_ptr<ClientCall> call) {
  {
    auto inbox = inbox_.lock();
    if (!inbox->is_stopping) {
      inbox->calls.push_back(std::move(call));
      count(1);
    }
  }
  if (call) {
    call->finish_with(make_error(Code::cancelled, "the client has stopped"));
  } else {
    wake();
  }
}

void ClientThread::cancel(HttpClient::CallId call) {
  inbox_.lock()->cancels.push_back(call);
  wake();
}

void ClientThread::stop() {
  inbox_.lock()->is_stopping = true;
  wake();
  if (thread_.joinable()) thread_.join();
}

void ClientThread::wake() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_fd_, &one, sizeof one);
}

void ClientThread::count(int change) {
  if (transfers_ != nullptr) transfers_->Increment(change);
}

void ClientThread::run(std::string name) {
  pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
  // A peer that closes while we write must end the call, not the process.
  sigset_t pipe_signal;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe_signal, nullptr);

  while (take_inbox()) {
    wait();
    collect_finished();
    check_deadlines();
  }
  while (!calls_.empty())
    release(calls_.begin()->first)->finish_with(make_error(Code::cancelled, "the client has stopped"));
}

// False once stop() was called; calls that came before it have been added by then.
bool ClientThread::take_inbox() {
  Inbox arrived;
  {
    auto inbox = inbox_.lock();
    arrived.calls.swap(inbox->calls);
    arrived.cancels.swap(inbox->cancels);
    arrived.is_stopping = inbox->is_stopping;
  }
  for (auto& call : arrived.calls) add(std::move(call));
  for (const HttpClient::CallId id : arrived.cancels) {
    if (auto call = release(id)) call->finish_with(make_error(Code::cancelled, "the call was cancelled"));
  }
  return !arrived.is_stopping;
}

void ClientThread::add(std::unique_ptr<ClientCall> call) {
  if (Status prepared = call->prepare(); !prepared) {
    count(-1);
    call->finish_with(std::move(prepared.error()));
    return;
  }
  CURL* easy = call->easy();
  calls_.emplace(call->id(), std::move(call));
  if (check_due_ == SteadyTime::max()) check_due_ = steady_now() + kCheckEvery;
  curl_multi_add_handle(multi_, easy);
}

void ClientThread::wait() {
  const SteadyTime due = std::min(curl_due_, check_due_);
  int timeout_ms = -1;
  if (due != SteadyTime::max()) {
    const auto left = std::chrono::ceil<milliseconds>(due - steady_now());
    timeout_ms = static_cast<int>(std::clamp<milliseconds::rep>(left.count(), 0, 60000));
  }
  std::array<epoll_event, kEventsAtOnce> events;
  const int ready = ::epoll_wait(epoll_fd_, events.data(), static_cast<int>(events.size()), timeout_ms);
  int running = 0;
  for (int i = 0; i < ready; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    if (event.data.fd == wake_fd_) {
      std::uint64_t count = 0;
      [[maybe_unused]] const ssize_t got = ::read(wake_fd_, &count, sizeof count);
      continue;
    }
    const int actions = ((event.events & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0) |
                        ((event.events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
                        ((event.events & (EPOLLERR | EPOLLHUP)) != 0 ? CURL_CSELECT_ERR : 0);
    curl_multi_socket_action(multi_, event.data.fd, actions, &running);
  }
  if (curl_due_ <= steady_now()) {
    curl_due_ = SteadyTime::max();
    curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
  }
}

void ClientThread::collect_finished() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    ClientCall* call = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
    release(call->id())->finish(code);
  }
}

void ClientThread::check_deadlines() {
  const SteadyTime now = steady_now();
  if (now < check_due_) return;
  std::vector<HttpClient::CallId> overdue;
  for (const auto& [id, call] : calls_) {
    if (call->is_overdue(now)) overdue.push_back(id);
  }
  for (const HttpClient::CallId id : overdue) release(id)->finish(CURLE_OPERATION_TIMEDOUT);
  check_due_ = calls_.empty() ? SteadyTime::max() : now + kCheckEvery;
}

std::unique_ptr<ClientCall> ClientThread::release(HttpClient::CallId id) {
  const auto found = calls_.find(id);
  if (found == calls_.end()) return nullptr;
  std::unique_ptr<ClientCall> call = std::move(found->second);
  calls_.erase(found);
  curl_multi_remove_handle(multi_, call->easy());
  count(-1);
  return call;
}

int ClientThread::on_socket(CURL*, curl_socket_t fd, int what, void* self, void*) {
  const int epoll_fd = static_cast<ClientThread*>(self)->epoll_fd_;
  if (what == CURL_POLL_REMOVE) {
    ::epoll_ctl(epoll_fd, EPOLL_CTL_DEL, fd, nullptr);
    return 0;
  }
  epoll_event event{};
  event.data.fd = fd;
  if ((what & CURL_POLL_IN) != 0) event.events |= EPOLLIN;
  if ((what & CURL_POLL_OUT) != 0) event.events |= EPOLLOUT;
  if (::epoll_ctl(epoll_fd, EPOLL_CTL_MOD, fd, &event) != 0) ::epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
  return 0;
}

int ClientThread::on_timer(CURLM*, long timeout_ms, void* self) {
  auto& thread = *static_cast<ClientThread*>(self);
  thread.curl_due_ = timeout_ms < 0 ? SteadyTime::max() : steady_now() + milliseconds(timeout_ms);
  return 0;
}

}  // namespace darkroom::net
