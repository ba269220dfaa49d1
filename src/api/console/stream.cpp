#include "api/console/stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "api/console/task_rows.h"
#include "api/query.h"
#include "people/digest.h"

namespace darkroom::api::console {
namespace {

constexpr std::string_view kBegin = "retry: 2000\n\n";  // milliseconds until a browser comes back
constexpr std::string_view kStillHere = ":\n\n";
constexpr std::string_view kReset = "event: reset\ndata: {}\n\n";
constexpr int kNoPlaceRetrySeconds = 5;

// `data` is one line: our JSON has no line break in it.
void append_event(std::string& out, std::string_view name, std::string_view data) {
  fmt::format_to(std::back_inserter(out), "event: {}\ndata: {}\n\n", name, data);
}

Result<Topics> read_topics(const http::Request& request) {
  constexpr std::string_view kAllowed = "a list of tasks, queue and upstreams";
  Topics topics;
  const std::string text = request.query_parameter("topics").value_or("tasks");
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view topic = rest.substr(0, comma);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    if (topic == "tasks") {
      topics.tasks = true;
    } else if (topic == "queue") {
      topics.queue = true;
    } else if (topic == "upstreams") {
      topics.upstreams = true;
    } else {
      return refuse_parameter("topics", kAllowed);
    }
  }
  return topics;
}

}  // namespace

ConsoleStream::ConsoleStream(const Visit& visit, Topics topics, std::optional<AccountId> account,
                             std::unique_ptr<usecase::TaskStreams::Follower> follower)
    : services_(visit.services),
      loop_(visit.loop),
      token_(visit.token),
      account_(account),
      topics_(topics),
      follower_(std::move(follower)),
      sent_at_(visit.loop.now()),
      tasks_at_(sent_at_),
      reports_at_(sent_at_),
      session_at_(sent_at_ + kSessionLook) {}

Async<std::string> ConsoleStream::next() {
  if (!std::exchange(has_begun_, true)) co_return std::string(kBegin);
  while (!has_left_ && !services_.screens.streams->is_closed()) {
    std::string out = take_tasks();
    if ((topics_.queue || topics_.upstreams) && loop_.now() >= reports_at_) {
      reports_at_ = loop_.now() + kReportLook;
      out += co_await read_reports();
    }
    if (loop_.now() >= session_at_) {
      session_at_ = loop_.now() + kSessionLook;
      const bool goes_on = co_await may_go_on();
      if (!goes_on) break;
    }
    if (out.empty() && loop_.now() >= sent_at_ + kStreamHeartbeat) out = kStillHere;
    if (!out.empty()) {
      sent_at_ = loop_.now();
      co_return out;
    }
    usecase::TaskFeed::Ticket::Wait wait = follower_->wait(next_deadline());
    const bool was_woken = co_await wait;
    has_news_ = has_news_ || was_woken;
  }
  co_return std::string();
}

void ConsoleStream::client_left() {
  has_left_ = true;
  follower_->wake();
}

std::string ConsoleStream::take_tasks() {
  std::string out;
  if (!has_news_ || loop_.now() < tasks_at_) return out;
  has_news_ = false;
  const usecase::TaskStreams::News news = follower_->take();
  if (news.has_missed) out += kReset;
  for (const auto& task : news.tasks) append_event(out, "task", json::print(print_row(services_, *task)));
  if (!out.empty()) tasks_at_ = loop_.now() + kTasksPause;
  return out;
}

Async<std::string> ConsoleStream::read_reports() {
  const Screens& screens = services_.screens;
  std::string out;
  if (topics_.queue && screens.report_queue) {
    const json::object report =
        co_await await_on<json::object>(loop_, [&](Done<json::object> done) { screens.report_queue(std::move(done)); });
    std::string text = json::print(report);
    if (text != queue_) append_event(out, "queue", text);
    queue_ = std::move(text);
  }
  if (topics_.upstreams && screens.list_upstreams) {
    const json::array list =
        co_await await_on<json::array>(loop_, [&](Done<json::array> done) { screens.list_upstreams(std::move(done)); });
    std::string text = json::print(list);
    if (text != upstreams_) append_event(out, "upstreams", text);
    upstreams_ = std::move(text);
  }
  co_return out;
}

Async<bool> ConsoleStream::may_go_on() {
  using Found = Result<std::optional<store::SessionView>>;
  const people::Digest digest = people::digest_of(token_);
  const Found found = co_await await_on<Found>(
      loop_, [&](Done<Found> done) { services_.store.people().find_session(digest, std::move(done)); });
  if (!found || !*found) co_return false;
  const people::Person& person = (*found)->person;
  if (!people::is_live((*found)->session, services_.api.clock.wall_now()) || person.user.disabled_at) co_return false;
  if (person.user.is_operator) co_return true;
  co_return account_&& person.find_membership(account_->text()) != nullptr && !topics_.queue && !topics_.upstreams;
}

SteadyTime ConsoleStream::next_deadline() const {
  SteadyTime deadline = std::min<SteadyTime>(sent_at_ + kStreamHeartbeat, session_at_);
  if (topics_.queue || topics_.upstreams) deadline = std::min(deadline, reports_at_);
  if (has_news_) deadline = std::min(deadline, tasks_at_);
  return deadline;
}

Answer open_stream(Visit& visit) {
  const Result<Topics> topics = read_topics(visit.request);
  if (!topics) co_return fail(topics.error());
  std::optional<AccountId> account;
  if (const auto name = visit.request.query_parameter("account"); name && !name->empty()) {
    const people::Membership* mine = visit.person.find_membership(*name);
    if (mine != nullptr) {
      account = mine->account;
    } else if (visit.is_operator()) {
      const Result<account::Account> found = co_await find_account(visit, *name);
      if (!found) co_return fail(found.error());
      account = found->id;
    }
    if (!account) co_return fail(Code::object_not_found);
  } else if (topics->tasks && !visit.is_operator()) {
    co_return fail(Code::missing_parameter, "Missing required parameter: account", "account");
  }
  if ((topics->queue || topics->upstreams) && !visit.is_operator()) co_return fail(Code::forbidden);
  usecase::TaskStreams* streams = visit.services.screens.streams;
  if (streams == nullptr || streams->is_closed()) co_return fail(Code::unavailable);
  using Scope = usecase::TaskStreams::Scope;
  usecase::TaskStreams::Interest interest;
  interest.person = visit.person.user.id.text();
  if (topics->tasks) interest.scope = account ? Scope::account : Scope::all;
  interest.account = account.value_or(AccountId());
  std::unique_ptr<usecase::TaskStreams::Follower> follower = streams->follow(visit.loop, std::move(interest));
  if (!follower) {
    Error refused = make_error(Code::rate_limited, "Too many streams are open");
    refused.retry_after_seconds = kNoPlaceRetrySeconds;
    co_return fail(std::move(refused));
  }
  http::Response response;
  response.content_type = "text/event-stream";
  response.set("X-Accel-Buffering", "no");  // proxies that would wait for more
  response.body = std::make_shared<ConsoleStream>(visit, *topics, account, std::move(follower));
  co_return response;
}

}  // namespace darkroom::api::console
