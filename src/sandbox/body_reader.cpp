#include "sandbox/body_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace darkroom::sandbox {

bool BodyReader::has(std::string_view name) const {
  const json::value* value = json::find(tree_, name);
  return value != nullptr && !value->is_null();
}

const json::value* BodyReader::take(std::string_view name) {
  known_.emplace(name);
  return has(name) ? json::find(tree_, name) : nullptr;
}

std::string BodyReader::text(std::string_view name, std::size_t most_bytes) {
  const json::value* value = take(name);
  if (value == nullptr) return {};
  if (!value->is_string()) {
    refuse(name, "must be a string");
    return {};
  }
  if (value->get_string().size() > most_bytes) refuse(name, "is too long");
  return std::string(value->get_string());
}

std::string BodyReader::word(std::string_view name, Words allowed, std::string_view otherwise) {
  std::string given = text(name);
  if (!has(name)) return std::string(otherwise);
  if (std::ranges::find(allowed, given) != allowed.end()) return given;
  refuse(name, fmt::format("must be one of {}", fmt::join(allowed, ", ")));
  return std::string(otherwise);
}

std::int64_t BodyReader::integer(std::string_view name, std::int64_t minimum, std::int64_t maximum,
                                 std::int64_t otherwise) {
  const json::value* value = take(name);
  if (value == nullptr) return otherwise;
  boost::system::error_code problem;
  const auto number = value->is_number() ? value->to_number<std::int64_t>(problem) : 0;
  if (value->is_number() && !problem && number >= minimum && number <= maximum) return number;
  refuse(name, fmt::format("must be a whole number from {} to {}", minimum, maximum));
  return otherwise;
}

bool BodyReader::flag(std::string_view name, bool otherwise) {
  const json::value* value = take(name);
  if (value == nullptr) return otherwise;
  if (value->is_bool()) return value->get_bool();
  refuse(name, "must be true or false");
  return otherwise;
}

const json::object* BodyReader::object(std::string_view name) {
  const json::value* value = take(name);
  if (value != nullptr && !value->is_object()) refuse(name, "must be an object");
  return value == nullptr ? nullptr : value->if_object();
}

const json::array* BodyReader::list(std::string_view name, std::size_t fewest, std::size_t most) {
  const json::value* value = take(name);
  if (value == nullptr) return nullptr;
  const json::array* entries = value->if_array();
  if (entries == nullptr) {
    refuse(name, "must be a list");
  } else if (entries->size() < fewest || entries->size() > most) {
    refuse(name, fmt::format("must have from {} to {} entries", fewest, most));
  }
  return entries;
}

void BodyReader::pass(Words names) {
  for (const std::string_view name : names) take(name);
}

void BodyReader::require(std::string_view name) {
  if (has(name) || mistake_) return;
  mistake_ = {where_ + std::string(name), "is required", true};
}

void BodyReader::refuse(std::string_view field, std::string sentence) {
  if (!mistake_) mistake_ = {where_ + std::string(field), std::move(sentence), false};
}

void BodyReader::refuse(const std::optional<Mistake>& mistake) {
  if (!mistake_) mistake_ = mistake;
}

std::optional<Mistake> BodyReader::finish() {
  for (const auto& member : tree_) {
    if (!known_.contains(std::string_view(member.key()))) refuse(member.key(), "is no parameter of this model");
  }
  return mistake_;
}

}  // namespace darkroom::sandbox
