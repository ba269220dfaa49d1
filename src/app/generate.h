// `darkroom generate`: a client of any darkroom server: submits, shows progress, saves the pictures. Its pure parts
// stand here for the tests. Threads: one, until the task has ended or Ctrl-C. Gives the program's exit code.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "app/command_line.h"
#include "app/terminal.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"

namespace darkroom::app {

int run_generate(const CommandLine& line, const std::map<std::string, std::string>& environment, Terminal& terminal);

// The body of the submit. A --param's value is JSON where it is a number, true, false, null, a list or a quoted string,
// else a plain string.
Result<json::object> make_submit_body(const GenerateOptions& options);

// How long to wait before poll number `poll` (from 0), `elapsed` after the submit: 0.3 s at first, then longer and
// longer.
milliseconds poll_delay(int poll, milliseconds elapsed);

// Where output `index` of `count` is saved. `file` is what -o says: empty, or a folder with a slash at its end, for the
// task's id; `content_type` gives the extension where the name has none.
std::string output_path(const std::string& file, const std::string& task, std::size_t index, std::size_t count,
                        std::string_view content_type);

}  // namespace darkroom::app
