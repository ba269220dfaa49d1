// The commands of the program, apart from those that run a server (wire.h) and `generate` (generate.h). Data goes to
// `terminal.out`, talk to `terminal.err`.
// Threads: one. Each returns the program's exit code.
#pragma once

#include "app/command_line.h"
#include "app/config.h"
#include "app/terminal.h"

namespace darkroom::app {

// keys, credits, tasks and ledger: through Administration.
int run_administration(const CommandLine& line, const Config& config, Terminal& terminal);

int run_models_list(const CommandLine& line, const Config& config, Terminal& terminal);
int run_models_check(const Config& config, Terminal& terminal);

int run_doctor(const CommandLine& line, const ConfigSources& sources, Terminal& terminal);

}  // namespace darkroom::app
