#include "catalog/value.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/check.h"
#include "base/http_message.h"
#include "base/ids.h"

namespace darkroom::catalog {
namespace {

// "1 to 1000", "at least 1", "up to 14"; empty without bounds.
std::string print_range(const std::optional<std::int64_t>& least, const std::optional<std::int64_t>& most) {
  if (least && most) return fmt::format("{} to {}", *least, *most);
  if (least) return fmt::format("at least {}", *least);
  if (most) return fmt::format("up to {}", *most);
  return {};
}

std::string print_number(std::string_view what, const Param& param) {
  if (param.minimum && param.maximum) return fmt::format("{} from {} to {}", what, *param.minimum, *param.maximum);
  if (param.minimum) return fmt::format("{} of at least {}", what, *param.minimum);
  if (param.maximum) return fmt::format("{} of at most {}", what, *param.maximum);
  return std::string(what);
}

std::string print_list(std::string_view entries, const Param& param) {
  const std::string range = print_range(param.min_length, param.max_length);
  return range.empty() ? fmt::format("an array of {}", entries) : fmt::format("an array of {} {}", range, entries);
}

std::string print_string(const Param& param) {
  if (param.values.empty()) {
    const std::string range = print_range(param.min_length, param.max_length);
    return range.empty() ? "a string" : fmt::format("a string of {} characters", range);
  }
  std::string choice = print_choice(param.values);
  if (!param.pixels) return choice;
  const PixelSizes& pixels = *param.pixels;
  return fmt::format("{}, or WIDTHxHEIGHT in multiples of {}, up to {} a side and {}:1, of {} to {} pixels", choice,
                     pixels.multiple_of, pixels.max_side, pixels.max_ratio, pixels.min_pixels, pixels.max_pixels);
}

std::string print_integer(const Param& param) {
  if (param.integers.empty()) return print_number("an integer", param);
  std::vector<std::string> values;
  for (const std::int64_t value : param.integers) values.push_back(std::to_string(value));
  return print_choice(values);
}

std::string_view print_json_type(const json::value& value) {
  switch (value.kind()) {
    case boost::json::kind::null: return "null";
    case boost::json::kind::bool_: return "a boolean";
    case boost::json::kind::string: return "a string";
    case boost::json::kind::array: return "an array";
    case boost::json::kind::object: return "an object";
    default: return "a number";
  }
}

bool is_within(std::int64_t number, const std::optional<std::int64_t>& least, const std::optional<std::int64_t>& most) {
  return (!least || number >= *least) && (!most || number <= *most);
}

bool allows(const PixelSizes& rule, PixelSize size) {
  const auto [shorter, longer] = std::minmax(size.width, size.height);
  return shorter > 0 && shorter % rule.multiple_of == 0 && longer % rule.multiple_of == 0 && longer <= rule.max_side &&
         longer <= shorter * rule.max_ratio && is_within(shorter * longer, rule.min_pixels, rule.max_pixels);
}

// The allowed value that `text` stands for; nullptr if none.
const std::string* find_value(const Param& param, std::string_view text) {
  for (const std::string& allowed : param.values) {
    if (param.ignore_case ? http::equals_ignoring_case(text, allowed) : text == allowed) return &allowed;
  }
  return nullptr;
}

Result<json::value> normalise_string(const NamedParam& named, std::string_view text) {
  const Param& param = named.param;
  if (!param.values.empty()) {
    if (const std::string* allowed = find_value(param, text)) return json::value(*allowed);
    if (param.pixels) {
      const auto size = parse_pixels(text);
      if (size && allows(*param.pixels, *size)) return json::value(fmt::format("{}x{}", size->width, size->height));
    }
    return param.refusal.empty() ? refuse_value(named) : refuse(named, param.refusal);
  }
  // Neither vendors nor databases agree on what a string with a NUL in it is.
  if (text.find('\0') != std::string_view::npos) {
    return refuse(named, fmt::format("{} must not contain the character U+0000", named.name));
  }
  const auto length = static_cast<std::int64_t>(count_code_points(text));
  if (!is_within(length, param.min_length, param.max_length)) return refuse_value(named, fmt::format("of {}", length));
  return json::value(text);
}

// The integer that a JSON number stands for: 2 and 2.0 are the same number in JSON. Nothing for a fraction; beyond 64
// bits the nearest end of the range, which is outside every bound.
std::optional<std::int64_t> find_integer(const json::value& value) {
  if (value.is_int64()) return value.get_int64();
  if (value.is_uint64()) return INT64_MAX;
  const double number = value.get_double();
  if (std::trunc(number) != number) return std::nullopt;
  if (std::abs(number) >= 0x1p63) return number > 0 ? INT64_MAX : INT64_MIN;
  return static_cast<std::int64_t>(number);
}

Result<json::value> normalise_integer(const NamedParam& named, const json::value& value) {
  const Param& param = named.param;
  const auto number = find_integer(value);
  if (!number) return refuse_value(named, "a fraction");
  const bool listed = param.integers.empty() || std::ranges::find(param.integers, *number) != param.integers.end();
  if (!listed || !is_within(*number, param.minimum, param.maximum)) return refuse_value(named);
  return json::value(*number);
}

Result<json::value> normalise_number(const NamedParam& named, const json::value& value) {
  const Param& param = named.param;
  const double number = value.to_number<double>();
  const bool small = param.minimum && number < static_cast<double>(*param.minimum);
  const bool large = param.maximum && number > static_cast<double>(*param.maximum);
  if (small || large) return refuse_value(named);
  return value;
}

bool has_web_scheme(std::string_view url) {
  return http::equals_ignoring_case(url.substr(0, 7), "http://") ||
         http::equals_ignoring_case(url.substr(0, 8), "https://");
}

// What is wrong with a link, to follow its name; empty if nothing.
std::string find_url_fault(const json::value& value) {
  constexpr std::string_view kExpected = "must be a public http(s) URL";
  if (!value.is_string()) return fmt::format("{}, not {}", kExpected, print_json_type(value));
  const std::string_view url = value.get_string();
  if (http::equals_ignoring_case(url.substr(0, 5), "data:")) {
    return fmt::format("{}; data: and base64 payloads are not accepted", kExpected);
  }
  if (!has_web_scheme(url)) return std::string(kExpected);
  if (url.size() > kMaxUrlBytes) return fmt::format("must be at most {} bytes long", kMaxUrlBytes);
  return {};
}

Result<json::value> normalise_object(const NamedParam& named, const std::string& place, const json::object& given,
                                     std::vector<std::string>& ignored);

std::string print_place(const NamedParam& named, std::size_t index) { return fmt::format("{}[{}]", named.name, index); }

Result<json::value> normalise_entry(const NamedParam& named, std::size_t index, const json::value& entry,
                                    std::vector<std::string>& ignored) {
  const Param& param = named.param;
  if (param.type == ParamType::object_list && entry.is_object()) {
    return normalise_object(named, print_place(named, index), entry.get_object(), ignored);
  }
  std::string fault;
  if (param.type == ParamType::url_list) {
    fault = find_url_fault(entry);
    if (fault.empty()) return json::value();
  } else if (param.type == ParamType::object_list || !entry.is_string()) {
    const std::string_view expected = param.type == ParamType::object_list ? "an object" : "a string";
    fault = fmt::format("must be {}, not {}", expected, print_json_type(entry));
  } else {
    if (param.values.empty()) return entry;
    if (const std::string* allowed = find_value(param, entry.get_string())) return json::value(*allowed);
    fault = fmt::format("must be {}", print_choice(param.values));
  }
  return refuse(named, fmt::format("{} {}", print_place(named, index), fault));
}

Result<json::value> normalise_list(const NamedParam& named, const json::array& entries,
                                   std::vector<std::string>& ignored) {
  const Param& param = named.param;
  if (!is_within(static_cast<std::int64_t>(entries.size()), param.min_length, param.max_length)) {
    return refuse_value(named, fmt::format("of {}", entries.size()));
  }
  const bool is_media = param.is_media();
  json::array canonical;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    Result<json::value> entry = normalise_entry(named, i, entries[i], ignored);
    if (!entry) return entry;
    if (!is_media) canonical.push_back(std::move(*entry));
  }
  if (is_media) return json::value();
  return json::value(std::move(canonical));
}

// `place`: of the object, for sentences; errors name the whole parameter.
Result<json::value> normalise_object(const NamedParam& named, const std::string& place, const json::object& given,
                                     std::vector<std::string>& ignored) {
  json::object canonical;
  for (const Param& field : named.param.fields) {
    const std::string path = fmt::format("{}.{}", place, field.name);
    const json::value* value = json::find(given, field.name);
    if (value == nullptr || value->is_null()) {
      if (field.required) return refuse(named, fmt::format("{} is missing", path));
      continue;
    }
    Result<json::value> made = normalise({named.model, field, path}, *value, ignored);
    if (!made) {
      made.error().field = std::string(named.name);
      return made;
    }
    canonical[field.name] = std::move(*made);
  }
  for (const auto& [name, value] : given) {
    if (std::ranges::find(named.param.fields, name, &Param::name) == named.param.fields.end()) {
      ignored.push_back(fmt::format("{}.{}", place, std::string_view(name)));
    }
  }
  return json::value(std::move(canonical));
}

}  // namespace

