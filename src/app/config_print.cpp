#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/config.h"
#include "app/config_keys.h"

namespace darkroom::app {
namespace {

class Printer {
 public:
  explicit Printer(const Config& config) : config_(config) {}

  std::string print() {
    out_ = "# The configuration in effect. Flags win, then the environment, then the file. Secrets are masked.\n";
    std::string section;
    for (const auto& key : config_keys()) {
      const std::size_t dot = key.name.find('.');
      if (section != key.name.substr(0, dot)) {
        section = key.name.substr(0, dot);
        out_ += fmt::format("\n[{}]\n", section);
      }
      line(key.name.substr(dot + 1), key.print(config_), key.name);
    }
    for (const auto& [name, upstream] : config_.upstreams) {
      out_ += fmt::format("\n[upstreams.{}]\n", name);
      for (const auto& key : upstream_keys()) {
        line(key.name, key.print(upstream), fmt::format("upstreams.{}.{}", name, key.name));
      }
    }
    if (config_.upstreams.empty()) out_ += "\n# No upstreams: every route goes to the sandbox.\n";
    if (!config_.routes.empty()) out_ += "\n[routes]\n";
    for (const auto& [model, upstreams] : config_.routes) {
      std::vector<std::string> quoted;
      for (const std::string& name : upstreams) quoted.push_back(print_toml_string(name));
      line(print_toml_string(model), fmt::format("[{}]", fmt::join(quoted, ", ")), "routes." + model);
    }
    return std::move(out_);
  }

 private:
  void line(std::string_view key, const std::string& value, const std::string& full_key) {
    const auto origin = config_.origins.find(full_key);
    fmt::format_to(std::back_inserter(out_), "{:<48}  # {}\n", fmt::format("{} = {}", key, value),
                   origin == config_.origins.end() ? "default" : origin->second);
  }

  const Config& config_;
  std::string out_;
};

}  // namespace

std::string print_config(const Config& config) { return Printer(config).print(); }

json::array list_settings(const Config& config) {
  json::array settings;
  const auto add = [&](const std::string& key, const std::string& value) {
    const auto origin = config.origins.find(key);
    const std::string source = origin == config.origins.end() ? "default" : origin->second;
    settings.push_back(json::object{{"key", key}, {"value", value}, {"source", source}});
  };
  for (const auto& key : config_keys()) add(key.name, key.print(config));
  for (const auto& [name, upstream] : config.upstreams) {
    for (const auto& key : upstream_keys()) add(fmt::format("upstreams.{}.{}", name, key.name), key.print(upstream));
  }
  for (const auto& [model, upstreams] : config.routes) {
    add("routes." + model, print_toml_string(fmt::format("{}", fmt::join(upstreams, ", "))));
  }
  return settings;
}

}  // namespace darkroom::app
