#include "api/warnings.h"

#include <algorithm>

namespace darkroom::api {
namespace {

constexpr std::size_t kMaxWarnedNames = 16;
constexpr std::size_t kMaxWarnedNameBytes = 64;

}  // namespace

void add_warnings(const std::vector<std::string>& ignored, http::Response& response) {
  if (ignored.empty()) return;
  // The names come from the request, so only what may stand in a header goes back, and only so much of it.
  std::string out = "ignored: ";
  for (std::size_t i = 0; i < std::min(ignored.size(), kMaxWarnedNames); ++i) {
    if (i > 0) out += ", ";
    for (const char c : ignored[i].substr(0, kMaxWarnedNameBytes)) out += c > ' ' && c < 0x7f && c != ',' ? c : '?';
  }
  if (ignored.size() > kMaxWarnedNames) out += ", ...";
  response.set("Darkroom-Warnings", out);
}

}  // namespace darkroom::api
