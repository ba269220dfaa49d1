#include "blob/blob_store.h"

#include <algorithm>

namespace darkroom::blob {
namespace {

constexpr std::size_t kMaxNameBytes = 255;

bool is_valid_segment(std::string_view segment) {
  // A leading dot would hide files, reach the temporary folder, or climb.
  if (segment.empty() || segment.front() == '.') return false;
  return std::all_of(segment.begin(), segment.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  });
}

}  // namespace

bool is_valid_name(std::string_view name) {
  if (name.size() > kMaxNameBytes) return false;
  for (;;) {
    const std::size_t slash = name.find('/');
    if (!is_valid_segment(name.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    name.remove_prefix(slash + 1);
  }
}

}  // namespace darkroom::blob
