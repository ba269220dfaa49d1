// What a model is: its parameters, price, routes, limits and texts, read from one JSON file (catalog/SCHEMA.md).
// Validation, quotes, the docs page and OpenAPI all come from it.
// Threads: immutable after loading.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/credits.h"
#include "base/json.h"

namespace darkroom::catalog {

enum class ParamType : std::uint8_t { string, integer, number, boolean, string_list, url_list };

struct Param {
  std::string name;
  ParamType type = ParamType::string;
  bool required = false;
  std::vector<std::string> values;      // allowed strings, in their canonical spelling; empty: free text
  bool ignore_case = false;             // compare with `values` ignoring case; the canonical spelling is kept
  std::optional<std::int64_t> minimum;  // of an integer or number
  std::optional<std::int64_t> maximum;
  std::optional<std::int64_t> min_length;  // code points of a string, entries of a list
  std::optional<std::int64_t> max_length;
  json::value default_value;   // null: none
  std::string default_unless;  // name of a parameter with which the default does not apply, or empty
  std::string refusal;         // contract wording for a value outside `values`, after "<model>: "
  std::string description;
};

struct RouteSpec {
  std::string provider;  // adapter kind, such as "gemini"
  std::string wire_model;
  bool repeat_unknown = false;
  MicroCredits call_cost;
};

struct ModelSpec {
  std::string id;
  std::string family;    // what is one model to a customer, such as its channels
  std::string kind;      // "image", "video", "tool"
  std::string endpoint;  // "/api/v1/images/generations"
  std::string title;
  std::string summary;
  std::vector<Param> params;  // in the order of the docs
  MicroCredits unit_price;    // of one output
  std::string price_unit;     // "image"
  std::vector<RouteSpec> routes;
  std::int64_t cap_seconds = 900;
  std::int64_t typical_seconds = 10;  // until the server has measured its own median
  std::vector<std::string> modes;     // "text-to-image", "image-to-image"
  json::object example;               // a body that must validate
  std::vector<std::string> related;
};

}  // namespace darkroom::catalog
