#include "usecase/submit_task.h"

#include <fmt/format.h>

#include <utility>

#include "base/check.h"
#include "catalog/params.h"
#include "store/checks.h"
#include "task/machine.h"

namespace darkroom::usecase {
namespace {

constexpr int kQueueFullRetrySeconds = 5;

// One place among the unfinished tasks of an account, given back unless the task comes to be.
class Place {
 public:
  Place(AccountState& account, std::int64_t limit) : account_(&account) {
    const std::int64_t taken = account.unfinished_tasks.fetch_add(1, std::memory_order_relaxed);
    granted_ = limit == 0 || taken < limit;
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() {
    if (account_ != nullptr) account_->unfinished_tasks.fetch_sub(1, std::memory_order_relaxed);
  }
  bool granted() const { return granted_; }
  // Its end will give it back.
  void keep() { account_ = nullptr; }

 private:
  AccountState* account_;
  bool granted_ = false;
};

Status check_references(const catalog::ModelSpec& model, const std::vector<std::string>& urls,
                        const net::UrlGuard& guard) {
  for (std::size_t i = 0; i < urls.size(); ++i) {
    if (guard.check_text(urls[i])) continue;
    std::string field = fmt::format("image_urls[{}]", i);
    std::string sentence = fmt::format("{}: {} must be a public http(s) URL", model.id, field);
    return fail(Code::invalid_parameter, std::move(sentence), std::move(field));
  }
  return {};
}

}  // namespace

Result<const catalog::ModelSpec*> SubmitTask::find_model(const SubmitCommand& command) const {
  const json::value* name = json::find(command.body, "model");
  if (name == nullptr || name->is_null()) {
    return fail(Code::missing_parameter, "Missing required parameter: model", "model");
  }
  if (!name->is_string()) return fail(Code::invalid_parameter, "model must be a string", "model");
  const catalog::ModelSpec* model = parts_.catalog.find(std::string_view(name->get_string()));
  if (model == nullptr) return fail(Code::unknown_model, make_error(Code::unknown_model).message, "model");
  if (model->endpoint != command.endpoint) {
    return fail(Code::unknown_model, fmt::format("model {} is offered on {} only", model->id, model->endpoint),
                "model");
  }
  if (!command.caller->may_use(model->id)) {
    return fail(Code::forbidden, fmt::format("API key may not use {}", model->id), "model");
  }
  return model;
}

Result<SubmitTask::Planned> SubmitTask::plan(const SubmitCommand& command) const {
  const Result<const catalog::ModelSpec*> model = find_model(command);
  if (!model) return fail(model.error());
  const catalog::ModelSpec& spec = **model;
  Result<catalog::Normalised> request = catalog::validate(spec, parts_.catalog, command.body);
  if (!request) return fail(std::move(request.error()));
  DR_TRY(check_references(spec, request->image_urls, parts_.guard));
  Result<std::vector<task::Route>> routes = parts_.planner.plan(spec, command.caller->book);
  if (!routes) return fail(std::move(routes.error()));

  Planned planned;
  task::Plan& plan = planned.plan;
  plan.model = spec.id;
  plan.kind = spec.kind;
  plan.routes = std::move(*routes);
  plan.prompt = std::move(request->prompt);
  plan.parameters = std::move(request->parameters);
  for (std::size_t i = 0; i < request->image_urls.size(); ++i) {
    plan.reference_sources.push_back({"image", fmt::format("image_urls[{}]", i), std::move(request->image_urls[i])});
  }
  plan.count = request->count;
  plan.unit_price = spec.unit_price;
  plan.cap_seconds = spec.cap_seconds;
  planned.ignored = std::move(request->ignored);
  return planned;
}

// Not a coroutine itself, so that a submit costs no frame beyond what it needs.
Async<Result<Submitted>> SubmitTask::submit(Loop& loop, SubmitCommand command) {
  return command.repeat ? create_once(loop, std::move(command)) : create(loop, std::move(command));
}

Async<Result<Submitted>> SubmitTask::create_once(Loop& loop, SubmitCommand command) {
  const CallerRef caller = command.caller;
  const Repeatable repeat = *command.repeat;
  Result<Submitted> created = co_await create(loop, std::move(command));
  if (created) co_return created;
  // The store has refused a used key, or something else stands in the way today that did not when it was used.
  Result<std::optional<Submitted>> earlier = co_await find_earlier(loop, caller, repeat);
  if (!earlier) co_return fail(std::move(earlier.error()));
  if (*earlier) co_return std::move(**earlier);
  if (created.error().code == Code::already_exists) co_return fail(Code::unavailable);  // it has expired this moment
  co_return created;
}

Async<Result<std::optional<Submitted>>> SubmitTask::find_earlier(Loop& loop, CallerRef caller, Repeatable repeat) {
  using Earlier = Result<std::optional<store::EarlierSubmit>>;
  const WallTime now = parts_.clock.wall_now();
  const Earlier earlier = co_await await_on<Earlier>(loop, [&](Done<Earlier> done) {
    parts_.store.find_submit(caller->account, caller->book, repeat.key, now, std::move(done));
  });
  if (!earlier) co_return fail(earlier.error());
  if (!*earlier) co_return std::nullopt;
  if ((*earlier)->request != repeat.request) co_return fail(Code::idempotency_mismatch);
  using Found = Result<std::optional<task::Task>>;
  Found found = co_await await_on<Found>(
      loop, [&](Done<Found> done) { parts_.store.find_task((*earlier)->task, std::move(done)); });
  if (!found) co_return fail(std::move(found.error()));
  DR_CHECK(found->has_value());  // the key and the task were made in one transaction
  Submitted submitted;
  submitted.id = (*found)->id;
  submitted.model = std::move((*found)->plan.model);
  submitted.created_at = (*found)->created_at;
  submitted.is_repeat = true;
  co_return submitted;
}

Async<Result<Submitted>> SubmitTask::create(Loop& loop, SubmitCommand command) {
  Result<Planned> planned = plan(command);
  if (!planned) co_return fail(std::move(planned.error()));
  const Caller& caller = *command.caller;
  Place place(*caller.state, parts_.queued_tasks);
  if (!place.granted()) {
    Error full = make_error(Code::queue_full);
    full.retry_after_seconds = kQueueFullRetrySeconds;
    co_return fail(std::move(full));
  }

  const WallTime now = parts_.clock.wall_now();
  const TaskId id = TaskId::make(now, parts_.random);
  task::Birth birth = task::make_task(id, caller.account, caller.key, caller.book, std::move(planned->plan), now);
  store::NewTask row;
  row.task = birth.task;
  row.event = std::move(birth.event);
  row.hold = birth.hold;
  if (command.repeat) row.idempotency = {command.repeat->key, command.repeat->request, now + kIdempotencyKept};
  Status created = co_await await_on<Status>(
      loop, [&](Done<Status> done) { parts_.store.create_task(std::move(row), std::move(done)); });
  if (!created && created.error().code == Code::insufficient_credits) co_return fail(Code::insufficient_credits);
  if (!created) co_return fail(std::move(created.error()));

  place.keep();
  parts_.tasks.task_accepted(birth.task);
  if (parts_.on_accepted) parts_.on_accepted(store::queued(birth.task));
  Submitted submitted;
  submitted.id = id;
  submitted.model = std::move(birth.task.plan.model);
  submitted.created_at = now;
  submitted.ignored = std::move(planned->ignored);
  co_return submitted;
}

}  // namespace darkroom::usecase
