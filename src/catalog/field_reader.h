// Reads the members of one JSON object of a model file and collects what is wrong instead of stopping at the first
// fault. Each reader notes its name, so that finish() can refuse the members that nobody asked for. Threads: one at a
// time. A missing or wrong member gives an empty value and a line "file: field: sentence".
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/credits.h"
#include "base/json.h"

namespace darkroom::catalog {

class FieldReader {
 public:
  // `path`: of the object inside the file, such as "parameters[2]"; empty for the whole. All references must outlive
  // this.
  FieldReader(std::string_view file, std::string path, const json::object& tree, std::vector<std::string>& errors);

  std::string read_text(std::string_view name);  // required, not empty
  std::string find_text(std::string_view name);  // empty if absent
  std::string read_choice(std::string_view name, std::span<const std::string_view> allowed);
  std::vector<std::string> find_texts(std::string_view name);
  bool find_flag(std::string_view name, bool otherwise = false);
  bool is_array(std::string_view name) const;  // whatever is in it; the member still has to be read
  bool is_object(std::string_view name) const;
  std::optional<std::int64_t> find_integer(std::string_view name);
  std::int64_t read_count(std::string_view name);    // 1 or more
  std::int64_t read_seconds(std::string_view name);  // 1 to one day
  MicroCredits read_credits(std::string_view name);  // a decimal string
  json::value find_value(std::string_view name);     // null if absent
  json::object read_object(std::string_view name);
  std::optional<json::object> find_object(std::string_view name);
  std::vector<json::object> read_objects(std::string_view name);  // an array with at least one object
  std::vector<json::object> find_objects(std::string_view name);  // none if absent

  // "file: path.name: sentence"; an empty name is the object itself.
  void refuse(std::string_view name, std::string_view sentence);
  // The path of a member, for a reader of its inside.
  std::string path_of(std::string_view name) const;
  // Call last.
  void finish();

 private:
  // nullptr if absent; notes the name.
  const json::value* take(std::string_view name);
  // nullptr if absent, which is an error.
  const json::value* require(std::string_view name);

  std::string_view file_;
  std::string path_;
  const json::object& tree_;
  std::vector<std::string>& errors_;
  std::vector<std::string> known_;
};

// The candidate closest to `name` in edits, as a hint for a misspelt one; nullopt if none is near.
std::optional<std::string> find_nearest(std::string_view name, std::span<const std::string> candidates);

}  // namespace darkroom::catalog
