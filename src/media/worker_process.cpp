#include "media/worker_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>

#include "base/check.h"

namespace darkroom::media {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kWorkerSocket = 3;            // the descriptor that a worker is born with
constexpr milliseconds kStartLimit{10000};  // from exec to its hello
constexpr milliseconds kGrace{2000};        // wall time beyond the CPU limit

rlim_t seconds_limit(pid_t child, int cpu_seconds) {
  clockid_t clock = 0;
  timespec used{};
  if (clock_getcpuclockid(child, &clock) != 0 || clock_gettime(clock, &used) != 0) used = {};
  // The limit counts whole seconds of the process's life, so what is used already is rounded up.
  return static_cast<rlim_t>(used.tv_sec) + (used.tv_nsec > 0 ? 1 : 0) + static_cast<rlim_t>(cpu_seconds);
}

}  // namespace

Result<std::unique_ptr<WorkerProcess>> WorkerProcess::start(std::string command) {
  std::array<int, 2> pair{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()) != 0) {
    return fail(Code::io_failed, "no socket for a media worker");
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  // Foreign files choose what decoders print, so nothing of it reaches our log.
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, pair[1], kWorkerSocket);
  posix_spawn_file_actions_addclosefrom_np(&actions, kWorkerSocket + 1);
  std::string program = "darkroom";
  std::string socket = std::to_string(kWorkerSocket);
  std::array<char*, 4> arguments{program.data(), command.data(), socket.data(), nullptr};
  // An empty environment: ours holds secrets.
  std::array<char*, 1> environment{nullptr};
  pid_t child = -1;
  const int failed = posix_spawn(&child, "/proc/self/exe", &actions, nullptr, arguments.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  close(pair[1]);
  if (failed != 0) {
    close(pair[0]);
    return fail(Code::io_failed, "a media worker could not be started");
  }
  auto worker = std::make_unique<WorkerProcess>(child, pair[0]);
  DR_TRY(worker->await_hello());
  return worker;
}

Status WorkerProcess::await_hello() {
  const auto greeted = receive(std::as_writable_bytes(std::span(&hello_, 1)), steady_clock::now() + kStartLimit);
  if (greeted == true) return {};
  return fail(Code::io_failed, "a media worker did not start");
}

bool WorkerProcess::send(std::span<const std::byte> question, std::span<const int> files) {
  DR_CHECK(!files.empty() && files.size() <= kMaxFiles);
  // sendmsg does not write to what it sends, but its type does not say so.
  iovec part{const_cast<std::byte*>(question.data()), question.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kMaxFiles)] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = CMSG_SPACE(files.size_bytes());
  cmsghdr* rights = CMSG_FIRSTHDR(&message);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(files.size_bytes());
  std::memcpy(CMSG_DATA(rights), files.data(), files.size_bytes());
  return sendmsg(socket_, &message, MSG_NOSIGNAL) == static_cast<ssize_t>(question.size());
}

std::optional<bool> WorkerProcess::receive(std::span<std::byte> answer, Moment deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
    if (left.count() <= 0) return std::nullopt;
    pollfd ready{socket_, POLLIN, 0};
    const int count = poll(&ready, 1, static_cast<int>(left.count()));
    if (count == 0) return std::nullopt;
    if (count < 0 && errno == EINTR) continue;
    return count > 0 && recv(socket_, answer.data(), answer.size(), 0) == static_cast<ssize_t>(answer.size());
  }
}

// Set from outside, since the filter keeps the child from changing them.
void WorkerProcess::set_limits(const WorkerLimits& limits) {
  const rlimit cpu{seconds_limit(child_, limits.cpu_seconds), RLIM_INFINITY};
  prlimit(child_, RLIMIT_CPU, &cpu, nullptr);
  const rlimit output{limits.output_bytes, limits.output_bytes};
  prlimit(child_, RLIMIT_FSIZE, &output, nullptr);
  if (hello_.address_space_bytes == 0) return;
  const rlimit memory{hello_.address_space_bytes + limits.memory_bytes, RLIM_INFINITY};
  prlimit(child_, RLIMIT_AS, &memory, nullptr);
}

void WorkerProcess::step_back() {
  constexpr int kNice = 10;
  setpriority(PRIO_PROCESS, static_cast<id_t>(child_), kNice);
}

Broken WorkerProcess::post_mortem() {
  const int status = end(milliseconds(1000));
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return Broken::idle;
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU ? Broken::overrun : Broken::died;
}

int WorkerProcess::end(milliseconds grace) {
  if (child_ < 0) return 0;
  // A dead child keeps its own status: the signal only reaches one that still runs. `grace` bounds the wait for one
  // that closed its socket, since only a well-behaved one is about to end.
  if (const int process = static_cast<int>(syscall(SYS_pidfd_open, child_, 0)); process >= 0) {
    pollfd ended{process, POLLIN, 0};
    poll(&ended, 1, static_cast<int>(grace.count()));
    close(process);
  }
  kill(child_, SIGKILL);
  int status = 0;
  while (waitpid(child_, &status, 0) < 0 && errno == EINTR) {
  }
  child_ = -1;
  close(socket_);
  return status;
}

WorkerPool::WorkerPool(std::string command, std::size_t workers) : command_(std::move(command)), free_places_(workers) {
  DR_CHECK(workers > 0);
}

std::unique_ptr<WorkerProcess> WorkerPool::take_place() {
  std::unique_lock lock(mutex_);
  place_free_.wait(lock, [this] { return free_places_ > 0; });
  --free_places_;
  if (resting_.empty()) return nullptr;
  auto worker = std::move(resting_.back());
  resting_.pop_back();
  return worker;
}

void WorkerPool::leave_place(std::unique_ptr<WorkerProcess> worker) {
  const std::lock_guard lock(mutex_);
  ++free_places_;
  if (worker) resting_.push_back(std::move(worker));
  place_free_.notify_one();
}

std::expected<void, Broken> WorkerPool::ask_bytes(Bytes question, std::span<const int> files,
                                                  const WorkerLimits& limits, std::span<std::byte> answer) {
  std::unique_ptr<WorkerProcess> worker = take_place();
  const auto asked = ask_one(worker, question, files, limits, answer);
  leave_place(std::move(worker));
  return asked;
}

std::expected<void, Broken> WorkerPool::ask_one(std::unique_ptr<WorkerProcess>& worker, Bytes question,
                                                std::span<const int> files, const WorkerLimits& limits,
                                                std::span<std::byte> answer) {
  // A worker may have ended of idleness just now; a fresh one has not.
  for (bool fresh = false;;) {
    if (!worker) {
      auto started = WorkerProcess::start(command_);
      if (!started) return std::unexpected(Broken::not_started);
      worker = std::move(*started);
      fresh = true;
    }
    worker->set_limits(limits);
    std::optional<bool> answered = false;
    const bool sent = worker->send(question, files);
    if (sent)
      answered = worker->receive(answer, steady_clock::now() + std::chrono::seconds(limits.cpu_seconds) + kGrace);
    if (answered == true) return {};
    const Broken broken = !sent ? Broken::idle : answered ? worker->post_mortem() : Broken::overrun;
    worker.reset();
    if (broken == Broken::idle && !fresh) continue;
    return std::unexpected(broken);
  }
}

}  // namespace darkroom::media
