#include "app/wire.h"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <iostream>
#include <thread>

#include "app/gateway.h"
#include "app/terminal.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "sandbox/server.h"

namespace darkroom::app {
namespace {

// Blocks the signals that end the program in this thread and all that it starts, so that wait() alone receives them.
class EndSignals {
 public:
  EndSignals() {
    std::signal(SIGPIPE, SIG_IGN);  // a client that has gone is an error of one write
    std::signal(SIGXFSZ, SIG_IGN);  // a full disk likewise
    sigemptyset(&set_);
    sigaddset(&set_, SIGTERM);
    sigaddset(&set_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  }
  // Which of them has come.
  int wait() const {
    int signal = 0;
    sigwait(&set_, &signal);
    return signal;
  }
  // The second signal ends the program at once; what it had acknowledged is durable.
  void end_at_the_next() const {
    std::thread([set = set_] {
      int signal = 0;
      sigwait(&set, &signal);
      log::flush();
      _exit(kFailed);
    }).detach();
  }

 private:
  sigset_t set_{};
};

// Connections and transfers are bounded by names of our own, not by the shell's default.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int exit_code_of(const Error& error) {
  return error.code == Code::bad_config || error.code == Code::internal ? kFailed : kUnreachable;
}

}  // namespace

int run_serve(const Config& config) {
  const EndSignals signals;  // first, so that every thread inherits the blocked set
  log::configure(config.log.level, config.log.format);
  raise_descriptor_limit();
  ::umask(0077);  // the store holds prompts: nobody else's business
  Gateway gateway(config);
  if (const Status started = gateway.start(); !started) {
    log::flush();
    std::cerr << "darkroom: " << started.error().message << '\n';
    return exit_code_of(started.error());
  }
  log::flush();
  if (config.upstreams.empty()) std::cerr << "no upstream is configured: every route goes to the sandbox\n";
  if (const std::string link = gateway.setup_link(); !link.empty()) std::cerr << "set up the console: " << link << '\n';
  std::cerr << "listening on " << gateway.url() << std::endl;
  // Ctrl-C comes from a terminal, where no balancer is in front that would have to see first that we are not ready.
  const seconds until_stop(signals.wait() == SIGTERM ? config.server.balancer_seconds : 0);
  signals.end_at_the_next();
  log::info("draining", {{"balancer_seconds", until_stop.count()}, {"seconds", config.server.drain_seconds}});
  gateway.start_draining(until_stop);
  std::this_thread::sleep_for(until_stop);
  gateway.stop();
  log::info("stopped");
  log::flush();
  return 0;
}

int run_sandbox(std::string listen) {
  const EndSignals signals;
  log::configure(log::Level::info, log::Format::automatic);
  raise_descriptor_limit();
  SystemClock clock;
  SystemRandom random;
  sandbox::Sandbox sandbox(clock, random);
  if (const Status started = sandbox.start(listen); !started) {
    std::cerr << "darkroom: " << started.error().message << '\n';
    return kUnreachable;
  }
  std::cerr << "listening on " << sandbox.url() << std::endl;
  signals.wait();
  sandbox.stop();
  log::flush();
  return 0;
}

}  // namespace darkroom::app
