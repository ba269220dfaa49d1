#include "api/task_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "usecase/list_tasks.h"
#include "usecase/read_task.h"

namespace darkroom::api {
namespace {

constexpr auto kStatuses = std::to_array<std::string_view>({"processing", "completed", "failed"});

std::unexpected<Error> refuse(std::string_view name, std::string_view expected) {
  return fail(Code::invalid_parameter, fmt::format("{} must be {}", name, expected), std::string(name));
}

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// A point in time as the contract writes it: whole seconds since 1970.
Result<std::optional<WallTime>> read_time(const http::Request& request, std::string_view name) {
  constexpr std::int64_t kLatestSeconds = 1LL << 37;
  const auto text = request.query_parameter(name);
  if (!text || text->empty()) return std::nullopt;
  const auto number = parse_number(*text);
  if (!number || *number < 0 || *number > kLatestSeconds) return refuse(name, "a time in whole seconds since 1970");
  return WallTime(seconds(*number));
}

Result<std::size_t> read_limit(const http::Request& request) {
  const auto text = request.query_parameter("limit");
  if (!text || text->empty()) return usecase::TaskQuery().limit;
  const auto number = parse_number(*text);
  if (number && *number >= 1 && *number <= static_cast<std::int64_t>(usecase::kMostTasksShown)) {
    return static_cast<std::size_t>(*number);
  }
  return refuse("limit", fmt::format("a whole number from 1 to {}", usecase::kMostTasksShown));
}

Result<std::optional<TaskId>> read_cursor(const http::Request& request) {
  const auto text = request.query_parameter("cursor");
  if (!text || text->empty()) return std::nullopt;
  const auto bytes = parse_hex_id(*text);
  if (!bytes) return refuse("cursor", "the next_cursor of an earlier page");
  return TaskId{*bytes};
}

template <class T>
Status put_into(T& place, Result<T> read) {
  if (!read) return fail(std::move(read.error()));
  place = std::move(*read);
  return {};
}

Result<usecase::TaskQuery> read_query(const http::Request& request) {
  usecase::TaskQuery query;
  DR_TRY(put_into(query.limit, read_limit(request)));
  DR_TRY(put_into(query.after, read_cursor(request)));
  DR_TRY(put_into(query.created_after, read_time(request, "created_after")));
  DR_TRY(put_into(query.created_before, read_time(request, "created_before")));
  if (auto model = request.query_parameter("model"); model && !model->empty()) query.model = std::move(*model);
  if (auto status = request.query_parameter("status"); status && !status->empty()) {
    if (std::ranges::find(kStatuses, *status) == kStatuses.end()) {
      return refuse("status", "processing, completed or failed");
    }
    query.status = std::move(*status);
  }
  if (const auto key = request.query_parameter("key"); key && !key->empty()) {
    query.key = KeyId::parse(*key);
    if (!query.key) return refuse("key", "the id of an API key, key_ and 32 hex digits");
  }
  return query;
}

}  // namespace

Answer list_tasks(Exchange& exchange) {
  Result<usecase::TaskQuery> query = read_query(exchange.request);
  if (!query) co_return fail(std::move(query.error()));
  query->account = exchange.caller->account;
  const Result<usecase::TaskPage> page = co_await exchange.services.tasks.list(exchange.loop, std::move(*query));
  if (!page) co_return fail(page.error());
  std::string body = R"({"data":[)";
  for (const task::Task& task : page->tasks) {
    if (body.back() != '[') body += ',';
    body += exchange.services.tasks.print(task);
  }
  body += page->next ? fmt::format(R"(],"next_cursor":"{}"}})", page->next->hex()) : R"(],"next_cursor":null})";
  http::Response response;
  response.set("Cache-Control", "private, no-store");
  response.body = std::move(body);
  co_return response;
}

}  // namespace darkroom::api
