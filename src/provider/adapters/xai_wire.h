// xAI wire: the errors of xAI, which its pictures and its films share. Pure.
#pragma once

#include <string>
#include <string_view>

#include "provider/adapters/faults.h"

namespace darkroom::provider {

// Of {"error": {"code", "message"}}, {"code", "error": text} and {"error": text}.
struct XaiWords {
  std::string_view code;
  std::string_view text;
};
XaiWords read_xai_words(const json::object& document);

// Codes are few and often sentences, so refusals are known by their text.
bool is_xai_refusal(const XaiWords& words);

struct XaiTrouble {
  Fault fault = Fault::strange;
  std::string code;
};
// Of an answer that has no result.
XaiTrouble read_xai_trouble(const Answer& answer);

}  // namespace darkroom::provider
