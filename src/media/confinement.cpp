#include "media/confinement.h"

#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cerrno>
#include <cstdint>
#include <memory>

namespace darkroom::media {
namespace {

constexpr rlim_t kOpenFiles = 16;  // stdin, stdout, stderr, the socket, one picture, and room

// What decoding needs: memory, locks, clocks, the parent's socket, and an end.
constexpr int kAllowed[] = {
    SCMP_SYS(read),
    SCMP_SYS(pread64),
    SCMP_SYS(recvmsg),
    SCMP_SYS(sendmsg),
    SCMP_SYS(close),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(brk),
    SCMP_SYS(futex),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(getrandom),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(sched_yield),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(rseq),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(sched_getaffinity),
};
// What the sanitizers' runtimes need: to ask whether memory can be read, and to wait in their own thread. A build with
// them is for tests only.
constexpr int kRuntimeNeeds[] = {SCMP_SYS(pipe), SCMP_SYS(pipe2), SCMP_SYS(write), SCMP_SYS(nanosleep)};
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint32_t kRuntimeNeedsAction = SCMP_ACT_ALLOW;
#else
constexpr std::uint32_t kRuntimeNeedsAction = SCMP_ACT_ERRNO(EACCES);
#endif
// What libraries try and can do without: they get EACCES instead of an end.
constexpr int kRefused[] = {
    SCMP_SYS(open),        SCMP_SYS(openat),      SCMP_SYS(access), SCMP_SYS(faccessat),    SCMP_SYS(faccessat2),
    SCMP_SYS(readlink),    SCMP_SYS(readlinkat),  SCMP_SYS(stat),   SCMP_SYS(statx),        SCMP_SYS(newfstatat),
    SCMP_SYS(writev),      SCMP_SYS(ioctl),       SCMP_SYS(prctl),  SCMP_SYS(rt_sigaction), SCMP_SYS(sysinfo),
    SCMP_SYS(getpriority), SCMP_SYS(setpriority),
};

struct ReleaseFilter {
  void operator()(void* filter) const { seccomp_release(filter); }
};

Status limit(__rlimit_resource_t resource, rlim_t value) {
  const rlimit both{value, value};
  if (setrlimit(resource, &both) != 0) return fail(Code::io_failed, "the media worker could not lower a limit");
  return {};
}

Status install_filter(Rights rights) {
  const std::unique_ptr<void, ReleaseFilter> filter(seccomp_init(SCMP_ACT_KILL_PROCESS));
  if (!filter) return fail(Code::io_failed, "the media worker has no system-call filter");
  int failed = 0;
  for (const int call : kAllowed) failed |= seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 0);
  for (const int call : kRuntimeNeeds) failed |= seccomp_rule_add(filter.get(), kRuntimeNeedsAction, call, 0);
  for (const int call : kRefused) failed |= seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EACCES), call, 0);
  if (rights == Rights::compute_and_write) {
    failed |= seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(pwrite64), 0);
  }
  // Memory may be mapped, but never as code.
  for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)}) {
    failed |= seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
  }
  // Decoders may use threads, which stay under this filter; never processes. clone3 hides its flags behind a pointer,
  // so it is said not to exist and the C library takes clone.
  failed |= seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                             SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
  failed |= seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
  if (failed != 0 || seccomp_load(filter.get()) != 0) {
    return fail(Code::io_failed, "the media worker could not install its system-call filter");
  }
  return {};
}

}  // namespace

Status confine_this_process(Rights rights) {
  DR_TRY(limit(RLIMIT_NOFILE, kOpenFiles));
  if (rights == Rights::compute) DR_TRY(limit(RLIMIT_FSIZE, 0));
  DR_TRY(limit(RLIMIT_CORE, 0));
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return fail(Code::io_failed, "the media worker could not give up its rights");
  }
  return install_filter(rights);
}

}  // namespace darkroom::media
