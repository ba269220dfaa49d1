#include "app/config_load.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <utility>

#include "app/nearest.h"
#include "app/upstream_report.h"
#include "base/check.h"

namespace darkroom::app {
namespace {

constexpr std::string_view kSqlite = "sqlite:";
constexpr std::string_view kFile = "file:";

// Of upstreams that are this machine.
constexpr std::uint32_t kLocalConcurrency = 1;
constexpr std::uint32_t kMostLocalConcurrency = 64;
constexpr std::uint32_t kLocalTimeoutSeconds = 3600;

template <class Target>
const ConfigKey<Target>* find_key(const std::vector<ConfigKey<Target>>& keys, std::string_view name) {
  const auto key = std::ranges::find(keys, name, &ConfigKey<Target>::name);
  return key == keys.end() ? nullptr : &*key;
}

}  // namespace

std::string Config::database_path() const {
  return store.url.starts_with(kSqlite) ? store.url.substr(kSqlite.size()) : std::string();
}

std::string Config::media_path() const { return media.url.substr(kFile.size()); }

std::string Config::admin_socket_path() const {
  const std::string database = database_path();
  std::filesystem::path folder(data_dir);
  if (!database.empty()) folder = std::filesystem::path(database).parent_path();
  return (folder / "darkroom.sock").string();
}

std::expected<Config, std::vector<std::string>> ConfigLoader::load() {
  if (const std::string dir = sources_.data_dir.empty() ? variable("DARKROOM_DATA").value_or("") : sources_.data_dir;
      !dir.empty()) {
    config_.data_dir = dir;
    config_.store.url = std::string(kSqlite) + (std::filesystem::path(dir) / "darkroom.db").string();
    config_.media.url = std::string(kFile) + (std::filesystem::path(dir) / "media").string();
  }
  config_.file = sources_.file.empty() ? variable("DARKROOM_CONFIG").value_or("") : sources_.file;
  if (!config_.file.empty()) read_config_file(config_.file, *this);
  read_config_environment(sources_.environment, *this);
  apply_flags();
  add_upstreams_of_environment();
  complete_upstreams();
  check_routes();
  check_console();
  if (!errors_.empty()) return std::unexpected(std::move(errors_));
  return std::move(config_);
}

void ConfigLoader::error(std::string_view where, std::string_view key, std::string_view message) {
  broken_.emplace(key);
  errors_.push_back(key.empty() ? fmt::format("{}: {}", where, message)
                                : fmt::format("{}: {}: {}", where, key, message));
}

void ConfigLoader::warn(std::string_view where, std::string_view key, std::string_view message) {
  config_.warnings.push_back(fmt::format("{}: {}: {}", where, key, message));
}

std::optional<std::string> ConfigLoader::variable(const std::string& name) const {
  const auto found = sources_.environment.find(name);
  if (found == sources_.environment.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

bool ConfigLoader::set(std::string_view key, const ConfigValue& value, std::string_view where,
                       std::string_view origin) {
  const auto* row = find_key(config_keys(), key);
  if (row == nullptr) return false;
  if (const Status read = row->read(config_, value); !read) {
    error(where, key, read.error().message);
  } else {
    config_.origins[row->name] = origin;
  }
  return true;
}

UpstreamConfig& ConfigLoader::declare_upstream(const std::string& name, std::string_view where) {
  const auto [upstream, is_new] = config_.upstreams.try_emplace(name);
  if (is_new) {
    const std::string key = "upstreams." + name;
    places_.emplace(key, where);
    if (!is_upstream_name(name)) {
      error(where, key,
            "the name must be 1 to 32 lower-case letters, digits, '-' or '_', starting with a letter or digit");
    } else if (name == kSandboxUpstream) {
      error(where, key, "this name belongs to the built-in sandbox: choose another");
    }
  }
  return upstream->second;
}

bool ConfigLoader::set_upstream(const std::string& name, std::string_view key, const ConfigValue& value,
                                std::string_view where, std::string_view origin) {
  UpstreamConfig& upstream = declare_upstream(name, where);
  const auto* row = find_key(upstream_keys(), key);
  if (row == nullptr) return false;
  const std::string full_key = fmt::format("upstreams.{}.{}", name, key);
  if (const Status read = row->read(upstream, value); !read) {
    error(where, full_key, read.error().message);
  } else {
    config_.origins[full_key] = origin;
  }
  return true;
}

void ConfigLoader::set_route(const std::string& model, std::vector<std::string> upstreams, std::string_view where,
                             std::string_view origin) {
  const std::string key = "routes." + model;
  if (upstreams.empty()) return error(where, key, "must name at least one upstream");
  config_.routes[model] = std::move(upstreams);
  config_.origins[key] = origin;
  places_[key] = where;
}

std::string ConfigLoader::upstream_of_variable(std::string_view upper_name) const {
  const std::string wanted = "DARKROOM_" + std::string(upper_name);
  for (const auto& [name, upstream] : config_.upstreams) {
    if (variable_name(name) == wanted) return name;
  }
  std::string name(upper_name);
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

void ConfigLoader::apply_flags() {
  for (const FlagValue& flag : sources_.flags) {
    DR_CHECK(set(flag.key, ConfigValue::from_text(flag.value), flag.flag, "flag " + flag.flag));
  }
}

// Nothing said about upstreams: a vendor's own key variable is enough to make that vendor's upstream.
void ConfigLoader::add_upstreams_of_environment() {
  if (!config_.upstreams.empty()) return;
  for (const UpstreamKind& kind : upstream_kinds()) {
    const std::string name(kind.name);
    const std::string variable_with_key(kind.variable);
    if (variable_with_key.empty()) continue;
    if (const auto key = variable(variable_with_key)) {
      const std::string origin = "environment " + variable_with_key;
      set_upstream(name, "kind", ConfigValue(std::string(kind.kind)), variable_with_key, origin);
      set_upstream(name, "api_keys", ConfigValue::from_text(*key), variable_with_key, origin);
    }
  }
}

// The path of a URL, from its first slash on.
static std::string_view path_of(std::string_view url) {
  const std::size_t slash = url.find('/', url.find("://") + 3);
  return slash == std::string_view::npos ? std::string_view() : url.substr(slash);
}

// A host alone stands for the API where the vendor has it on its own host.
static std::string complete_base_url(std::string given, std::string_view usual) {
  if (given.empty()) return std::string(usual);
  if (path_of(given).empty()) given += path_of(usual);
  return given;
}

void ConfigLoader::complete_upstreams() {
  for (auto& [name, upstream] : config_.upstreams) {
    const std::string key = "upstreams." + name;
    const std::string& where = places_.at(key);
    if (upstream.kind.empty()) {
      const auto namesake = std::ranges::find(upstream_kinds(), name, &UpstreamKind::name);
      if (namesake != upstream_kinds().end()) upstream.kind = namesake->kind;
    }
    if (upstream.kind.empty() && !broken_.contains(key + ".kind")) {
      error(where, key + ".kind", "is missing: name the adapter, such as \"gemini\"");
    }
    const UpstreamKind* kind = find_upstream_kind(upstream.kind);
    if (kind) complete_free_calls(name, upstream);
    if (kind && kind->is_local()) {
      complete_local(name, upstream);
      continue;
    }
    if (upstream.api_keys.empty() && !broken_.contains(key + ".api_keys")) {
      error(where, key + ".api_keys", "is missing: an upstream needs at least one key");
    }
    if (kind) upstream.base_url = complete_base_url(std::move(upstream.base_url), kind->base_url);
  }
}

void ConfigLoader::complete_local(const std::string& name, UpstreamConfig& upstream) {
  const std::string& where = places_.at("upstreams." + name);
  const std::string key = fmt::format("upstreams.{}.", name);
  for (const char* setting : {"base_url", "api_keys", "key_concurrency", "requests_per_minute", "polls_per_second"}) {
    if (!config_.origins.contains(key + setting)) continue;
    error(where, key + setting,
          fmt::format("must not be set: an upstream of kind \"{}\" is this machine, without address and keys",
                      upstream.kind));
  }
  if (!config_.origins.contains(key + "concurrency")) upstream.concurrency = kLocalConcurrency;
  if (!config_.origins.contains(key + "timeout_seconds")) upstream.timeout_seconds = kLocalTimeoutSeconds;
  if (upstream.concurrency > kMostLocalConcurrency) {
    error(where, key + "concurrency",
          fmt::format("must be 1 to {} for an upstream that is this machine", kMostLocalConcurrency));
  }
}

// A probe is always free: where the vendor has no free call there is none, rather than a paid one.
void ConfigLoader::complete_free_calls(const std::string& name, UpstreamConfig& upstream) {
  const std::string& where = places_.at("upstreams." + name);
  const std::string key = fmt::format("upstreams.{}.", name);
  const bool can_probe = has_free_call(upstream.kind);
  if (!config_.origins.contains(key + "probe") && can_probe) upstream.probe = engine::ProbePolicy::recovery;
  if (!can_probe && upstream.probe != engine::ProbePolicy::off) {
    error(where, key + "probe",
          fmt::format("must be \"off\": an upstream of kind \"{}\" has no call that is free", upstream.kind));
  }
  const engine::BalanceSource& balance = upstream.balance;
  if (balance.path.empty() && balance.field.empty() && balance.unit.empty()) return;
  const std::initializer_list<std::pair<std::string_view, bool>> parts = {{"balance_path", !balance.path.empty()},
                                                                          {"balance_field", !balance.field.empty()},
                                                                          {"balance_unit", !balance.unit.empty()}};
  for (const auto& [part, is_set] : parts) {
    const std::string full(key + std::string(part));
    if (!can_probe && is_set) {
      error(where, full, fmt::format("must not be set: an upstream of kind \"{}\" is asked nothing", upstream.kind));
    } else if (can_probe && !is_set && !broken_.contains(full)) {
      error(where, full, "is missing: balance_path, balance_field and balance_unit belong together");
    }
  }
}

void ConfigLoader::check_routes() {
  std::vector<std::string> names;
  for (const auto& [name, upstream] : config_.upstreams) names.push_back(name);
  for (const auto& [model, upstreams] : config_.routes) {
    const std::string key = "routes." + model;
    for (const std::string& name : upstreams) {
      if (config_.upstreams.contains(name)) continue;
      const auto nearest = find_nearest(name, names);
      error(places_.at(key), key,
            fmt::format(
                "there is no upstream {}{}", print_toml_string(name),
                nearest ? "; did you mean " + print_toml_string(*nearest) + "?" : ": add [upstreams." + name + "]"));
    }
  }
}

void ConfigLoader::check_console() {
  const bool has_email = !config_.console.operator_email.empty();
  if (has_email == !config_.console.operator_password.empty()) return;
  const std::string present = has_email ? "console.operator_email" : "console.operator_password";
  const std::string missing = has_email ? "console.operator_password" : "console.operator_email";
  if (broken_.contains(missing)) return;
  error(config_.origins[present], missing, fmt::format("is missing: {} is set", present));
}

std::expected<Config, std::vector<std::string>> load_config(const ConfigSources& sources) {
  return ConfigLoader(sources).load();
}

std::map<std::string, std::string> process_environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

}  // namespace darkroom::app
