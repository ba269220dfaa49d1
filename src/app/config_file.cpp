// The file's side of loading: TOML into keys, each with its line and column. The only place that knows the TOML
// library.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>

#include <toml++/toml.h>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <vector>

#include "app/config_load.h"
#include "app/nearest.h"

namespace darkroom::app {
namespace {

std::string_view name_of(toml::node_type type) {
  switch (type) {
    case toml::node_type::table: return "a table";
    case toml::node_type::floating_point: return "a fraction";
    case toml::node_type::array: return "a list of other things than strings";
    default: return "a date or time";
  }
}

ConfigValue to_value(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return ConfigValue(*text);
  if (const auto number = node.value_exact<std::int64_t>()) return ConfigValue(*number);
  if (const auto truth = node.value_exact<bool>()) return ConfigValue::of_truth(*truth);
  if (const toml::array* array = node.as_array()) {
    std::vector<std::string> list;
    for (const toml::node& entry : *array) {
      const auto text = entry.value_exact<std::string>();
      if (!text) return ConfigValue(ConfigValue::Unusable{std::string(name_of(node.type()))});
      list.push_back(*text);
    }
    return ConfigValue(std::move(list));
  }
  return ConfigValue(ConfigValue::Unusable{std::string(name_of(node.type()))});
}

struct Entry {
  const toml::key& key;
  const toml::node& node;
};

// As they stand in the file, so that mistakes come in the order in which they are mended; the library keeps names in
// alphabetical order.
std::vector<Entry> in_file_order(const toml::table& table) {
  std::multimap<std::pair<toml::source_index, toml::source_index>, Entry> by_place;
  for (const auto& [key, node] : table) {
    const toml::source_position& at = key.source().begin;
    by_place.emplace(std::pair(at.line, at.column), Entry{key, node});
  }
  std::vector<Entry> entries;
  for (const auto& [place, entry] : by_place) entries.push_back(entry);
  return entries;
}

class FileReader {
 public:
  FileReader(const std::string& path, ConfigLoader& loader) : path_(path), loader_(loader) {}

  void read(const toml::table& root) {
    for (const auto& [key, node] : in_file_order(root)) {
      const std::string section(key.str());
      const std::string where = place(key.source());
      const toml::table* table = node.as_table();
      if (std::ranges::find(config_sections(), section) == config_sections().end()) {
        loader_.error(where, section, unknown("section", section, config_sections()));
      } else if (table == nullptr) {
        loader_.error(where, section, fmt::format("must be a section, written [{}]", section));
      } else if (section == "upstreams") {
        read_upstreams(*table);
      } else if (section == "routes") {
        read_routes(*table);
      } else {
        read_section(section, *table);
      }
    }
  }

 private:
  std::string place(const toml::source_region& region) const {
    return fmt::format("{}:{}:{}", path_, region.begin.line, region.begin.column);
  }

  static std::string unknown(std::string_view what, const std::string& word, const std::vector<std::string>& known) {
    const auto nearest = find_nearest(word, known);
    if (nearest) return fmt::format("unknown {}; did you mean \"{}\"?", what, *nearest);
    return fmt::format("unknown {}; known are {}", what, fmt::join(known, ", "));
  }

  void read_section(const std::string& section, const toml::table& table) {
    for (const auto& [key, node] : in_file_order(table)) {
      const std::string name = section + "." + std::string(key.str());
      const std::string where = place(node.source());
      ConfigValue value = to_value(node);
      if (is_secret(name) && !expand(value, name, where)) continue;
      if (loader_.set(name, value, where, "file " + where)) continue;
      std::vector<std::string> known;
      for (const auto& row : config_keys()) known.push_back(row.name);
      const auto nearest = find_nearest(name, known);
      std::erase_if(known, [&](const std::string& row) { return !row.starts_with(section + "."); });
      loader_.error(place(key.source()), name,
                    nearest ? fmt::format("unknown key; did you mean \"{}\"?", *nearest) : unknown("key", name, known));
    }
  }

