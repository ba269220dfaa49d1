#include "usecase/read_task.h"

#include <fmt/format.h>

#include <array>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "base/json_pen.h"

namespace darkroom::usecase {
namespace {

void put_link(Pen& pen, std::string_view public_url, const task::Output& output) {
  json::put_string(pen, fmt::format("{}/media/{}", public_url, output.blob));
}

void put_output(Pen& pen, const task::Task& task, std::string_view public_url) {
  json::ObjectPen object(pen);
  const auto put_links = [&](std::string_view name, const std::vector<const task::Output*>& outputs) {
    object.list(name, outputs,
                [public_url](Pen& into, const task::Output* output) { put_link(into, public_url, *output); });
  };
  const auto results = task::outputs_of(task, task::OutputRole::result);
  put_links(task.plan.kind == "image" ? "image_urls" : "video_urls", results);
  // A poster stands for the film at its own place, so a list with one missing would mislead.
  const auto posters = task::outputs_of(task, task::OutputRole::poster);
  if (!posters.empty() && posters.size() == results.size()) put_links("poster_urls", posters);
  const auto frames = task::outputs_of(task, task::OutputRole::last_frame);
  if (!frames.empty()) put_link(object.member("last_frame_url"), public_url, *frames.front());
  object.end();
}

webhook::EventType event_type_of(task::State state) {
  DR_CHECK(task::is_ended(state));
  if (state == task::State::completed) return webhook::EventType::task_completed;
  return state == task::State::failed ? webhook::EventType::task_failed : webhook::EventType::task_cancelled;
}

// FNV-1a over words instead of bytes: the tag only has to differ between the few bodies that one task ever has.
std::string make_etag(std::string_view body) {
  std::uint64_t hash = 0xcbf29ce484222325U ^ body.size();
  while (!body.empty()) {
    std::uint64_t word = 0;
    body.remove_prefix(body.copy(reinterpret_cast<char*>(&word), sizeof(word)));
    hash = (hash ^ word) * 0x100000001b3U;
  }
  std::array<std::uint8_t, sizeof(hash)> bytes{};
  std::memcpy(bytes.data(), &hash, sizeof(hash));
  std::string tag(2 + 2 * sizeof(hash), '"');
  write_hex(bytes, tag.data() + 1);
  return tag;
}

// An id of a version that we never make, so no task has it.
TaskId impossible_id(TaskId id) {
  id.bytes[6] &= 0x0f;
  return id;
}

}  // namespace

// A code that is not for customers is shown as an internal error.
Error public_failure(const task::Task& task) {
  Code code = task.state == task::State::cancelled ? Code::task_cancelled : task.failure.value_or(Code::internal);
  if (info(code).public_number == 0) code = Code::internal;
  return task.progress.problem.empty() ? make_error(code) : make_error(code, task.progress.problem);
}

std::string print_task(const task::Task& task, std::string_view public_url) {
  Pen pen;
  json::ObjectPen object(pen);
  object.plain("id", task.id);
  object.text("model", task.plan.model);
  object.text("status", task::public_status(task.state));
  object.number("created_at", to_unix_seconds(task.created_at));
  object.member("output");
  if (task.state == task::State::completed) {
    put_output(pen, task, public_url);
  } else {
    pen.put("null");
  }
  object.member("error");
  if (task.state == task::State::failed || task.state == task::State::cancelled) {
    const Error failure = public_failure(task);
    json::ObjectPen error(pen);
    error.number("code", info(failure.code).public_number);
    error.text("message", failure.message);
    error.end();
  } else {
    pen.put("null");
  }
  object.end();
  return pen.take();
}

TaskViewRef ReadTask::find_cached(TaskId id, AccountId account) {
  TaskViewRef view = parts_.cache.find(id);
  if (view && view->account != account) return nullptr;
  return view;
}

Async<Result<TaskViewRef>> ReadTask::get(Loop& loop, TaskId id, AccountId account) {
  TaskViewRef view = parts_.cache.find(id);
  if (view && view->account == account) co_return view;
  // Another account's task that we happen to hold must not be refused faster than a task that does not exist.
  if (view) id = impossible_id(id);
  Result<TaskViewRef> found = co_await read(loop, id);
  if (found && (*found)->account != account) co_return fail(Code::task_not_found);
  co_return found;
}

Async<Result<TaskViewRef>> ReadTask::get_ended(Loop& loop, TaskId id, AccountId account, SteadyTime deadline,
                                               std::string_view request_id) {
  // Before the first look, so that no end falls between the two.
  std::optional<TaskFeed::Ticket> ticket = parts_.feed.enter(loop, id, TaskFeed::Until::end);
  bool has_left = false;
  std::optional<net::Departures::Watch> watch;
  if (ticket && parts_.departures != nullptr) {
    watch.emplace(*parts_.departures, request_id, [&has_left, &ticket] {
      has_left = true;
      ticket->wake();
    });
  }
  for (;;) {
    Result<TaskViewRef> view = co_await get(loop, id, account);
    const bool waits = ticket && view && !task::is_ended((*view)->state) && loop.now() < deadline && !has_left;
    if (!waits || parts_.feed.is_closed()) co_return view;
    TaskFeed::Ticket::Wait next = ticket->next(deadline);
    co_await next;
  }
}

Async<Result<TaskViewRef>> ReadTask::get_of_anyone(Loop& loop, TaskId id) {
  TaskViewRef view = parts_.cache.find(id);
  if (view) co_return view;
  co_return co_await read(loop, id);
}

Async<Result<std::vector<task::Event>>> ReadTask::get_events(Loop& loop, TaskId id, AccountId account) {
  Result<TaskViewRef> owned = co_await get(loop, id, account);
  if (!owned) co_return fail(std::move(owned.error()));
  using Events = Result<std::vector<task::Event>>;
  co_return co_await await_on<Events>(loop, [&](Done<Events> done) { parts_.store.list_events(id, std::move(done)); });
}

webhook::Message ReadTask::make_message(const task::Task& task) const {
  return webhook::make_message(event_type_of(task.state), *task.ended_at, print_task(task, parts_.public_url));
}

void ReadTask::task_accepted(const task::Task& task) {
  keep(task);
  if (parts_.streams != nullptr) parts_.streams->publish(task);
}

void ReadTask::task_committed(const task::Task& task) {
  const bool ended = task::is_ended(task.state);
  if (ended) {
    keep(task);
    parts_.accounts.task_ended(task.account);
  }
  parts_.feed.publish(task.id, ended);
  if (parts_.streams != nullptr) parts_.streams->publish(task);
}

TaskViewRef ReadTask::keep(const task::Task& task) {
  auto view = std::make_shared<TaskView>();
  view->id = task.id;
  view->account = task.account;
  view->state = task.state;
  view->created_at = task.created_at;
  view->ended_at = task.ended_at;
  view->likely_end = likely_end(task);
  view->body = print_task(task, parts_.public_url);
  view->etag = make_etag(view->body);
  parts_.cache.put(view);
  return view;
}

std::optional<WallTime> ReadTask::likely_end(const task::Task& task) const {
  if (!parts_.typical_seconds || task::is_ended(task.state)) return std::nullopt;
  const std::optional<double> typical = parts_.typical_seconds(task.plan.model);
  if (!typical) return std::nullopt;
  return task.created_at + milliseconds(static_cast<std::int64_t>(*typical * 1000));
}

Async<Result<TaskViewRef>> ReadTask::read(Loop& loop, TaskId id) {
  using Found = Result<std::optional<task::Task>>;
  Found found = co_await await_on<Found>(loop, [&](Done<Found> done) { parts_.store.find_task(id, std::move(done)); });
  if (!found) co_return fail(std::move(found.error()));
  if (!*found) co_return fail(Code::task_not_found);
  co_return keep(**found);
}

}  // namespace darkroom::usecase
