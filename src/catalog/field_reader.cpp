#include "catalog/field_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace darkroom::catalog {
namespace {

constexpr std::int64_t kDaySeconds = 86'400;

// Levenshtein's distance, one row at a time.
std::size_t count_edits(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::optional<std::string> find_nearest(std::string_view name, std::span<const std::string> candidates) {
  std::optional<std::string> nearest;
  std::size_t fewest = name.size() / 2 + 2;  // more edits than that make it another word
  for (const std::string& candidate : candidates) {
    const std::size_t edits = count_edits(name, candidate);
    if (edits >= fewest) continue;
    fewest = edits;
    nearest = candidate;
  }
  return nearest;
}

FieldReader::FieldReader(std::string_view file, std::string path, const json::object& tree,
                         std::vector<std::string>& errors)
    : file_(file), path_(std::move(path)), tree_(tree), errors_(errors) {}

std::string FieldReader::path_of(std::string_view name) const {
  if (name.empty()) return path_;
  return path_.empty() ? std::string(name) : fmt::format("{}.{}", path_, name);
}

void FieldReader::refuse(std::string_view name, std::string_view sentence) {
  errors_.push_back(fmt::format("{}: {}: {}", file_, path_of(name), sentence));
}

const json::value* FieldReader::take(std::string_view name) {
  known_.emplace_back(name);
  return json::find(tree_, name);
}

const json::value* FieldReader::require(std::string_view name) {
  const json::value* value = take(name);
  if (value == nullptr) refuse(name, "is missing");
  return value;
}

std::string FieldReader::read_text(std::string_view name) {
  const json::value* value = require(name);
  if (value == nullptr) return {};
  if (value->is_string() && !value->get_string().empty()) return std::string(value->get_string());
  refuse(name, "must be a string that is not empty");
  return {};
}

std::string FieldReader::find_text(std::string_view name) {
  if (json::find(tree_, name) != nullptr) return read_text(name);
  known_.emplace_back(name);
  return {};
}

std::string FieldReader::read_choice(std::string_view name, std::span<const std::string_view> allowed) {
  std::string text = read_text(name);
  if (text.empty() || std::ranges::find(allowed, text) != allowed.end()) return text;
  refuse(name, fmt::format("must be one of {}", fmt::join(allowed, ", ")));
  return {};
}

std::vector<std::string> FieldReader::find_texts(std::string_view name) {
  const json::value* value = take(name);
  if (value == nullptr) return {};
  const bool good = value->is_array() && std::ranges::all_of(value->get_array(), [](const json::value& entry) {
                      return entry.is_string() && !entry.get_string().empty();
                    });
  if (!good) {
    refuse(name, "must be an array of strings that are not empty");
    return {};
  }
  std::vector<std::string> texts;
  for (const json::value& entry : value->get_array()) texts.emplace_back(entry.get_string());
  return texts;
}

bool FieldReader::find_flag(std::string_view name, bool otherwise) {
  const json::value* value = take(name);
  if (value == nullptr) return otherwise;
  if (value->is_bool()) return value->get_bool();
  refuse(name, "must be true or false");
  return otherwise;
}

bool FieldReader::is_array(std::string_view name) const {
  const json::value* value = json::find(tree_, name);
  return value != nullptr && value->is_array();
}

std::optional<std::int64_t> FieldReader::find_integer(std::string_view name) {
  const json::value* value = take(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_int64()) return value->get_int64();
  refuse(name, "must be an integer");
  return std::nullopt;
}

bool FieldReader::is_object(std::string_view name) const {
  const json::value* value = json::find(tree_, name);
  return value != nullptr && value->is_object();
}

std::int64_t FieldReader::read_count(std::string_view name) {
  const json::value* value = require(name);
  if (value == nullptr) return 0;
  if (value->is_int64() && value->get_int64() >= 1) return value->get_int64();
  refuse(name, "must be an integer of at least 1");
  return 0;
}

std::int64_t FieldReader::read_seconds(std::string_view name) {
  const json::value* value = require(name);
  if (value == nullptr) return 0;
  if (value->is_int64() && value->get_int64() >= 1 && value->get_int64() <= kDaySeconds) return value->get_int64();
  refuse(name, fmt::format("must be an integer from 1 to {}", kDaySeconds));
  return 0;
}

MicroCredits FieldReader::read_credits(std::string_view name) {
  const json::value* value = require(name);
  if (value == nullptr) return {};
  if (value->is_string()) {
    if (const auto credits = MicroCredits::parse_credits(value->get_string())) return *credits;
  }
  refuse(name, "must be credits as a decimal string with at most six decimals, such as \"14.375\"");
  return {};
}

json::value FieldReader::find_value(std::string_view name) {
  const json::value* value = take(name);
  return value == nullptr ? json::value() : *value;
}

json::object FieldReader::read_object(std::string_view name) {
  const json::value* value = require(name);
  if (value == nullptr) return {};
  if (value->is_object()) return value->get_object();
  refuse(name, "must be an object");
  return {};
}

std::optional<json::object> FieldReader::find_object(std::string_view name) {
  if (json::find(tree_, name) != nullptr) return read_object(name);
  known_.emplace_back(name);
  return std::nullopt;
}

std::vector<json::object> FieldReader::find_objects(std::string_view name) {
  if (json::find(tree_, name) != nullptr) return read_objects(name);
  known_.emplace_back(name);
  return {};
}

std::vector<json::object> FieldReader::read_objects(std::string_view name) {
  const json::value* value = require(name);
  if (value == nullptr) return {};
  const bool good = value->is_array() && !value->get_array().empty() &&
                    std::ranges::all_of(value->get_array(), [](const json::value& entry) { return entry.is_object(); });
  if (!good) {
    refuse(name, "must be an array of objects that is not empty");
    return {};
  }
  std::vector<json::object> objects;
  for (const json::value& entry : value->get_array()) objects.push_back(entry.get_object());
  return objects;
}

void FieldReader::finish() {
  for (const auto& [name, value] : tree_) {
    if (std::ranges::find(known_, std::string_view(name)) != known_.end()) continue;
    const auto nearest = find_nearest(name, known_);
    refuse(name, nearest ? fmt::format("is no field of a model file; did you mean \"{}\"?", *nearest)
                         : "is no field of a model file");
  }
}

}  // namespace darkroom::catalog
