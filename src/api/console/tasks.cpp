#include "api/console/tasks.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "api/console/screens.h"
#include "api/console/task_query.h"
#include "api/console/task_rows.h"
#include "api/console/webhooks.h"
#include "api/nullable.h"
#include "usecase/look_at_task.h"

namespace darkroom::api::console {
namespace {

constexpr seconds kThumbnailCaching = std::chrono::days(7);

std::optional<TaskId> task_of(const Visit& visit) { return TaskId::parse(visit.params.get("id")); }

http::Response answer_tasks(const Visit& visit, const std::vector<task::Task>& tasks, const std::string& next) {
  json::array data;
  for (const task::Task& task : tasks) data.push_back(print_row(visit.services, task));
  return answer_page(std::move(data), next);
}

// A list of one, or of none.
Answer find_one(Visit& visit, std::string text, std::optional<AccountId> account) {
  Result<std::optional<task::Task>> found =
      co_await usecase::find_task(visit.loop, visit.services.store, std::move(text), account);
  if (!found) co_return fail(std::move(found.error()));
  std::vector<task::Task> tasks;
  if (*found) tasks.push_back(std::move(**found));
  co_return answer_tasks(visit, tasks, "");
}

Answer list_page(Visit& visit, std::optional<AccountId> account) {
  Result<usecase::TaskQuery> query = read_task_query(visit);
  if (!query) co_return fail(std::move(query.error()));
  query->account = account;
  const Result<usecase::TaskPage> page = co_await visit.services.api.tasks.list(visit.loop, std::move(*query));
  if (!page) co_return fail(page.error());
  co_return answer_tasks(visit, page->tasks, page->next ? page->next->hex() : std::string());
}

Answer list_tasks(Visit& visit, std::optional<AccountId> account) {
  std::string text = visit.request.query_parameter("find").value_or("");
  return text.empty() ? list_page(visit, account) : find_one(visit, std::move(text), account);
}

std::string_view url_of(const usecase::TaskFile& file, WebhookId id) {
  const auto found = std::ranges::find(file.endpoints, id, &webhook::Endpoint::id);
  return found == file.endpoints.end() ? std::string_view() : std::string_view(found->url);
}

json::object print_file(const Visit& visit, const usecase::TaskFile& file) {
  const task::Task& task = file.task;
  const bool for_operator = visit.is_operator();
  json::object shown = print_row(visit.services, task);
  shown["prompt"] = task.plan.prompt;
  shown["request"] = print_request(task);
  shown["response"] = nullptr;
  if (Result<json::object> answer = json::parse_object(visit.services.api.tasks.print(task))) {
    shown["response"] = std::move(*answer);
  }
  shown["webhook_url"] = text_or_null(task.plan.callback_url);
  if (!task.plan.request_id.empty()) shown["request_id"] = task.plan.request_id;
  json::array& events = shown["events"].emplace_array();
  for (const task::Event& event : file.events) events.push_back(print_event(event, for_operator));
  shown["calls"] = print_calls(task::history_of(file.events), for_operator);
  json::array& entries = shown["entries"].emplace_array();
  for (const ledger::Entry& entry : file.entries) {
    if (for_operator || entry.kind != ledger::Kind::upstream_loss) entries.push_back(print_entry(entry));
  }
  json::array& deliveries = shown["deliveries"].emplace_array();
  for (const webhook::Delivery& delivery : file.deliveries) {
    deliveries.push_back(print_delivery(delivery, url_of(file, delivery.webhook)));
  }
  return shown;
}

// The picture that stands for the output of that number: itself, or its film's poster.
const task::Output* find_picture(const task::Task& task, std::string_view text) {
  std::size_t index = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), index);
  const auto results = task::outputs_of(task, task::OutputRole::result);
  if (problem != std::errc() || end != text.data() + text.size() || index >= results.size()) return nullptr;
  if (results[index]->mime.starts_with("image/")) return results[index];
  const auto posters = task::outputs_of(task, task::OutputRole::poster);
  return posters.size() == results.size() ? posters[index] : nullptr;
}

}  // namespace

Answer list_account_tasks(Visit& visit) { return list_tasks(visit, visit.account().id); }
Answer list_all_tasks(Visit& visit) { return list_tasks(visit, std::nullopt); }

Async<Result<json::object>> print_task(Visit& visit, TaskId id) {
  const Result<usecase::TaskFile> file =
      co_await usecase::get_task_file(visit.loop, visit.services.store, id, visit.account().id);
  if (!file) co_return fail(file.error());
  co_return print_file(visit, *file);
}

Answer show_task(Visit& visit) {
  const std::optional<TaskId> id = task_of(visit);
  if (!id) co_return fail(Code::object_not_found);
  const Result<json::object> shown = co_await print_task(visit, *id);
  if (!shown) co_return fail(shown.error());
  co_return answer_with(*shown);
}

Answer cancel_task(Visit& visit) {
  const std::optional<TaskId> id = task_of(visit);
  if (!id) co_return fail(Code::object_not_found);
  const Result<usecase::CancelledTask> cancelled =
      co_await visit.services.api.cancels.cancel(visit.loop, *id, visit.account().id);
  if (!cancelled && cancelled.error().code == Code::task_not_found) co_return fail(Code::object_not_found);
  if (!cancelled) co_return fail(cancelled.error());
  Result<json::object> shown = json::parse_object(cancelled->view->body);
  if (!shown) co_return fail(Code::internal, "the answer to a poll is no object");
  (*shown)["charged_microcredits"] = cancelled->charged.count();
  const json::object after = {{"charged_microcredits", cancelled->charged.count()}};
  Status noted = co_await note(visit, visit.deed("task.cancel", id->text(), nullptr, after));
  if (!noted) co_return fail(std::move(noted.error()));
  co_return answer_with(*shown);
}

Answer show_thumbnail(Visit& visit) {
  const Screens& screens = visit.services.screens;
  const std::optional<TaskId> id = task_of(visit);
  if (!id) co_return fail(Code::object_not_found);
  const Result<task::Task> task =
      co_await usecase::get_task_of(visit.loop, visit.services.store, *id, visit.account().id);
  if (!task) co_return fail(task.error());
  const task::Output* picture = find_picture(*task, visit.params.get("index"));
  const bool is_kept = task->state == task::State::completed &&
                       visit.now() < *task->ended_at + visit.services.api.limits.media_retention;
  if (picture == nullptr || !is_kept) co_return fail(Code::object_not_found);
  if (!screens.make_thumbnail) co_return fail(Code::unavailable);
  Async<Result<std::string>> making = screens.make_thumbnail(visit.loop, picture->blob);
  Result<std::string> bytes = co_await making;
  if (!bytes && bytes.error().code == Code::bad_media) co_return fail(Code::object_not_found);
  if (!bytes) co_return fail(std::move(bytes.error()));
  http::Response response;
  response.content_type = "image/webp";
  response.set("Cache-Control", fmt::format("private, max-age={}, immutable", kThumbnailCaching.count()));
  response.body = std::move(*bytes);
  co_return response;
}

Answer resend_task_delivery(Visit& visit) {
  const std::optional<DeliveryName> name = parse_delivery_id(visit.params.get("delivery"));
  const std::optional<TaskId> id = task_of(visit);
  if (!name || !id || name->task != *id) co_return fail(Code::object_not_found);
  co_return co_await resend_delivery(visit, *name);
}

}  // namespace darkroom::api::console
