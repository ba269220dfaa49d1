#include "api/media.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <utility>

#include "api/byte_range.h"
#include "api/error_map.h"
#include "base/time_text.h"

namespace darkroom::api {
namespace {

constexpr std::string_view kFolder = "tasks/";
constexpr std::size_t kHexDigits = 32;
constexpr std::size_t kMaxExtensionBytes = 5;
constexpr seconds kLongestCaching = std::chrono::days(7);

struct ContentType {
  std::string_view extension;
  std::string_view type;
};
constexpr auto kContentTypes = std::to_array<ContentType>({{"png", "image/png"},
                                                           {"jpg", "image/jpeg"},
                                                           {"jpeg", "image/jpeg"},
                                                           {"webp", "image/webp"},
                                                           {"gif", "image/gif"},
                                                           {"mp4", "video/mp4"},
                                                           {"webm", "video/webm"}});

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower_alnum(char c) { return is_digit(c) || (c >= 'a' && c <= 'z'); }

// What identifies an object: its name is written once, and size and time come from the open file itself.
struct Validators {
  std::uint64_t size_bytes = 0;
  std::string etag;
  std::string last_modified;
};

Result<Validators> read_validators(const http::OpenFile& file) {
  struct stat status{};
  if (::fstat(file.fd(), &status) != 0) return fail(Code::io_failed, "fstat of an open media file failed");
  Validators validators;
  validators.size_bytes = static_cast<std::uint64_t>(status.st_size);
  const std::int64_t nanos = std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
  validators.etag = fmt::format("\"{:x}-{:x}\"", validators.size_bytes, nanos);
  validators.last_modified = print_http_date(WallTime(seconds(status.st_mtim.tv_sec)));
  return validators;
}

// RFC 9110 13.1.5: a range counts only if the file is still the one that the client has a part of.
bool range_holds(const http::Request& request, const Validators& validators) {
  const auto if_range = request.header("if-range");
  return !if_range || *if_range == validators.etag || *if_range == validators.last_modified;
}

bool is_current(const http::Request& request, const Validators& validators) {
  if (const auto tags = request.header("if-none-match")) {
    return *tags == "*" || tags->find(validators.etag) != std::string_view::npos;
  }
  const auto since = request.header("if-modified-since");
  return since && *since == validators.last_modified;
}

http::Response file_response(const http::Request& request, std::string_view name,
                             std::shared_ptr<const http::OpenFile> file, const Validators& validators,
                             seconds caching) {
  http::Response response;
  response.headers.reserve(512);
  response.set("ETag", validators.etag);
  response.set("Last-Modified", validators.last_modified);
  response.set("Cache-Control", fmt::format("public, max-age={}, immutable", caching.count()));
  response.set("Accept-Ranges", "bytes");
  // A picture that turned out to be something else must stay harmless in a browser.
  response.set("X-Content-Type-Options", "nosniff");
  response.set("Content-Security-Policy", "default-src 'none'; sandbox");
  response.content_type = content_type_of(name);
  if (is_current(request, validators)) {
    response.status = 304;
    response.content_type = {};
    return response;
  }
  const auto header = range_holds(request, validators) ? request.header("range") : std::nullopt;
  const RangeChoice choice = choose_range(header, validators.size_bytes);
  if (std::holds_alternative<Unsatisfiable>(choice)) {
    response = error_response(make_error(Code::range_not_satisfiable), request.request_id);
    response.set("Content-Range", fmt::format("bytes */{}", validators.size_bytes));
    return response;
  }
  http::FileRange body{std::move(file), 0, validators.size_bytes};
  if (const auto* range = std::get_if<ByteRange>(&choice)) {
    response.status = 206;
    response.set("Content-Range", fmt::format("bytes {}-{}/{}", range->offset, range->offset + range->length - 1,
                                              validators.size_bytes));
    body.offset = range->offset;
    body.length = range->length;
  }
  response.body = std::move(body);
  return response;
}

Error no_such_file() { return make_error(Code::route_not_found, "No such file"); }

}  // namespace

std::optional<TaskId> task_of_output(std::string_view name) {
  if (!name.starts_with(kFolder)) return std::nullopt;
  name.remove_prefix(kFolder.size());
  if (name.size() <= kHexDigits + 1 || name[kHexDigits] != '/') return std::nullopt;
  const auto id = parse_hex_id(name.substr(0, kHexDigits));
  const std::string_view file = name.substr(kHexDigits + 1);
  const std::size_t dot = file.find('.');
  if (!id || dot == std::string_view::npos || dot == 0) return std::nullopt;
  const std::string_view extension = file.substr(dot + 1);
  if (extension.empty() || extension.size() > kMaxExtensionBytes) return std::nullopt;
  if (!std::ranges::all_of(file.substr(0, dot), is_digit)) return std::nullopt;
  if (!std::ranges::all_of(extension, is_lower_alnum)) return std::nullopt;
  return TaskId{*id};
}

std::string_view content_type_of(std::string_view name) {
  const std::string_view extension = name.substr(name.rfind('.') + 1);
  const auto found = std::ranges::find(kContentTypes, extension, &ContentType::extension);
  return found == kContentTypes.end() ? "application/octet-stream" : found->type;
}

Answer show_media(Exchange& exchange) {
  const std::string_view name = exchange.params.get("path");
  const std::optional<TaskId> id = task_of_output(name);
  if (!id) co_return fail(no_such_file());
  // The file first: guessing names must not reach the store.
  Result<std::shared_ptr<const http::OpenFile>> file = exchange.services.media.open(name);
  if (!file && file.error().code == Code::not_found) co_return fail(no_such_file());
  if (!file) co_return fail(std::move(file.error()));

  Result<usecase::TaskViewRef> view = co_await exchange.services.tasks.get_of_anyone(exchange.loop, *id);
  if (!view && view.error().code == Code::task_not_found) co_return fail(no_such_file());
  if (!view) co_return fail(std::move(view.error()));
  const seconds retention = exchange.services.limits.media_retention;
  const bool is_shown = (*view)->state == task::State::completed && (*view)->ended_at &&
                        exchange.services.clock.wall_now() < *(*view)->ended_at + retention;
  if (!is_shown) co_return fail(no_such_file());
  Result<Validators> validators = read_validators(**file);
  if (!validators) co_return fail(std::move(validators.error()));
  co_return file_response(exchange.request, name, std::move(*file), *validators, std::min(retention, kLongestCaching));
}

}  // namespace darkroom::api
