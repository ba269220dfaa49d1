#include "usecase/read_task.h"

#include <fmt/format.h>

#include <utility>

#include "base/json.h"

namespace darkroom::usecase {
namespace {

void append_output(std::string& out, const task::Task& task, std::string_view public_url) {
  out += task.plan.kind == "image" ? R"({"image_urls":[)" : R"({"video_urls":[)";
  std::string_view separator = "";
  for (const task::Output* output : task::outputs_of(task, task::OutputRole::result)) {
    out += separator;
    json::append_string(out, fmt::format("{}/media/{}", public_url, output->blob));
    separator = ",";
  }
  out += ']';
  const auto frames = task::outputs_of(task, task::OutputRole::last_frame);
  if (!frames.empty()) {
    out += R"(,"last_frame_url":)";
    json::append_string(out, fmt::format("{}/media/{}", public_url, frames.front()->blob));
  }
  out += '}';
}

// A code that is not for customers is shown as an internal error.
void append_error(std::string& out, Code code, std::string_view problem) {
  const CodeInfo& row = info(info(code).public_number != 0 ? code : Code::internal);
  out += fmt::format(R"({{"code":{},"message":)", row.public_number);
  json::append_string(out, problem.empty() ? row.meaning : problem);
  out += '}';
}

Code failure_of(const task::Task& task) {
  if (task.state == task::State::cancelled) return Code::task_cancelled;
  return task.failure.value_or(Code::internal);
}

// FNV-1a: the tag only has to differ between the few bodies that one task ever has.
std::string make_etag(std::string_view body) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : body) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3U;
  return fmt::format("\"{:016x}\"", hash);
}

// An id of a version that we never make, so no task has it.
TaskId impossible_id(TaskId id) {
  id.bytes[6] &= 0x0f;
  return id;
}

}  // namespace

std::string print_task(const task::Task& task, std::string_view public_url) {
  std::string out;
  out.reserve(256);
  out += R"({"id":")";
  out += task.id.text();
  out += R"(","model":)";
  json::append_string(out, task.plan.model);
  out += R"(,"status":")";
  out += task::public_status(task.state);
  out += fmt::format(R"(","created_at":{},"output":)", to_unix_seconds(task.created_at));
  if (task.state == task::State::completed) {
    append_output(out, task, public_url);
  } else {
    out += "null";
  }
  out += R"(,"error":)";
  if (task.state == task::State::failed || task.state == task::State::cancelled) {
    append_error(out, failure_of(task), task.progress.problem);
  } else {
    out += "null";
  }
  out += '}';
  return out;
}

ReadTask::ReadTask(store::Store& store, TaskCache& cache, AccountStates& accounts, std::string public_url)
    : store_(store), cache_(cache), accounts_(accounts), public_url_(std::move(public_url)) {}

TaskViewRef ReadTask::find_cached(TaskId id, AccountId account) {
  TaskViewRef view = cache_.find(id);
  if (view && view->account != account) return nullptr;
  return view;
}

Async<Result<TaskViewRef>> ReadTask::get(Loop& loop, TaskId id, AccountId account) {
  TaskViewRef view = cache_.find(id);
  if (view && view->account == account) co_return view;
  // Another account's task that we happen to hold must not be refused faster than a task that does not exist.
  if (view) id = impossible_id(id);
  Result<TaskViewRef> found = co_await read(loop, id);
  if (found && (*found)->account != account) co_return fail(Code::task_not_found);
  co_return found;
}

Async<Result<TaskViewRef>> ReadTask::get_of_anyone(Loop& loop, TaskId id) {
  TaskViewRef view = cache_.find(id);
  if (view) co_return view;
  co_return co_await read(loop, id);
}

Async<Result<std::vector<task::Event>>> ReadTask::get_events(Loop& loop, TaskId id, AccountId account) {
  Result<TaskViewRef> owned = co_await get(loop, id, account);
  if (!owned) co_return fail(std::move(owned.error()));
  using Events = Result<std::vector<task::Event>>;
  co_return co_await await_on<Events>(loop, [&](Done<Events> done) { store_.list_events(id, std::move(done)); });
}

void ReadTask::task_accepted(const task::Task& task) { keep(task); }

void ReadTask::task_changed(const task::Task& task) {
  if (!task::is_ended(task.state)) return;
  keep(task);
  accounts_.task_ended(task.account);
}

TaskViewRef ReadTask::keep(const task::Task& task) {
  auto view = std::make_shared<TaskView>();
  view->id = task.id;
  view->account = task.account;
  view->state = task.state;
  view->created_at = task.created_at;
  view->ended_at = task.ended_at;
  view->body = print_task(task, public_url_);
  view->etag = make_etag(view->body);
  cache_.put(view);
  return view;
}

Async<Result<TaskViewRef>> ReadTask::read(Loop& loop, TaskId id) {
  using Found = Result<std::optional<task::Task>>;
  Found found = co_await await_on<Found>(loop, [&](Done<Found> done) { store_.find_task(id, std::move(done)); });
  if (!found) co_return fail(std::move(found.error()));
  if (!*found) co_return fail(Code::task_not_found);
  co_return keep(**found);
}

}  // namespace darkroom::usecase
