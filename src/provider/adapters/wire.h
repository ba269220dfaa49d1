// What adapters share: building a request's body out of text and blobs, and reading what vendors send.
// Threads: values and free functions. Vendors' answers are hostile input: nothing here trusts a type or a length.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/http_message.h"
#include "base/json.h"
#include "provider/provider.h"

namespace darkroom::provider {

// Grows a body from texts and blobs; texts that follow each other become one part.
class BodyWriter {
 public:
  BodyWriter& text(std::string_view raw);
  BodyWriter& json_string(std::string_view value);
  // The blob's bytes in base64, without quotes.
  BodyWriter& base64_of(const std::string& blob);
  BodyWriter& bytes_of(const std::string& blob);
  std::vector<BodyPart> finish() &&;

 private:
  void flush();
  std::string pending_;
  std::vector<BodyPart> parts_;
};

// invalid_parameter with the field for the first parameter that `can_express` says no to: the catalogue promises what
// the adapter cannot say.
using CanExpress = bool(const Job& job, std::string_view name, const json::value& value);
Status check_parameters(const Job& job, CanExpress& can_express);

// A member by its lowerCamelCase name or, as relays print it, its snake_case name; nullptr if absent or null.
const json::value* find_member(const json::object& tree, std::string_view camel_name);
// The same, of a type; nullptr for another.
const json::object* find_object(const json::object& tree, std::string_view camel_name);
const json::array* find_array(const json::object& tree, std::string_view camel_name);
std::string_view find_text(const json::object& tree, std::string_view camel_name);  // empty if absent
bool find_flag(const json::object& tree, std::string_view camel_name);              // false if absent

// The index behind {"$lifted": index}; nullopt for anything else.
std::optional<std::size_t> find_payload(const json::object& tree, std::string_view camel_name);

// A vendor's enum word or code, fit for a log line: letters, digits and "_-.", at most 64; else `otherwise`.
std::string print_word(std::string_view word, std::string_view otherwise);

// A duration of protobuf's JSON form ("34s", "12.5s"), rounded up to milliseconds and cut at one day.
std::optional<milliseconds> parse_duration(std::string_view text);
// Retry-After in seconds. Its date form is passed over: no adapter has a clock.
std::optional<milliseconds> read_retry_after(const std::vector<http::Header>& headers);

}  // namespace darkroom::provider
