#include "app/cli.h"

#include <fmt/format.h>

#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "app/command_line.h"
#include "app/commands.h"
#include "app/config_load.h"
#include "app/generate.h"
#include "app/route_check.h"
#include "app/wire.h"
#include "catalog/catalog.h"
#include "media/enhance.h"
#include "media/film_probe.h"
#include "media/probe.h"

namespace darkroom::app {
namespace {

int print_mistakes(const std::vector<std::string>& mistakes, Terminal& terminal) {
  for (const std::string& mistake : mistakes) terminal.err << mistake << '\n';
  return kFailed;
}

// The catalogue has its say too, however much is wrong with the rest.
std::vector<std::string> add_mistakes_of_routes(std::vector<std::string> mistakes, const Config& so_far) {
  const auto catalog = catalog::load_catalog(so_far.catalog.dir);
  const std::vector<std::string> more = catalog ? check_routes(so_far, *catalog) : catalog.error();
  mistakes.insert(mistakes.end(), more.begin(), more.end());
  return mistakes;
}

// `config check` looks at the catalogue too, since routes name its models.
int check_config(const Config& config, Terminal& terminal) {
  const auto catalog = catalog::load_catalog(config.catalog.dir);
  if (!catalog) return print_mistakes(catalog.error(), terminal);
  const auto mistakes = check_routes(config, *catalog);
  if (!mistakes.empty()) return print_mistakes(mistakes, terminal);
  terminal.out << "ok\n";
  return kDone;
}

int run_command(const CommandLine& line, Terminal& terminal) {
  if (line.command == "version") {
    terminal.out << "darkroom " DARKROOM_VERSION "\n";
    return kDone;
  }
  if (line.command == "media-worker") return media::run_media_worker(line.worker_fd);
  if (line.command == "film-worker") return media::run_film_worker(line.worker_fd);
  if (line.command == "enhance-worker") return media::run_enhance_worker(line.worker_fd);
  if (line.command == "sandbox") return run_sandbox(line.listen);

  ConfigSources sources{
      .file = line.config_file, .data_dir = line.data_dir, .flags = line.flags, .environment = process_environment()};
  if (line.command == "generate") return run_generate(line, sources.environment, terminal);
  if (line.command == "doctor") return run_doctor(line, sources, terminal);

  ConfigLoader loader(sources);
  const auto config = loader.load();
  if (!config) return print_mistakes(add_mistakes_of_routes(config.error(), loader.so_far()), terminal);
  for (const std::string& warning : config->warnings) terminal.err << "warning: " << warning << '\n';
  if (line.command == "serve") return run_serve(*config);
  if (line.command == "config check") return check_config(*config, terminal);
  if (line.command == "config print") {
    terminal.out << print_config(*config);
    return kDone;
  }
  // The others are short: only what goes wrong is worth a log line.
  log::configure(log::Level::warn, config->log.format);
  if (line.command == "models list") return run_models_list(line, *config, terminal);
  if (line.command == "models check") return run_models_check(*config, terminal);
  return run_administration(line, *config, terminal);
}

}  // namespace

int run(int argc, char** argv) {
  Terminal terminal = Terminal::of_process();
  try {
    const auto line = parse_command_line(std::vector<std::string>(argv + 1, argv + argc));
    if (line) return run_command(*line, terminal);
    (line.error().exit_code == kDone ? terminal.out : terminal.err) << line.error().text;
    return line.error().exit_code;
  } catch (const std::exception& problem) {
    terminal.err << fmt::format("darkroom: {}\n", problem.what());
    return kFailed;
  }
}

}  // namespace darkroom::app
