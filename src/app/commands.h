// The commands of the program, apart from those that run a server (wire.h) and `generate` (generate.h). Data goes to
// `terminal.out`, talk to `terminal.err`.
// Threads: one. Each returns the program's exit code.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "app/administration.h"
#include "app/command_line.h"
#include "app/config.h"
#include "app/terminal.h"

namespace darkroom::app {

// keys, credits, tasks, ledger, users and audit: through Administration.
int run_administration(const CommandLine& line, const Config& config, Terminal& terminal);

// The commands about the console's people. `call` asks the administration and says what failed.
class UsersCommand {
 public:
  using Call = std::function<std::optional<json::object>(const std::string& method, const std::string& target,
                                                         const std::string& body)>;
  static constexpr int kFailedCall = -1;  // the caller knows which exit code that is

  UsersCommand(const CommandLine& line, Call call, Terminal& terminal)
      : line_(line), call_(std::move(call)), terminal_(terminal) {}
  int run();

 private:
  int list();
  int invite();
  int change(const char* member, const char* done, const char* undone);
  int verify();

  const CommandLine& line_;
  Call call_;
  Terminal& terminal_;
};

int run_models_list(const CommandLine& line, const Config& config, Terminal& terminal);
int run_models_check(const Config& config, Terminal& terminal);

int run_doctor(const CommandLine& line, const ConfigSources& sources, Terminal& terminal);

}  // namespace darkroom::app
