#include "catalog/params.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/http_message.h"

namespace darkroom::catalog {
namespace {

bool is_list(ParamType type) { return type == ParamType::string_list || type == ParamType::url_list; }

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

std::unexpected<Error> refuse(const ModelSpec& model, const Param& param, std::string_view sentence) {
  return fail(Code::invalid_parameter, fmt::format("{}: {}", model.id, sentence), param.name);
}

std::unexpected<Error> refuse_value(const ModelSpec& model, const Param& param, std::string_view instead = "") {
  return refuse(
      model, param,
      fmt::format("{} must be {}{}{}", param.name, print_expected(param), instead.empty() ? "" : ", not ", instead));
}

bool is_within(std::int64_t number, const std::optional<std::int64_t>& least, const std::optional<std::int64_t>& most) {
  return (!least || number >= *least) && (!most || number <= *most);
}

Result<json::value> normalise_string(const ModelSpec& model, const Param& param, std::string_view text) {
  if (!param.values.empty()) {
    for (const std::string& allowed : param.values) {
      if (param.ignore_case ? http::equals_ignoring_case(text, allowed) : text == allowed) return json::value(allowed);
    }
    return param.refusal.empty() ? refuse_value(model, param) : refuse(model, param, param.refusal);
  }
  // Neither vendors nor databases agree on what a string with a NUL in it is.
  if (text.find('\0') != std::string_view::npos) {
    return refuse(model, param, fmt::format("{} must not contain the character U+0000", param.name));
  }
  const auto length = static_cast<std::int64_t>(count_code_points(text));
  if (!is_within(length, param.min_length, param.max_length)) {
    return refuse_value(model, param, fmt::format("of {}", length));
  }
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

Result<json::value> normalise_integer(const ModelSpec& model, const Param& param, const json::value& value) {
  const auto number = find_integer(value);
  if (!number) return refuse_value(model, param, "a fraction");
  if (!is_within(*number, param.minimum, param.maximum)) return refuse_value(model, param);
  return json::value(*number);
}

Result<json::value> normalise_number(const ModelSpec& model, const Param& param, const json::value& value) {
  const double number = value.to_number<double>();
  const bool small = param.minimum && number < static_cast<double>(*param.minimum);
  const bool large = param.maximum && number > static_cast<double>(*param.maximum);
  if (small || large) return refuse_value(model, param);
  return value;
}

bool has_web_scheme(std::string_view url) {
  return http::equals_ignoring_case(url.substr(0, 7), "http://") ||
         http::equals_ignoring_case(url.substr(0, 8), "https://");
}

// What is wrong with one entry, to follow its name; empty if nothing.
std::string find_entry_fault(const Param& param, const json::value& entry) {
  if (param.type == ParamType::string_list) {
    return entry.is_string() ? "" : fmt::format("must be a string, not {}", print_json_type(entry));
  }
  constexpr std::string_view kExpected = "must be a public http(s) URL";
  if (!entry.is_string()) return fmt::format("{}, not {}", kExpected, print_json_type(entry));
  const std::string_view url = entry.get_string();
  if (http::equals_ignoring_case(url.substr(0, 5), "data:")) {
    return fmt::format("{}; data: and base64 payloads are not accepted", kExpected);
  }
  if (!has_web_scheme(url)) return std::string(kExpected);
  if (url.size() > kMaxUrlBytes) return fmt::format("must be at most {} bytes long", kMaxUrlBytes);
  return {};
}

Result<json::value> normalise_list(const ModelSpec& model, const Param& param, const json::array& entries) {
  if (!is_within(static_cast<std::int64_t>(entries.size()), param.min_length, param.max_length)) {
    return refuse_value(model, param, fmt::format("of {}", entries.size()));
  }
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::string fault = find_entry_fault(param, entries[i]);
    if (!fault.empty()) return refuse(model, param, fmt::format("{}[{}] {}", param.name, i, fault));
  }
  return json::value(entries);
}

// The member, unless it counts as absent: null says "none", and so does a list without entries.
const json::value* find_given(const json::object& body, const Param& param) {
  const json::value* value = json::find(body, param.name);
  if (value == nullptr || value->is_null()) return nullptr;
  if (is_list(param.type) && value->is_array() && value->get_array().empty()) return nullptr;
  return value;
}

bool takes_default(const ModelSpec& model, const Param& param, const json::object& body) {
  if (param.default_value.is_null()) return false;
  const auto other = std::ranges::find(model.params, param.default_unless, &Param::name);
  return other == model.params.end() || find_given(body, *other) == nullptr;
}

// `value` is in canonical form, so its type is that of the parameter.
void store(const Param& param, json::value value, Normalised& request) {
  if (param.name == "prompt") {
    request.prompt = std::string(value.get_string());
  } else if (param.name == "n") {
    request.count = static_cast<std::uint32_t>(value.get_int64());
  } else if (param.name == "image_urls") {
    for (const json::value& url : value.get_array()) request.image_urls.emplace_back(url.get_string());
  } else {
    request.parameters[param.name] = std::move(value);
  }
}

// A name that a sister model knows was meant to do something, so it is refused; any other is ignored and named.
Status sort_out_unknown_names(const ModelSpec& model, const Catalog& catalog, const json::object& body,
                              Normalised& request) {
  for (const auto& [name, value] : body) {
    const bool known = name == "model" || std::ranges::find(model.params, name, &Param::name) != model.params.end();
    if (known || value.is_null()) continue;
    if (catalog.family_knows_parameter(model.family, name)) {
      return fail(Code::invalid_parameter,
                  fmt::format("{}: {} is not a parameter of this model", model.id, std::string_view(name)),
                  std::string(name));
    }
    request.ignored.emplace_back(name);
  }
  return {};
}

}  // namespace

std::size_t count_code_points(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string print_expected(const Param& param) {
  switch (param.type) {
    case ParamType::string: {
      if (param.values.size() == 1) return param.values.front();
      if (!param.values.empty()) return fmt::format("one of {}", fmt::join(param.values, ", "));
      const std::string range = print_range(param.min_length, param.max_length);
      return range.empty() ? "a string" : fmt::format("a string of {} characters", range);
    }
    case ParamType::integer: return print_number("an integer", param);
    case ParamType::number: return print_number("a number", param);
    case ParamType::boolean: return "true or false";
    case ParamType::string_list: return print_list("strings", param);
    case ParamType::url_list: return print_list("public http(s) URLs", param);
  }
  DR_CHECK(false);
}

Result<json::value> normalise(const ModelSpec& model, const Param& param, const json::value& value) {
  switch (param.type) {
    case ParamType::string:
      if (value.is_string()) return normalise_string(model, param, value.get_string());
      break;
    case ParamType::integer:
      if (value.is_number()) return normalise_integer(model, param, value);
      break;
    case ParamType::number:
      if (value.is_number()) return normalise_number(model, param, value);
      break;
    case ParamType::boolean:
      if (value.is_bool()) return value;
      break;
    case ParamType::string_list:
    case ParamType::url_list:
      if (value.is_array()) return normalise_list(model, param, value.get_array());
      break;
  }
  return refuse_value(model, param, print_json_type(value));
}

Result<Normalised> validate(const ModelSpec& model, const Catalog& catalog, const json::object& body) {
  Normalised request;
  for (const Param& param : model.params) {
    if (const json::value* given = find_given(body, param)) {
      Result<json::value> value = normalise(model, param, *given);
      if (!value) return fail(std::move(value.error()));
      store(param, std::move(*value), request);
    } else if (param.required) {
      return fail(Code::missing_parameter, fmt::format("Missing required parameter: {}", param.name), param.name);
    } else if (takes_default(model, param, body)) {
      store(param, param.default_value, request);
    }
  }
  DR_TRY(sort_out_unknown_names(model, catalog, body, request));
  return request;
}

MicroCredits quote(const ModelSpec& model, const Normalised& request) {
  const auto total = model.unit_price.times(request.count);
  DR_CHECK(total.has_value());  // the loader has checked the price against the highest count
  return *total;
}

}  // namespace darkroom::catalog
