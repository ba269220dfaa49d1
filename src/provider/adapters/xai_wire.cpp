#include "provider/adapters/xai_wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "provider/adapters/media_wire.h"

namespace darkroom::provider {
namespace {

bool contains_ignoring_case(std::string_view text, std::string_view lower_words) {
  const auto same = [](unsigned char a, unsigned char b) { return std::tolower(a) == b; };
  return !std::ranges::search(text, lower_words, same).empty();
}

}  // namespace

XaiWords read_xai_words(const json::object& document) {
  if (const json::object* error = find_object(document, "error")) {
    return {find_text(*error, "code"), find_text(*error, "message")};
  }
  return {find_text(document, "code"), find_text(document, "error")};
}

bool is_xai_refusal(const XaiWords& words) {
  return contains_ignoring_case(words.text, "content moderation") ||
         contains_ignoring_case(words.code, "content moderation");
}

XaiTrouble read_xai_trouble(const Answer& answer) {
  const json::object* document = find_document(answer);
  const XaiWords words = document == nullptr ? XaiWords{} : read_xai_words(*document);
  XaiTrouble trouble{find_fault(answer.status), print_word(words.code, fmt::format("http_{}", answer.status))};
  if (is_xai_refusal(words)) return {Fault::content, "content_moderation"};
  // The vendor answers a wrong key with 400 as well as with 401.
  if (answer.status == 400 && contains_ignoring_case(words.text, "api key")) trouble.fault = Fault::key;
  return trouble;
}

}  // namespace darkroom::provider
