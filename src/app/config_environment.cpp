// The environment's side of loading: DARKROOM_SECTION_KEY for every key, and _FILE for secrets.
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "app/config_load.h"
#include "app/nearest.h"
#include "base/text.h"

namespace darkroom::app {
namespace {

constexpr std::string_view kPrefix = "DARKROOM_";
constexpr std::string_view kUpstreams = "DARKROOM_UPSTREAMS_";
constexpr std::string_view kFileSuffix = "_FILE";

// Variables that are not keys: they say where to begin, or belong to `darkroom generate`.
constexpr std::string_view kOtherVariables[] = {"DARKROOM_CONFIG", "DARKROOM_DATA", "DARKROOM_URL", "DARKROOM_API_KEY"};

class EnvironmentReader {
 public:
  EnvironmentReader(const std::map<std::string, std::string>& environment, ConfigLoader& loader)
      : environment_(environment), loader_(loader) {}

  void read() {
    for (const auto& row : config_keys()) {
      by_variable_.emplace(variable_name(row.name), row.name);
      if (row.is_secret) by_variable_.emplace(variable_name(row.name) + std::string(kFileSuffix), row.name);
    }
    for (const auto& [name, value] : environment_) {
      if (!name.starts_with(kPrefix) || value.empty()) continue;
      if (std::ranges::find(kOtherVariables, name) != std::end(kOtherVariables)) continue;
      if (const auto key = by_variable_.find(name); key != by_variable_.end()) {
        read_key(name, value, key->second);
      } else if (name == "DARKROOM_ROUTES") {
        read_routes(name, value);
      } else if (!name.starts_with(kUpstreams) || !read_upstream(name, value)) {
        refuse_if_meant(name);
      }
    }
  }

 private:
  void read_key(const std::string& variable, const std::string& value, const std::string& key) {
    if (variable == variable_name(key)) {
      loader_.set(key, ConfigValue::from_text(value), variable, "environment " + variable);
    } else if (const auto text = read_secret_file(variable, value, key)) {
      loader_.set(key, ConfigValue::from_text(std::string(trim(*text, kBlanksAndLineEnds))), variable,
                  "environment " + variable);
    }
  }

  // "model=upstream,upstream;model=upstream"
  void read_routes(const std::string& variable, const std::string& text) {
    for (const std::string& route : split_list(text, ";\n")) {
      const std::size_t equals = route.find('=');
      if (equals == 0 || equals == std::string::npos) {
        loader_.error(variable, "routes",
                      "must be MODEL=UPSTREAM,UPSTREAM;MODEL=UPSTREAM, not " + print_toml_string(route));
        continue;
      }
      const std::string model(trim(std::string_view(route).substr(0, equals)));
      loader_.set_route(model, split_list(std::string_view(route).substr(equals + 1), ","), variable,
                        "environment " + variable);
    }
  }

  // False if the variable names no key of an upstream.
  bool read_upstream(const std::string& variable, const std::string& value) {
    const std::string_view rest = std::string_view(variable).substr(kUpstreams.size());
    for (const auto& row : upstream_keys()) {
      const std::string suffix = "_" + variable_name(row.name).substr(kPrefix.size());
      if (rest.size() > suffix.size() && rest.ends_with(suffix)) {
        const std::string upstream = loader_.upstream_of_variable(rest.substr(0, rest.size() - suffix.size()));
        return loader_.set_upstream(upstream, row.name, ConfigValue::from_text(value), variable,
                                    "environment " + variable);
      }
      const std::string file_suffix = suffix + std::string(kFileSuffix);
      if (row.is_secret && rest.size() > file_suffix.size() && rest.ends_with(file_suffix)) {
        const std::string upstream = loader_.upstream_of_variable(rest.substr(0, rest.size() - file_suffix.size()));
        loader_.declare_upstream(upstream, variable);
        const std::string key = fmt::format("upstreams.{}.{}", upstream, row.name);
        if (const auto text = read_secret_file(variable, value, key)) {
          loader_.set_upstream(upstream, row.name, ConfigValue::from_text(*text), variable, "environment " + variable);
        }
        return true;
      }
    }
    return false;
  }

  // Nothing after an error.
  std::optional<std::string> read_secret_file(const std::string& variable, const std::string& path,
                                              const std::string& key) {
    const auto refuse = [&](std::string_view why) {
      loader_.error(variable, key, why);
      return std::nullopt;
    };
    const std::string twin = variable.substr(0, variable.size() - kFileSuffix.size());
    if (loader_.variable(twin)) return refuse(fmt::format("{} is set too: keep one of them", twin));
    struct stat status{};
    if (stat(path.c_str(), &status) != 0) return refuse(fmt::format("{}: {}", path, std::strerror(errno)));
    if ((status.st_mode & S_IROTH) != 0) {
      return refuse(fmt::format("{} holds a secret and everyone may read it (mode {:04o}): chmod 600 {}", path,
                                status.st_mode & 07777, path));
    }
    std::ifstream file(path, std::ios::binary);
    std::stringstream text;
    if (!file || !(text << file.rdbuf())) return refuse(fmt::format("{} is empty or cannot be read", path));
    return text.str();
  }

  // Those of whatever upstream this one may mean: its name may hold a '_' too.
  static void add_upstream_variables(const std::string& variable, std::vector<std::string>& known) {
    for (std::size_t end = variable.find('_', kUpstreams.size()); end != std::string::npos;
         end = variable.find('_', end + 1)) {
      for (const auto& row : upstream_keys()) {
        known.push_back(variable.substr(0, end + 1) + variable_name(row.name).substr(kPrefix.size()));
      }
    }
  }

  // A variable of a known section, or nearly one of ours, is a mistake. Others are not: an orchestrator sets variables
  // such as DARKROOM_SERVICE_HOST for a service of this name.
  void refuse_if_meant(const std::string& variable) {
    std::vector<std::string> known;
    for (const auto& [name, key] : by_variable_) known.push_back(name);
    known.emplace_back("DARKROOM_ROUTES");
    for (const std::string_view other : kOtherVariables) known.emplace_back(other);
    if (variable.starts_with(kUpstreams)) add_upstream_variables(variable, known);
    const auto nearest = find_nearest(variable, known);
    const bool is_near = nearest && edit_distance(variable, *nearest) <= 2;
    const bool is_section = std::ranges::any_of(config_sections(), [&](const std::string& section) {
      return variable.starts_with(variable_name(section) + "_");
    });
    if (!is_near && !is_section) return;
    loader_.error(variable, "", fmt::format("unknown variable{}", nearest ? "; did you mean " + *nearest + "?" : ""));
  }

  const std::map<std::string, std::string>& environment_;
  ConfigLoader& loader_;
  std::map<std::string, std::string> by_variable_;
};

}  // namespace

void read_config_environment(const std::map<std::string, std::string>& environment, ConfigLoader& loader) {
  EnvironmentReader(environment, loader).read();
}

}  // namespace darkroom::app
