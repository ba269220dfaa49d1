#include "provider/adapters/media_wire.h"

#include <fmt/format.h>

#include <algorithm>

namespace darkroom::provider {
namespace {

constexpr std::size_t kMostIdBytes = 256;

bool contains(Names names, std::string_view name) { return std::ranges::find(names, name) != names.end(); }

bool is_id_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' ||
         c == '.' || c == ':';
}

}  // namespace

Status check_job(const Job& job, Names parameters, Names roles) {
  for (const auto& [name, value] : job.parameters) {
    if (contains(parameters, name)) continue;
    return fail(Code::invalid_parameter, fmt::format("this route cannot express {}", std::string_view(name)),
                std::string(name));
  }
  for (const ReferenceFile& reference : job.references) {
    if (contains(roles, reference.role)) continue;
    return fail(Code::invalid_parameter, fmt::format("this route takes no {}", reference.role), reference.role);
  }
  return {};
}

Status check_one_output(const Job& job) {
  if (job.outputs != 1) return fail(Code::invalid_parameter, "this route makes one result a call", "n");
  return {};
}

Request make_request(std::string_view method, std::string path, std::string_view scheme, const Secret& key) {
  Request request;
  request.method = method;
  request.path = std::move(path);
  request.headers.push_back({"Authorization", Secret(fmt::format("{} {}", scheme, key.reveal()))});
  if (method == "POST") request.headers.push_back({"Content-Type", Secret("application/json")});
  return request;
}

std::vector<const ReferenceFile*> references_of(const Job& job, std::string_view role) {
  std::vector<const ReferenceFile*> found;
  for (const ReferenceFile& reference : job.references) {
    if (reference.role == role) found.push_back(&reference);
  }
  return found;
}

const ReferenceFile* find_reference(const Job& job, std::string_view role) {
  const auto found = std::ranges::find(job.references, role, &ReferenceFile::role);
  return found == job.references.end() ? nullptr : &*found;
}

std::uint64_t inline_bytes(const Job& job) {
  std::uint64_t bytes = 0;
  for (const ReferenceFile& reference : job.references) {
    if (reference.role != "video") bytes += (reference.size_bytes + 2) / 3 * 4;
  }
  return bytes;
}

void copy_parameter(const Job& job, std::string_view name, json::object& to, std::string_view as) {
  if (const json::value* value = json::find(job.parameters, name)) to[as] = *value;
}

std::string_view text_parameter(const Job& job, std::string_view name) {
  const json::value* value = json::find(job.parameters, name);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

std::string print_members(const json::object& tree) {
  const std::string text = json::print(tree);
  return text.substr(1, text.size() - 2);
}

void write_inline(BodyWriter& body, const ReferenceFile& reference) {
  if (reference.blob.empty()) return write_link(body, reference);
  std::string start;
  json::append_string(start, fmt::format("data:{};base64,", reference.mime));
  start.pop_back();
  body.text(start).base64_of(reference.blob).text("\"");
}

void write_link(BodyWriter& body, const ReferenceFile& reference) { body.json_string(reference.url); }

std::string find_job_id(const json::object& tree, std::string_view name) {
  const json::value* value = json::find(tree, name);
  if (value == nullptr || !value->is_string()) return {};
  const std::string_view id = value->get_string();
  const bool good = !id.empty() && id.size() <= kMostIdBytes && std::ranges::all_of(id, is_id_character) &&
                    id.find_first_not_of('.') != std::string_view::npos;
  return std::string(good ? id : "");
}

const json::object* find_document(const Answer& answer) {
  return answer.is_json ? answer.document.if_object() : nullptr;
}

bool is_success(const Answer& answer) { return answer.status >= 200 && answer.status <= 299; }

}  // namespace darkroom::provider
