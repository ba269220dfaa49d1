#include "media/probe.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <ctime>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/log.h"
#include "media/worker_wire.h"

namespace darkroom::media {
namespace {

using std::chrono::steady_clock;

constexpr int kWorkerSocket = 3;                         // the descriptor that a worker is born with
constexpr std::chrono::milliseconds kStartLimit{10000};  // from exec to its hello
constexpr std::chrono::milliseconds kGrace{2000};        // wall time beyond the CPU limit

// How a conversation with a worker can break.
enum class Broken : std::uint8_t {
  idle,     // it had ended by itself before it saw the question: another one may try
  died,     // it ended over this picture: crash, filter, memory
  overrun,  // it used up its time
};

rlim_t seconds_limit(pid_t child, int cpu_seconds) {
  clockid_t clock = 0;
  timespec used{};
  if (clock_getcpuclockid(child, &clock) != 0 || clock_gettime(clock, &used) != 0) used = {};
  // The limit counts whole seconds of the process's life, so what is used already is rounded up.
  return static_cast<rlim_t>(used.tv_sec) + (used.tv_nsec > 0 ? 1 : 0) + static_cast<rlim_t>(cpu_seconds);
}

// One child process and our end of its socket. Ends the child when it goes.
class Worker {
 public:
  static Result<std::unique_ptr<Worker>> start();
  Worker(pid_t child, int socket) : child_(child), socket_(socket) {}
  ~Worker() { end(std::chrono::milliseconds(0)); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  std::expected<Answer, Broken> ask(int fd, std::uint64_t file_bytes, const ProbeLimits& limits);

 private:
  Status await_hello();
  bool send(int fd, const Question& question);
  // Waits for one packet; nullopt when the deadline has come. False: the other end is closed.
  template <class Packet>
  std::optional<bool> receive(Packet& packet, steady_clock::time_point deadline);
  void set_limits(const ProbeLimits& limits);
  // Gives the child `grace` to end by itself, kills it if it still lives, collects it; gives its wait status.
  int end(std::chrono::milliseconds grace);

  pid_t child_;
  int socket_;
  Hello hello_;
};

Result<std::unique_ptr<Worker>> Worker::start() {
  std::array<int, 2> pair{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()) != 0) {
    return fail(Code::io_failed, "no socket for a media worker");
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  // Foreign pictures choose what decoders print, so nothing of it reaches our log.
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, pair[1], kWorkerSocket);
  posix_spawn_file_actions_addclosefrom_np(&actions, kWorkerSocket + 1);
  std::string program = "darkroom";
  std::string command = "media-worker";
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
  auto worker = std::make_unique<Worker>(child, pair[0]);
  DR_TRY(worker->await_hello());
  return worker;
}

Status Worker::await_hello() {
  // Not before this does a foreign byte reach the child: from here on it is confined.
  const auto greeted = receive(hello_, steady_clock::now() + kStartLimit);
  if (greeted == true) return {};
  return fail(Code::io_failed, "a media worker did not start");
}

std::expected<Answer, Broken> Worker::ask(int fd, std::uint64_t file_bytes, const ProbeLimits& limits) {
  set_limits(limits);
  const Question question{file_bytes, limits.pixels, limits.accept_gif};
  if (!send(fd, question)) return std::unexpected(Broken::idle);
  Answer answer;
  const auto heard = receive(answer, steady_clock::now() + std::chrono::seconds(limits.cpu_seconds) + kGrace);
  if (!heard) return std::unexpected(Broken::overrun);
  if (*heard) return answer;
  const int status = end(std::chrono::milliseconds(1000));
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return std::unexpected(Broken::idle);
  const bool out_of_time = WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU;
  return std::unexpected(out_of_time ? Broken::overrun : Broken::died);
}

bool Worker::send(int fd, const Question& question) {
  Question copy = question;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  iovec part{&copy, sizeof(copy)};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  cmsghdr* rights = CMSG_FIRSTHDR(&message);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(rights), &fd, sizeof(int));
  return sendmsg(socket_, &message, MSG_NOSIGNAL) == sizeof(copy);
}

template <class Packet>
std::optional<bool> Worker::receive(Packet& packet, steady_clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
    if (left.count() <= 0) return std::nullopt;
    pollfd ready{socket_, POLLIN, 0};
    const int count = poll(&ready, 1, static_cast<int>(left.count()));
    if (count == 0) return std::nullopt;
    if (count < 0 && errno == EINTR) continue;
    return count > 0 && recv(socket_, &packet, sizeof(packet), 0) == sizeof(packet);
  }
}

