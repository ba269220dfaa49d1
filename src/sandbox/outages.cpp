#include "sandbox/outages.h"

#include <algorithm>

#include "sandbox/answers.h"

namespace darkroom::sandbox {
namespace {

constexpr int kFirstError = 400;

http::Response refuse(std::string_view why) { return json_response(400, json::object{{"error", why}}); }

}  // namespace

http::Response Outages::change(const http::Request& request, const std::vector<std::string_view>& kinds) {
  if (request.method != "POST") return json_response(405, json::object{{"error", "POST it"}});
  const auto wish = json::parse_object(request.body);
  if (!wish) return refuse("the body must be a JSON object");
  const std::string kind = json::get_string(*wish, "kind");
  const std::int64_t status = json::get_int(*wish, "status");
  if (std::ranges::find(kinds, kind) == kinds.end()) return refuse("kind must be that of a stand-in");
  if (status < 200 || status > 599) return refuse("status must be 200 to 599");
  auto statuses = statuses_.lock();
  statuses->erase(kind);
  if (status >= kFirstError) statuses->emplace(kind, static_cast<int>(status));
  json::object shown;
  for (const auto& [name, code] : *statuses) shown[name] = code;
  return json_response(200, json::object{{"outages", std::move(shown)}});
}

std::optional<http::Response> Outages::answer(std::string_view kind) {
  auto statuses = statuses_.lock();
  const auto found = statuses->find(kind);
  if (found == statuses->end()) return std::nullopt;
  return json_response(found->second,
                       json::object{{"error", json::object{{"message", "The sandbox plays an outage."}}}});
}

}  // namespace darkroom::sandbox
