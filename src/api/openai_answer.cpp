#include "api/openai_answer.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <string>
#include <utility>

#include "api/error_map.h"
#include "base/check.h"
#include "base/json.h"
#include "net/body_source.h"

namespace darkroom::api {
namespace {

constexpr std::string_view kMediaPath = "/media/";

// OpenAI's words for kinds of errors.
std::string_view print_type(Code code) {
  switch (code) {
    case Code::insufficient_credits:
    case Code::key_limit_reached: return "insufficient_quota";
    case Code::rate_limited:
    case Code::queue_full: return "rate_limit_error";
    case Code::content_policy: return "image_generation_user_error";
    default: break;
  }
  const int status = info(code).http_status;
  if (status == 401) return "authentication_error";
  if (status == 403) return "permission_error";
  return status < 500 ? "invalid_request_error" : "server_error";
}

// What a poll of the task shows. It is our own text, so it has the shape that print_task gives it.
json::object parse_view(const usecase::TaskView& task) {
  Result<json::object> tree = json::parse_object(task.body);
  DR_CHECK(tree.has_value());
  return std::move(*tree);
}

Error failure_of(const usecase::TaskView& task) {
  const json::object tree = parse_view(task);
  const json::object& error = tree.at("error").as_object();
  const CodeInfo* row = find_code_by_public_number(static_cast<int>(json::get_int(error, "code")));
  DR_CHECK(row != nullptr);
  return make_error(row->code, json::get_string(error, "message"));
}

std::vector<std::string> links_of(const usecase::TaskView& task) {
  const json::object tree = parse_view(task);
  std::vector<std::string> links;
  for (const auto& kind : tree.at("output").as_object()) {
    if (!kind.value().is_array()) continue;
    for (const json::value& link : kind.value().get_array()) links.emplace_back(link.as_string());
  }
  return links;
}

Error still_processing(const usecase::TaskView& task) {
  const std::string id = task.id.text();
  return make_error(Code::still_processing,
                    fmt::format("{} goes on; its result will be at GET /api/v1/tasks/{}", id, id));
}

Result<http::FileRange> open_file(blob::Store& media, std::string_view name) {
  Result<std::shared_ptr<const http::OpenFile>> file = media.open(name);
  if (!file && file.error().code == Code::not_found) {
    return fail(Code::route_not_found, "The files of this task are no longer kept");
  }
  if (!file) return fail(std::move(file.error()));
  struct stat status{};
  if (::fstat((*file)->fd(), &status) != 0) return fail(Code::io_failed, "fstat of an open media file failed");
  return http::FileRange{std::move(*file), 0, static_cast<std::uint64_t>(status.st_size)};
}

http::Response with_links(std::string opening, const std::vector<std::string>& links) {
  http::Response response;
  std::string body = std::move(opening);
  for (const std::string& link : links) {
    body += link == links.front() ? R"({"url":)" : R"(,{"url":)";
    json::append_string(body, link);
    body += '}';
  }
  response.body = body + "]}";
  return response;
}

// A link is <public_url>/media/<blob>.
Result<http::Response> with_base64(std::string opening, const std::vector<std::string>& links, blob::Store& media) {
  auto source = std::make_shared<net::BodySource>();
  source->add_text(std::move(opening));
  for (const std::string& link : links) {
    const std::size_t name_at = link.rfind(kMediaPath) + kMediaPath.size();
    Result<http::FileRange> file = open_file(media, std::string_view(link).substr(name_at));
    if (!file) return fail(std::move(file.error()));
    source->add_text(link == links.front() ? R"({"b64_json":")" : R"(,{"b64_json":")");
    source->add_base64(std::move(*file));
    source->add_text(R"("})");
  }
  source->add_text("]}");
  http::Response response;
  response.body = std::shared_ptr<ByteSource>(std::move(source));
  return response;
}

}  // namespace

std::string print_openai_error(const Error& error, std::string_view request_id) {
  std::string out = R"({"error":{"message":)";
  json::append_string(out, error.message);
  out += fmt::format(R"(,"type":"{}","param":)", print_type(error.code));
  if (error.field.empty()) {
    out += "null";
  } else {
    json::append_string(out, error.field);
  }
  out += fmt::format(R"(,"code":{},"request_id":)", info(error.code).public_number);
  json::append_string(out, request_id);
  return out + "}}";
}

Result<http::Response> openai_answer(const usecase::TaskView& task, PictureForm form, blob::Store& media) {
  if (!task::is_ended(task.state)) return fail(still_processing(task));
  if (task.state != task::State::completed) return fail(failure_of(task));
  const std::vector<std::string> links = links_of(task);
  std::string opening =
      fmt::format(R"({{"created":{},"data":[)", to_unix_seconds(task.ended_at.value_or(task.created_at)));
  if (form == PictureForm::url) return with_links(std::move(opening), links);
  return with_base64(std::move(opening), links, media);
}

}  // namespace darkroom::api
