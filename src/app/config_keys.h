// The table of configuration keys: name, how a value is read into the Config and how it is printed. Adding a setting is
// one line here and one paragraph in docs/CONFIGURATION.md (a test compares the two). Threads: the tables are
// immutable. A reader fails with Code::bad_config and what is allowed.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/config.h"
#include "app/config_value.h"
#include "base/result.h"

namespace darkroom::app {

template <class Target>
struct ConfigKey {
  std::string name;  // "server.listen"; of an upstream: "base_url"
  std::function<Status(Target&, const ConfigValue&)> read;
  std::function<std::string(const Target&)> print;  // as a TOML value, secrets masked
  bool is_secret = false;  // has a _FILE variable, and ${NAME} in the file reads the environment
};

// All keys but those of [upstreams.<name>] and [routes], in the order of the documentation.
const std::vector<ConfigKey<Config>>& config_keys();
const std::vector<ConfigKey<UpstreamConfig>>& upstream_keys();

// The sections of the file: "server", …, "upstreams", "routes".
const std::vector<std::string>& config_sections();

// "server.listen" -> "DARKROOM_SERVER_LISTEN"; an upstream's '-' becomes '_' too.
std::string variable_name(std::string_view key);

// What an upstream of a kind is when nothing else is said.
struct UpstreamKind {
  std::string_view kind;
  std::string_view name;      // of the upstream that stands for it without [upstreams]
  std::string_view base_url;  // its path is also that of a base_url that is set without one; empty: it has no address
  std::string_view variable;  // whose presence makes that upstream; may be empty
  // The work is done on this machine: no address, no keys, and a slot is worth two cores.
  bool is_local() const { return base_url.empty(); }
};
std::span<const UpstreamKind> upstream_kinds();
// nullptr if there is none.
const UpstreamKind* find_upstream_kind(std::string_view kind);

// One to 32 lower-case letters, digits, '-' and '_', starting with a letter or digit.
bool is_upstream_name(std::string_view name);

}  // namespace darkroom::app
