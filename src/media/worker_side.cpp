#include "media/worker_side.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <memory>

namespace darkroom::media {
namespace {

// The address space in use now, so that the parent can allow a file that much more.
std::uint64_t address_space_bytes() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return 0;  // The sanitizers' shadow is terabytes of address space.
#else
  const std::unique_ptr<FILE, int (*)(FILE*)> statm(std::fopen("/proc/self/statm", "re"), &std::fclose);
  unsigned long long pages = 0;
  if (!statm || std::fscanf(statm.get(), "%llu", &pages) != 1) return 0;
  return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
#endif
}

}  // namespace

Mapping::Mapping(int fd, std::uint64_t size, Access access) : size_(static_cast<std::size_t>(size)) {
  if (size_ == 0) return;
  void* at = access == Access::read ? mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd, 0)
                                    : mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (at != MAP_FAILED) at_ = static_cast<std::uint8_t*>(at);
}

Mapping::~Mapping() {
  if (at_) munmap(at_, size_);
}

void Files::clear() {
  while (count_ > 0) close(fds_[--count_]);
}

bool begin_worker(int socket, const char* name) {
  const timeval idle{kIdleSeconds, 0};
  if (setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &idle, sizeof(idle)) != 0) return false;
  prctl(PR_SET_NAME, name);
  return true;
}

bool confine_worker(int socket, Rights rights) {
  const Hello hello{address_space_bytes()};
  return confine_this_process(rights) && give_answer(socket, std::as_bytes(std::span(&hello, 1)));
}

bool take_question(int socket, std::span<std::byte> question, Files& files) {
  files.clear();
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kMaxFiles)];
  iovec part{question.data(), question.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) != static_cast<ssize_t>(question.size())) return false;
  const cmsghdr* rights = CMSG_FIRSTHDR(&message);
  if (!rights || rights->cmsg_type != SCM_RIGHTS) return false;
  const std::size_t count = (rights->cmsg_len - CMSG_LEN(0)) / sizeof(int);
  for (std::size_t i = 0; i < count && i < kMaxFiles; ++i) {
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(rights) + i * sizeof(int), sizeof(int));
    files.add(fd);
  }
  return count > 0;
}

bool give_answer(int socket, std::span<const std::byte> answer) {
  // sendmsg does not write to what it sends, but its type does not say so.
  iovec part{const_cast<std::byte*>(answer.data()), answer.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  return sendmsg(socket, &message, MSG_NOSIGNAL) == static_cast<ssize_t>(answer.size());
}

}  // namespace darkroom::media
