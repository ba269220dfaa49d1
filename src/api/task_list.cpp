#include "api/task_list.h"

#include <fmt/format.h>

#include "api/query.h"
#include "usecase/list_tasks.h"
#include "usecase/read_task.h"

namespace darkroom::api {
namespace {

Result<usecase::TaskQuery> read_query(const http::Request& request) {
  usecase::TaskQuery query;
  DR_TRY(put_into(query.limit, read_limit(request, query.limit, usecase::kMostTasksShown)));
  DR_TRY(put_into(query.after, read_task_cursor(request)));
  DR_TRY(put_into(query.created_after, read_time(request, "created_after")));
  DR_TRY(put_into(query.created_before, read_time(request, "created_before")));
  if (auto model = request.query_parameter("model"); model && !model->empty()) query.model = std::move(*model);
  DR_TRY(put_into(query.status, read_task_status(request)));
  DR_TRY(put_into(query.key, read_task_key(request)));
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
