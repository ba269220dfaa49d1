// CommandLine: what the user asked for, taken apart and checked for shape.
// Threads: a plain value. Parsing prints nothing: help and refusals come back as text with their exit code.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "app/config.h"

namespace darkroom::app {

struct GenerateOptions {
  std::string prompt;
  std::string resume;  // a task to wait for instead of a new one
  std::string model = "gemini-2.5-flash-image-preview";
  std::string size;  // empty: the model's default, as for resolution
  std::string resolution;
  std::optional<std::uint32_t> count;  // n
  std::vector<std::string> images;     // URLs of references
  std::vector<std::string> params;     // "name=value"
  std::string file;                    // -o
  std::string server;                  // empty: DARKROOM_URL, else http://127.0.0.1:8080
  std::string key;                     // empty: DARKROOM_API_KEY
};

struct CommandLine {
  std::string command;  // "serve", "keys create", …
  std::string config_file;
  std::string data_dir;
  std::vector<FlagValue> flags;  // of serve, for the configuration
  bool json = false;

  std::string account;
  bool test = false;
  std::string name;
  std::string models;  // comma-separated
  std::string credits;
  // Limits of a key, as they were written; "none" lifts one.
  std::optional<std::string> requests_per_minute, concurrent_tasks, monthly_credits, allow_from;
  std::optional<std::chrono::seconds> expires;
  std::string id;      // of a key or task, the name of an upstream, or a user's e-mail
  std::string weight;  // a number, or "default"
  std::string probe;   // "off", "recovery" or "always"
  bool undo = false;
  std::uint32_t limit = 20;
  std::string listen = "127.0.0.1:8081";  // of sandbox
  int worker_fd = -1;                     // of the media workers
  GenerateOptions generate;
};

struct ParseOutcome {
  std::string text;  // help for `out`, a refusal for `err`
  int exit_code = 0;
};

// `arguments` without the program's name.
std::expected<CommandLine, ParseOutcome> parse_command_line(const std::vector<std::string>& arguments);

}  // namespace darkroom::app