// Set from outside, since the filter keeps the child from changing them.
void Worker::set_limits(const ProbeLimits& limits) {
  const rlimit cpu{seconds_limit(child_, limits.cpu_seconds), RLIM_INFINITY};
  prlimit(child_, RLIMIT_CPU, &cpu, nullptr);
  if (hello_.address_space_bytes == 0) return;
  const rlimit memory{hello_.address_space_bytes + limits.memory_bytes, RLIM_INFINITY};
  prlimit(child_, RLIMIT_AS, &memory, nullptr);
}

int Worker::end(std::chrono::milliseconds grace) {
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

class ConfinedProber final : public Prober {
 public:
  explicit ConfinedProber(std::size_t workers) : free_places_(workers) { DR_CHECK(workers > 0); }

  Result<Picture> probe(int fd, const ProbeLimits& limits) override;

 private:
  // A worker that rested, or nothing if one has to be started; waits while all places are taken.
  std::unique_ptr<Worker> take_place();
  // `worker` may be nothing: then the place alone is given back.
  void leave_place(std::unique_ptr<Worker> worker);
  Result<Picture> probe_with(std::unique_ptr<Worker>& worker, int fd, std::uint64_t file_bytes,
                             const ProbeLimits& limits);

  std::mutex mutex_;
  std::condition_variable place_free_;
  std::size_t free_places_;
  std::vector<std::unique_ptr<Worker>> resting_;
};

std::unique_ptr<Worker> ConfinedProber::take_place() {
  std::unique_lock lock(mutex_);
  place_free_.wait(lock, [this] { return free_places_ > 0; });
  --free_places_;
  if (resting_.empty()) return nullptr;
  auto worker = std::move(resting_.back());
  resting_.pop_back();
  return worker;
}

void ConfinedProber::leave_place(std::unique_ptr<Worker> worker) {
  const std::lock_guard lock(mutex_);
  ++free_places_;
  if (worker) resting_.push_back(std::move(worker));
  place_free_.notify_one();
}

Result<Picture> ConfinedProber::probe(int fd, const ProbeLimits& limits) {
  struct stat file{};
  if (fstat(fd, &file) != 0 || !S_ISREG(file.st_mode)) return fail(Code::io_failed, "the picture is not an open file");
  const auto file_bytes = static_cast<std::uint64_t>(file.st_size);
  std::unique_ptr<Worker> worker = take_place();
  auto picture = probe_with(worker, fd, file_bytes, limits);
  leave_place(std::move(worker));
  return picture;
}

Result<Picture> checked(const Answer& answer, const ProbeLimits& limits) {
  // The child read hostile bytes, so its word is checked like anyone's.
  if (static_cast<std::uint8_t>(answer.verdict) >= kVerdicts) return fail(Code::bad_media, "the picture is damaged");
  if (answer.verdict != Verdict::ok) return fail(Code::bad_media, sentence(answer.verdict, "picture"));
  const std::uint64_t pixels = std::uint64_t{answer.width_pixels} * answer.height_pixels;
  const bool credible = answer.format <= Format::gif && pixels > 0 && pixels <= limits.pixels;
  if (!credible) return fail(Code::bad_media, "the picture is damaged");
  return Picture{answer.format, answer.width_pixels, answer.height_pixels};
}

Result<Picture> ConfinedProber::probe_with(std::unique_ptr<Worker>& worker, int fd, std::uint64_t file_bytes,
                                           const ProbeLimits& limits) {
  // A worker may have ended of idleness just now; a fresh one has not.
  for (bool fresh = false;;) {
    if (!worker) {
      auto started = Worker::start();
      if (!started) return fail(std::move(started.error()));
      worker = std::move(*started);
      fresh = true;
    }
    const auto answer = worker->ask(fd, file_bytes, limits);
    if (answer) return checked(*answer, limits);
    worker.reset();
    if (answer.error() == Broken::idle && !fresh) continue;
    log::warn("media_worker_lost", {{"overrun", answer.error() == Broken::overrun}, {"file_bytes", file_bytes}});
    if (answer.error() == Broken::overrun) return fail(Code::bad_media, "the picture takes too long to decode");
    return fail(Code::bad_media, "the picture cannot be decoded within its limits");
  }
}

}  // namespace

std::unique_ptr<Prober> make_confined_prober(std::size_t workers) { return std::make_unique<ConfinedProber>(workers); }

}  // namespace darkroom::media
