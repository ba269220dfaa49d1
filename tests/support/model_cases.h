// What the tables of the models' tests share: bodies of the built-in models, and the answers as one line of text.
// Threads: one.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "catalog/catalog.h"
#include "catalog/params.h"
#include "catalog/quote.h"

namespace darkroom::test {

inline const catalog::Catalog& built_in_models() {
  static const auto catalog = catalog::load_catalog("");
  DR_CHECK(catalog.has_value());
  return *catalog;
}

inline const catalog::ModelSpec& get_model(std::string_view id) {
  const catalog::ModelSpec* model = built_in_models().find(id);
  DR_CHECK(model != nullptr);
  return *model;
}

// `members` without braces; "{u}" in it stands for a link, "{u3}" for three of them.
inline json::object make_body(std::string_view id, std::string_view members) {
  std::string text(members);
  for (int count = 0; count <= 24; ++count) {
    const std::string word = count == 0 ? "{u}" : fmt::format("{{u{}}}", count);
    std::string links;
    for (int i = 0; i < std::max(count, 1); ++i) {
      links += fmt::format("{}\"https://a.example/{}\"", i == 0 ? "" : ",", i);
    }
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + links.size())) {
      text.replace(at, word.size(), links);
    }
  }
  const auto tree = json::parse_object(fmt::format(R"({{"model":"{}"{}{}}})", id, text.empty() ? "" : ",", text));
  DR_CHECK(tree.has_value());
  return *tree;
}

inline Result<catalog::Normalised> validate_members(std::string_view id, std::string_view members) {
  return catalog::validate(get_model(id), make_body(id, members));
}

// "image:image_urls[0] mask:mask_url"
inline std::string print_references(const catalog::Normalised& request) {
  std::string text;
  for (const catalog::Reference& one : request.references) {
    text += fmt::format("{}{}:{}", text.empty() ? "" : " ", print(one.role), one.field);
  }
  return text;
}

// The whole price in credits, or the error's sentence.
inline std::string print_price(std::string_view id, std::string_view members,
                               std::optional<catalog::SourceFacts> source = {}) {
  const auto request = validate_members(id, members);
  if (!request) return request.error().message;
  const auto quote = catalog::quote(get_model(id), *request, source ? &*source : nullptr);
  return quote ? quote->total.text() : quote.error().message;
}

inline const std::vector<std::string_view> kSeedances{
    "doubao-seedance-2.0",           "doubao-seedance-2.0-fast",     "doubao-seedance-2.0-face",
    "doubao-seedance-2.0-fast-face", "doubao-seedance-2.0-official", "doubao-seedance-2.0-fast-official"};

}  // namespace darkroom::test
