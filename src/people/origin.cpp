#include "people/origin.h"

#include "people/digest.h"

namespace darkroom::people {
namespace {

// "Application/JSON; charset=utf-8" -> "application/json"
std::string media_type(std::string_view content_type) {
  std::string type(content_type.substr(0, content_type.find(';')));
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.pop_back();
  for (char& c : type) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
  return type;
}

bool is_ours(std::string_view origin, const Provenance& request) {
  if (!request.public_url.empty() && origin == request.public_url) return true;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (origin.starts_with(scheme) && !request.host.empty() && origin.substr(scheme.size()) == request.host)
      return true;
  }
  return false;
}

}  // namespace

std::optional<std::string_view> find_forgery(const Provenance& request) {
  if (request.method == "GET" || request.method == "HEAD") return std::nullopt;
  if (!request.origin) return "no Origin";
  if (!is_ours(*request.origin, request)) return "foreign Origin";
  if (request.fetch_site && *request.fetch_site != "same-origin") return "foreign Sec-Fetch-Site";
  if (request.has_body || request.content_type || !request.wanted_token) {
    const std::string type = media_type(request.content_type.value_or(""));
    if (type != "application/json" && !(request.takes_files && type == "multipart/form-data")) return "content type";
  }
  if (!request.wanted_token) return std::nullopt;
  if (!request.csrf_token || !are_equal(*request.csrf_token, *request.wanted_token)) return "X-CSRF-Token";
  return std::nullopt;
}

}  // namespace darkroom::people
