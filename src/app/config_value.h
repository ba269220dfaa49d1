// ConfigValue: one value as it was written, in the file or as text in a variable or flag, and its conversions. A
// conversion that fails says what is allowed and what was found. Threads: plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace darkroom::app {

class ConfigValue {
 public:
  // A kind of TOML value that no key takes, with its name: "a date".
  struct Unusable {
    std::string kind;
  };

  explicit ConfigValue(std::string text) : content_(std::move(text)) {}
  explicit ConfigValue(std::int64_t number) : content_(number) {}
  explicit ConfigValue(std::vector<std::string> list) : content_(std::move(list)) {}
  explicit ConfigValue(Unusable other) : content_(std::move(other)) {}
  static ConfigValue of_truth(bool truth);
  // Text of a variable or flag, where numbers and lists are written as text too.
  static ConfigValue from_text(std::string text);

  Result<std::string> string() const;
  // One of `words`.
  Result<std::string> word(std::span<const std::string_view> words) const;
  Result<std::int64_t> integer(std::int64_t minimum, std::int64_t maximum) const;
  // true or false.
  Result<bool> truth() const;
  // A list of strings; as text, separated by commas or line ends. A single string is a list of one.
  Result<std::vector<std::string>> list() const;
  // "45s", "30m", "12h", "7d": at least one second, at most ten years.
  Result<std::chrono::seconds> duration() const;

 private:
  // "…, not "abc"". `allowed` is what the key takes.
  std::unexpected<Error> refuse(std::string_view allowed) const;

  std::variant<std::string, std::int64_t, std::vector<std::string>, Unusable, bool> content_;
  bool is_loose_text_ = false;
};

// "7d", "90m", …: the shortest exact form that duration() reads.
std::string print_duration(std::chrono::seconds duration);
// "HOST:PORT" with an IPv6 host in brackets and a port from 0 to 65535.
bool is_host_port(std::string_view text);
// An http or https URL of host, optional port and path: no userinfo, query or fragment. Without a slash at its end.
Result<std::string> parse_base_url(std::string_view text);
// The parts between separators, trimmed, empty ones left out.
std::vector<std::string> split_list(std::string_view text, std::string_view separators);
// A TOML basic string with its quotes.
std::string print_toml_string(std::string_view text);

}  // namespace darkroom::app
