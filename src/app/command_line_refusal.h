// What is said to a command line that cannot be understood: the command it went wrong at, and the nearest known word.
// Threads: no state.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "app/command_line.h"

namespace CLI {
class App;
}

namespace darkroom::app {

// The innermost command that the arguments name, however they go on; `used`: how many of them name it.
const CLI::App* innermost(const CLI::App* app, const std::vector<std::string>& arguments, std::size_t& used);
ParseOutcome refuse(const CLI::App& root, const std::vector<std::string>& arguments, const std::string& problem);

}  // namespace darkroom::app
