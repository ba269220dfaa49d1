// What a model is: its modes, parameters, price, routes, limits and texts, read from one JSON file (catalog/SCHEMA.md).
// Validation, quotes, the docs page and OpenAPI all come from it. Names that one part of a file gives to another are
// indices here, resolved by the reader. Threads: immutable after loading.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/credits.h"
#include "base/json.h"
#include "catalog/price.h"
#include "catalog/role.h"

namespace darkroom::catalog {

inline constexpr std::size_t kMaxParams = 24;  // of one model, so that a request's values fit on the stack
inline constexpr std::size_t kMaxModes = 32;
inline constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();  // no index

// What a request is taken for, by its media: the first mode with a trigger among them, else the one without triggers.
struct Mode {
  std::string name;  // "image-to-video"
  RoleSet triggers;  // any of these makes a request this mode; empty: a request without media
  RoleSet along;     // what else it takes
  RoleSet needs;     // of these one must be there; empty: nothing
  // Where the length of the source is what is paid for: how long it may be.
  struct SourceSeconds {
    std::int64_t minimum = 0;
    std::int64_t maximum = 0;
  };
  std::optional<SourceSeconds> source_seconds;
};

class ModeSet {
 public:
  void add(std::size_t mode) { bits_ |= 1U << mode; }
  bool has(std::size_t mode) const { return (bits_ >> mode & 1U) != 0; }
  bool empty() const { return bits_ == 0; }

 private:
  std::uint32_t bits_ = 0;
};

enum class ParamType : std::uint8_t {
  string,
  integer,
  number,
  boolean,
  string_list,
  url,
  url_list,
  object,
  object_list,
  task  // the id of a finished task of the customer's own; its result is the medium
};

// True for one of these modes (any, if none is named) and when each of these parameters has one of its values.
struct Condition {
  struct Choice {
    std::size_t param = 0;  // index into ModelSpec::params
    std::vector<json::value> values;
  };
  ModeSet modes;
  std::vector<Choice> choices;
};

// What else must hold of a value in some requests.
struct Limit {
  Condition when;
  std::vector<json::value> values;         // the only ones allowed then; empty: any
  std::optional<std::int64_t> max_length;  // of a list
  std::string refusal;                     // instead of the usual sentence, after "<model>: "
};

// Sizes written WIDTHxHEIGHT.
struct PixelSizes {
  std::int64_t multiple_of = 1;  // of either side
  std::int64_t max_side = 0;
  std::int64_t max_ratio = 0;  // of the longer side to the shorter
  std::int64_t min_pixels = 0;
  std::int64_t max_pixels = 0;
};

struct Param {
  std::string name;
  std::vector<std::string> aliases;  // other spellings; two that are sent must say the same
  std::string passed_as;             // the name that adapters see, the same in all models
  bool passed = true;                // false: accepted for customers who send it, of no meaning to any route
  bool as_flag = false;              // adapters see whether the list has entries
  ParamType type = ParamType::string;
  bool required = false;
  ModeSet required_in;                  // without `required`: the modes that cannot do without it
  ModeSet modes;                        // where it means something; empty: everywhere
  bool refused_elsewhere = false;       // in other modes: refused, else ignored
  std::vector<std::string> values;      // allowed strings or entries, in their canonical spelling; empty: free text
  std::vector<std::int64_t> integers;   // allowed integers; empty: any within the bounds
  std::optional<bool> only;             // the one boolean allowed
  bool ignore_case = false;             // compare with `values` ignoring case; the canonical spelling is kept
  std::optional<PixelSizes> pixels;     // taken beside `values`
  std::optional<std::int64_t> minimum;  // of an integer or number
  std::optional<std::int64_t> maximum;
  std::optional<std::int64_t> min_length;  // code points of a string, entries of a list
  std::optional<std::int64_t> max_length;
  json::value default_value;           // null: none
  std::size_t default_unless = kNone;  // a parameter with which the default does not apply
  std::vector<Limit> limits;
  // Of media (url, url_list, task, or an object_list with a field of type url).
  std::vector<Role> roles;        // of each entry in its order, the last for all that follow
  std::size_t frames_by = kNone;  // the parameter that says whether the entries are frames, see SCHEMA.md
  std::string role_from;          // of a field of type url: the field beside it that names the role
  std::vector<Param> fields;      // of objects
  std::string refusal;            // contract wording for a value outside `values`, after "<model>: "
  std::string description;

  // Links to media: they become references, not parameters.
  bool is_media() const;
};

struct RouteSpec {
  std::string provider;  // adapter kind, such as "gemini"
  std::string wire_model;
  std::vector<std::string> wire_models;  // by mode, where the vendor has a name for each; else empty
  bool repeat_unknown = false;
  MicroCredits call_cost;  // of one unit of the price

  const std::string& wire_model_of(std::size_t mode) const {
    return wire_models.empty() ? wire_model : wire_models[mode];
  }
};

// One call may bring a set of outputs: how a request says so, and how many.
struct OutputSet {
  Condition when;
  std::size_t param = 0;  // an object
  std::string field;      // its integer that says how many; without it: n
};

struct Example {
  std::string title;
  json::object body;     // validates
  std::size_t mode = 0;  // that it shows; found by the loader
};

struct ModelSpec {
  std::string id;
  std::string family;    // what is one model to a customer, such as its channels
  std::string kind;      // "image", "video", "tool"
  std::string endpoint;  // "/api/v1/images/generations"
  std::string title;
  std::string summary;
  std::vector<std::string> notes;  // what else to know, a sentence or two each
  std::vector<Mode> modes;         // in the order of the docs
  std::vector<Param> params;       // in the order of the docs
  std::optional<OutputSet> set;
  Price price;
  std::vector<RouteSpec> routes;
  std::int64_t cap_seconds = 900;
  std::int64_t typical_seconds = 10;  // until the server has measured its own median
  std::vector<Example> examples;      // at least one for each mode that needs no earlier task
  std::vector<std::string> related;

  // Every spelling of every parameter with the parameter's index, sorted by spelling.
  struct Spelling {
    std::string name;
    std::size_t param = 0;
  };
  std::vector<Spelling> spellings;
  std::vector<std::string> sister_names;  // what only other models of the family know, sorted; the catalogue fills it

  // The index, or kNone. A parameter is found by its name and by its aliases.
  std::size_t find_param(std::string_view spelling) const;
  std::size_t find_mode(std::string_view name) const;
};

}  // namespace darkroom::catalog
