// JSON through one door: strict parsing with limits, and printing. The tree type is Boost.JSON's.
// Threads: free functions and values. Fails with Code::bad_json and a sentence that says where.
#pragma once

#include <boost/json/fwd.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace darkroom::json {

using boost::json::array;
using boost::json::object;
using boost::json::value;

struct Limits {
  std::size_t depth = 32;       // nested arrays and objects
  std::size_t bytes = 1 << 20;  // of the whole text
};

// Strict RFC 8259, UTF-8 checked, one value and nothing after it; duplicate members, numbers beyond a double and
// anything deeper than the limit are refused.
Result<value> parse(std::string_view text, const Limits& limits = {});
// The same, and the value must be an object.
Result<object> parse_object(std::string_view text, const Limits& limits = {});

std::string print(const value& tree);

// Appends `text` as a JSON string with its quotes. `text` must be UTF-8.
void append_string(std::string& out, std::string_view text);

// What a handler of Boost.JSON's event parser must name. Ours let every size pass: whoever feeds the parser bounds it.
struct UnboundedHandler {
  static constexpr std::size_t max_object_size = SIZE_MAX;
  static constexpr std::size_t max_array_size = SIZE_MAX;
  static constexpr std::size_t max_key_size = SIZE_MAX;
  static constexpr std::size_t max_string_size = SIZE_MAX;
};

// Looks a member up; nullptr if absent.
const value* find(const object& tree, std::string_view name);
// Members of trees that we wrote ourselves: the default when absent or of another type.
std::string get_string(const object& tree, std::string_view name, std::string_view otherwise = "");
std::int64_t get_int(const object& tree, std::string_view name, std::int64_t otherwise = 0);
bool get_bool(const object& tree, std::string_view name, bool otherwise = false);

}  // namespace darkroom::json
