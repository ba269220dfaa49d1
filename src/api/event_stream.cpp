#include "api/event_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <memory>
#include <utility>

#include "api/tasks.h"
#include "base/json.h"

namespace darkroom::api {
namespace {

constexpr std::string_view kBegin = "retry: 1000\n\n";  // milliseconds until a browser comes back
constexpr std::string_view kStillHere = ":\n\n";

// The number of the first event to send: the one behind that which the client has seen.
Result<std::uint32_t> first_wanted(const http::Request& request) {
  const auto seen = request.header("last-event-id");
  if (!seen || seen->empty()) return 0;
  std::uint32_t number = 0;
  const auto [end, problem] = std::from_chars(seen->data(), seen->data() + seen->size(), number);
  if (problem != std::errc() || end != seen->data() + seen->size() || number == UINT32_MAX) {
    return fail(Code::invalid_parameter, "Last-Event-ID must be the id of an event of this stream", "Last-Event-ID");
  }
  return number + 1;
}

bool is_end(const task::Event& event) {
  constexpr task::State kEnds[] = {task::State::completed, task::State::failed, task::State::cancelled};
  return std::ranges::any_of(kEnds, [&](task::State state) { return task::print(state) == event.type; });
}

// `data` is one line: our JSON has no line break in it.
void append_event(std::string& out, const task::Event& event, std::string_view data) {
  fmt::format_to(std::back_inserter(out), "id: {}\nevent: {}\ndata: {}\n\n", event.number, event.type, data);
}

}  // namespace

Async<std::string> TaskEventStream::next() {
  if (!std::exchange(has_begun_, true)) co_return std::string(kBegin);
  while (!has_ended_) {
    if (std::exchange(has_news_, false)) {
      std::string news = co_await read_news();
      if (!news.empty() || has_ended_) co_return news;
    }
    if (tasks_.is_going_down()) break;
    const SteadyTime heartbeat = loop_.now() + kHeartbeat;
    usecase::TaskFeed::Ticket::Wait wait = ticket_.next(heartbeat);
    has_news_ = co_await wait;
    if (!has_news_ && loop_.now() >= heartbeat) co_return std::string(kStillHere);
  }
  co_return std::string();
}

void TaskEventStream::client_left() {
  has_ended_ = true;
  ticket_.wake();
}

Async<std::string> TaskEventStream::read_news() {
  std::string out;
  const Result<std::vector<task::Event>> events = co_await tasks_.get_events(loop_, id_, account_);
  if (!events) {
    // The client comes back and asks for the rest.
    has_ended_ = true;
    co_return out;
  }
  for (const task::Event& event : *events) {
    if (event.number < next_) continue;
    next_ = event.number + 1;
    std::string data = json::print(public_event(event));
    has_ended_ = is_end(event);
    if (has_ended_) {
      // The last one brings the task along, as a poll shows it, so that nobody needs another request for it.
      const Result<usecase::TaskViewRef> view = co_await tasks_.get(loop_, id_, account_);
      if (view) data.replace(data.size() - 1, 1, ",\"task\":" + (*view)->body + "}");
    }
    append_event(out, event, data);
  }
  co_return out;
}

Answer stream_task_events(Exchange& exchange) {
  const std::optional<TaskId> id = TaskId::parse(exchange.params.get("id"));
  if (!id) co_return fail(Code::task_not_found);
  usecase::ReadTask& tasks = exchange.services.tasks;
  const AccountId account = exchange.caller->account;
  const Result<std::vector<task::Event>> events = co_await tasks.get_events(exchange.loop, *id, account);
  if (!events) co_return fail(events.error());
  const Result<std::uint32_t> first = first_wanted(exchange.request);
  if (!first) co_return fail(first.error());
  http::Response response;
  if (!events->empty() && is_end(events->back()) && *first > events->back().number) {
    response.status = 204;  // the client has seen it all; this is what tells a browser not to come back
    response.content_type = {};
    co_return response;
  }
  std::optional<usecase::TaskFeed::Ticket> ticket = tasks.watch(exchange.loop, *id);
  if (!ticket) co_return fail(Code::unavailable);
  // Nobody can have seen more than there is: a number of the future would hide the very end that the stream ends with.
  const std::uint32_t wanted = events->empty() ? 0 : std::min(*first, events->back().number + 1);
  response.content_type = "text/event-stream";
  response.set("Cache-Control", "no-store");
  response.set("X-Accel-Buffering", "no");  // proxies that would wait for more
  response.body = std::make_shared<TaskEventStream>(tasks, exchange.loop, *id, account, wanted, std::move(*ticket));
  co_return response;
}

}  // namespace darkroom::api