  static bool is_secret(const std::string& name) {
    return std::ranges::any_of(config_keys(), [&](const auto& row) { return row.is_secret && row.name == name; });
  }

  void read_upstreams(const toml::table& table) {
    for (const auto& [key, node] : in_file_order(table)) {
      const std::string name(key.str());
      const toml::table* upstream = node.as_table();
      if (upstream == nullptr) {
        loader_.error(place(key.source()), "upstreams." + name,
                      fmt::format("must be a section, written [upstreams.{}]", name));
        continue;
      }
      loader_.declare_upstream(name, place(key.source()));
      for (const auto& [setting, value] : in_file_order(*upstream)) read_upstream_key(name, setting, value);
    }
  }

  void read_upstream_key(const std::string& name, const toml::key& key, const toml::node& node) {
    const std::string setting(key.str());
    const std::string full_key = fmt::format("upstreams.{}.{}", name, setting);
    const std::string where = place(node.source());
    ConfigValue value = to_value(node);
    for (const auto& row : upstream_keys()) {
      if (row.is_secret && row.name == setting && !expand(value, full_key, where)) return;
    }
    if (loader_.set_upstream(name, setting, value, where, "file " + where)) return;
    std::vector<std::string> known;
    for (const auto& row : upstream_keys()) known.push_back(row.name);
    loader_.error(place(key.source()), full_key, unknown("key", setting, known));
  }

  // Replaces each ${NAME} by the variable of that name. False after an error.
  bool expand(ConfigValue& value, const std::string& key, const std::string& where) {
    auto list = value.list();
    if (!list) return true;  // the key's own reader will say what is allowed
    bool is_right = true;
    for (std::string& text : *list) {
      const std::size_t open = text.find("${");
      if (open == std::string::npos) {
        warn_if_readable(key, where);
        continue;
      }
      const std::size_t close = text.find('}', open);
      const std::string name = close == std::string::npos ? "" : text.substr(open + 2, close - open - 2);
      const auto replacement = loader_.variable(name);
      if (name.empty() || open != 0 || close + 1 != text.size()) {
        loader_.error(where, key, "a reference to the environment is the whole string, written \"${NAME}\"");
        is_right = false;
      } else if (!replacement) {
        loader_.error(where, key, fmt::format("the environment variable {} is not set or empty", name));
        is_right = false;
      } else {
        text = *replacement;
      }
    }
    value = ConfigValue(std::move(*list));
    return is_right;
  }

  void warn_if_readable(const std::string& key, const std::string& where) {
    struct stat status{};
    if (stat(path_.c_str(), &status) == 0 && (status.st_mode & S_IROTH) != 0) {
      loader_.warn(where, key, fmt::format("the file holds a secret and everyone may read it: chmod 600 {}", path_));
    }
  }

  void read_routes(const toml::table& table) {
    for (const auto& [key, node] : in_file_order(table)) {
      const std::string model(key.str());
      const std::string where = place(node.source());
      auto upstreams = to_value(node).list();
      if (upstreams) {
        loader_.set_route(model, std::move(*upstreams), where, "file " + where);
      } else {
        loader_.error(where, "routes." + model, upstreams.error().message);
      }
    }
  }

  const std::string& path_;
  ConfigLoader& loader_;
};

}  // namespace

void read_config_file(const std::string& path, ConfigLoader& loader) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return loader.error(path, "", fmt::format("cannot be read: {}", std::strerror(errno)));
  if (std::filesystem::is_directory(path)) return loader.error(path, "", "is a folder, not a file");
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  try {
    const toml::table root = toml::parse(text, path);
    FileReader(path, loader).read(root);
  } catch (const toml::parse_error& problem) {
    const toml::source_position at = problem.source().begin;
    loader.error(fmt::format("{}:{}:{}", path, at.line, at.column), "",
                 fmt::format("not TOML: {}", problem.description()));
  }
}

}  // namespace darkroom::app