std::unexpected<Error> refuse(const NamedParam& named, std::string_view sentence) {
  return fail(Code::invalid_parameter, fmt::format("{}: {}", named.model.id, sentence), std::string(named.name));
}

std::unexpected<Error> refuse_value(const NamedParam& named, std::string_view instead) {
  return refuse(named, fmt::format("{} must be {}{}{}", named.name, print_expected(named.param),
                                   instead.empty() ? "" : ", not ", instead));
}

std::size_t count_code_points(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::optional<PixelSize> parse_pixels(std::string_view text) {
  const char* const end = text.data() + text.size();
  PixelSize size;
  const auto width = std::from_chars(text.data(), end, size.width);
  if (width.ec != std::errc() || width.ptr == end || *width.ptr != 'x') return std::nullopt;
  const auto height = std::from_chars(width.ptr + 1, end, size.height);
  if (height.ec != std::errc() || height.ptr != end) return std::nullopt;
  constexpr std::int64_t kMostPixels = 1'000'000;  // a side; products stay small
  const bool sane = size.width > 0 && size.height > 0 && size.width <= kMostPixels && size.height <= kMostPixels;
  return sane ? std::optional(size) : std::nullopt;
}

std::string print_choice(const std::vector<std::string>& values) {
  return values.size() == 1 ? values.front() : fmt::format("one of {}", fmt::join(values, ", "));
}

std::string print_plainly(const json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : json::print(value);
}

std::string print_expected(const Param& param) {
  switch (param.type) {
    case ParamType::string: return print_string(param);
    case ParamType::integer: return print_integer(param);
    case ParamType::number: return print_number("a number", param);
    case ParamType::boolean: return param.only ? (*param.only ? "true" : "false") : "true or false";
    case ParamType::string_list: return print_list("strings", param);
    case ParamType::url: return "a public http(s) URL";
    case ParamType::url_list: return print_list("public http(s) URLs", param);
    case ParamType::object: return "an object";
    case ParamType::object_list: return print_list("objects", param);
    case ParamType::task: return "the id of a task: task_ and 32 hexadecimal digits";
  }
  DR_CHECK(false);
}

Result<json::value> normalise(const NamedParam& named, const json::value& value, std::vector<std::string>& ignored) {
  switch (named.param.type) {
    case ParamType::string:
      if (value.is_string()) return normalise_string(named, value.get_string());
      break;
    case ParamType::integer:
      if (value.is_number()) return normalise_integer(named, value);
      break;
    case ParamType::number:
      if (value.is_number()) return normalise_number(named, value);
      break;
    case ParamType::boolean:
      if (!value.is_bool()) break;
      if (named.param.only && value.get_bool() != *named.param.only) return refuse_value(named);
      return value;
    case ParamType::url: {
      const std::string fault = find_url_fault(value);
      if (fault.empty()) return json::value();
      return refuse(named, fmt::format("{} {}", named.name, fault));
    }
    case ParamType::object:
      if (value.is_object()) return normalise_object(named, std::string(named.name), value.get_object(), ignored);
      break;
    case ParamType::task:
      if (!value.is_string()) break;
      return TaskId::parse(value.get_string()) ? Result<json::value>(json::value()) : refuse_value(named);
    case ParamType::string_list:
    case ParamType::url_list:
    case ParamType::object_list:
      if (value.is_array()) return normalise_list(named, value.get_array(), ignored);
      break;
  }
  return refuse_value(named, print_json_type(value));
}

}  // namespace darkroom::catalog
