// ConfigLoader: one load of the configuration, source after source, collecting every error on the way.
// Threads: one, once. The three readers stand in config_file.cpp, config_environment.cpp and config_load.cpp.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "app/config.h"
#include "app/config_keys.h"

namespace darkroom::app {

class ConfigLoader {
 public:
  explicit ConfigLoader(const ConfigSources& sources) : sources_(sources) {}
  std::expected<Config, std::vector<std::string>> load();

  // For the readers. `where` is a place such as "darkroom.toml:3:9", "DARKROOM_SERVER_LISTEN" or "--listen".
  void error(std::string_view where, std::string_view key, std::string_view message);
  void warn(std::string_view where, std::string_view key, std::string_view message);
  // The value of a variable; nothing if it is unset or empty.
  std::optional<std::string> variable(const std::string& name) const;
  // A key of a section ("server.listen"). False if there is no such key.
  bool set(std::string_view key, const ConfigValue& value, std::string_view where, std::string_view origin);
  // The same for a key of an upstream, which comes into being by its first key.
  bool set_upstream(const std::string& name, std::string_view key, const ConfigValue& value, std::string_view where,
                    std::string_view origin);
  // An upstream that is named, even if no key of it is right: later messages must not call it unknown.
  UpstreamConfig& declare_upstream(const std::string& name, std::string_view where);
  void set_route(const std::string& model, std::vector<std::string> upstreams, std::string_view where,
                 std::string_view origin);
  // The declared upstream whose variables start with the same name; else the name itself in lower case.
  std::string upstream_of_variable(std::string_view upper_name) const;

  // After load() has failed: what could be read.
  const Config& so_far() const { return config_; }

 private:
  void apply_flags();
  void complete_upstreams();
  void complete_local(const std::string& name, UpstreamConfig& upstream);
  void complete_free_calls(const std::string& name, UpstreamConfig& upstream);
  void add_upstreams_of_environment();
  void check_routes();
  void check_console();

  const ConfigSources& sources_;
  Config config_;
  std::map<std::string, std::string> places_;  // of upstreams and routes, for the messages of the last checks
  std::set<std::string> broken_;               // keys that have had their error
  std::vector<std::string> errors_;
};

// Reads the file into the loader.
void read_config_file(const std::string& path, ConfigLoader& loader);
// Reads the DARKROOM_ variables into the loader, the file's upstreams being known.
void read_config_environment(const std::map<std::string, std::string>& environment, ConfigLoader& loader);

}  // namespace darkroom::app
