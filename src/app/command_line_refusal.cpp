#include "app/command_line_refusal.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>

#include "app/nearest.h"
#include "app/terminal.h"

namespace darkroom::app {
namespace {

// What may have been meant by the first word that this command does not know.
std::string suggest(const CLI::App* app, const std::vector<std::string>& arguments, std::size_t used,
                    std::string& unknown) {
  const auto subcommands = app->get_subcommands([](const CLI::App* sub) { return !sub->get_group().empty(); });
  std::vector<std::string> known;
  if (!subcommands.empty()) {
    if (used >= arguments.size() || arguments[used].starts_with('-')) return {};
    for (const CLI::App* sub : subcommands) known.push_back(sub->get_name());
    unknown = fmt::format("unknown command \"{}\"", arguments[used]);
    return find_nearest(arguments[used], known).value_or("");
  }
  for (const CLI::Option* option : app->get_options()) {
    for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  }
  for (std::size_t i = used; i < arguments.size(); ++i) {
    const std::string word = arguments[i].substr(0, arguments[i].find('='));
    if (!word.starts_with("--") || word == "--" || std::ranges::find(known, word) != known.end()) continue;
    unknown = fmt::format("unknown flag {}", word);
    return find_nearest(word, known).value_or("");
  }
  return {};
}

}  // namespace

const CLI::App* innermost(const CLI::App* app, const std::vector<std::string>& arguments, std::size_t& used) {
  used = 0;
  for (const std::string& word : arguments) {
    const CLI::App* next = nullptr;
    for (const CLI::App* candidate : app->get_subcommands([](const CLI::App*) { return true; })) {
      if (candidate->get_name() == word) next = candidate;
    }
    if (next == nullptr) break;
    app = next;
    ++used;
  }
  return app;
}

ParseOutcome refuse(const CLI::App& root, const std::vector<std::string>& arguments, const std::string& problem) {
  std::size_t used = 0;
  const CLI::App* app = innermost(&root, arguments, used);
  std::string path = "darkroom";
  for (std::size_t i = 0; i < used; ++i) path += " " + arguments[i];
  std::string unknown;
  const std::string nearest = suggest(app, arguments, used, unknown);
  std::string text = fmt::format("{}: {}", path, unknown.empty() ? problem : unknown);
  if (!nearest.empty()) text += fmt::format("; did you mean \"{}\"?", nearest);
  text += fmt::format("\nTry `{} --help`.\n", path);
  return {.text = std::move(text), .exit_code = kWrongUsage};
}

}  // namespace darkroom::app
