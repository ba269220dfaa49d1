#include "usecase/submit_task.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "catalog/params.h"
#include "store/checks.h"
#include "task/machine.h"
#include "usecase/look_at_task.h"

namespace darkroom::usecase {
namespace {

constexpr int kQueueFullRetrySeconds = 5;
constexpr int kBusyRetrySeconds = 5;  // when a film cannot be measured now
constexpr std::string_view kCallbackUrl = "callback_url";
constexpr std::string_view kCallbackEvents = "callback_events";

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

// nullptr if it is absent or null.
const json::value* find_given(const json::object& body, std::string_view name) {
  const json::value* given = json::find(body, name);
  return given == nullptr || given->is_null() ? nullptr : given;
}

// "image_urls" of "image_urls[0]".
std::string name_of(const catalog::Reference& reference) {
  return reference.field.substr(0, reference.field.find('['));
}

// nullptr for a link to somewhere else.
const Upload* find_upload(const std::vector<Upload>& uploads, const std::string& link) {
  const auto found = std::ranges::find(uploads, link, &Upload::link);
  return found == uploads.end() ? nullptr : &*found;
}

bool names_task(const catalog::ModelSpec& model, const catalog::Reference& reference) {
  return model.params[reference.param].type == catalog::ParamType::task;
}

bool goes_on(const catalog::ModelSpec& model, const catalog::Normalised& request) {
  return std::ranges::any_of(request.references, [&](const auto& reference) { return names_task(model, reference); });
}

// The result of an earlier task that a request goes on from.
Result<std::string> find_result(const catalog::ModelSpec& model, const catalog::Reference& reference,
                                const task::Task& source) {
  const auto refuse = [&](std::string_view what) {
    return fail(Code::invalid_parameter, fmt::format("{}: {} {}", model.id, reference.field, what), reference.field);
  };
  if (source.plan.model != model.id) return refuse("must name a task of this model");
  if (source.state != task::State::completed) return refuse("must name a task that has completed");
  const std::vector<const task::Output*> results = task::outputs_of(source, task::OutputRole::result);
  const std::string_view kind = reference.role == catalog::Role::video ? "video/" : "image/";
  if (results.empty() || !results.front()->mime.starts_with(kind)) return refuse("must name a task with such a result");
  return results.front()->blob;
}

Status check_references(const catalog::ModelSpec& model, const std::vector<catalog::Reference>& references,
                        const std::vector<Upload>& uploads, const net::UrlGuard& guard) {
  for (const catalog::Reference& reference : references) {
    const bool is_here = names_task(model, reference) || find_upload(uploads, reference.url) != nullptr;
    if (is_here || guard.check_text(reference.url)) continue;
    std::string sentence = fmt::format("{}: {} must be a public http(s) URL", model.id, reference.field);
    return fail(Code::invalid_parameter, std::move(sentence), name_of(reference));
  }
  return {};
}

task::ReferenceSource make_source(catalog::Reference reference, const std::vector<Upload>& uploads) {
  task::ReferenceSource source{std::string(print(reference.role)), std::move(reference.field), {}};
  const Upload* upload = find_upload(uploads, reference.url);
  if (upload == nullptr) {
    source.url = std::move(reference.url);
  } else {
    source.upload = upload->blob;
  }
  return source;
}

task::Plan make_plan(const catalog::ModelSpec& model, catalog::Normalised request, const std::vector<Upload>& uploads,
                     std::vector<task::Route> routes, const catalog::Quote& quote) {
  task::Plan plan;
  plan.model = model.id;
  plan.kind = model.kind;
  plan.mode = model.modes[request.mode].name;
  plan.routes = std::move(routes);
  for (task::Route& route : plan.routes) {
    route.call_cost = catalog::cost_of_call(model, request, quote, route.call_cost);
  }
  plan.prompt = std::move(request.prompt);
  plan.parameters = std::move(request.parameters);
  plan.reference_sources.reserve(request.references.size());
  for (catalog::Reference& reference : request.references) {
    plan.reference_sources.push_back(make_source(std::move(reference), uploads));
  }
  plan.count = request.count;
  plan.outputs_per_call = request.outputs_per_call;
  plan.unit_price = quote.unit_price;
  plan.billed_seconds = (quote.billed_milliseconds + 999) / 1000;
  plan.cap_seconds = model.cap_seconds;
  return plan;
}

std::shared_ptr<store::NewTask> make_row(task::Task task, const SubmitCommand& command) {
  auto row = std::make_shared<store::NewTask>();
  row->task = std::move(task);
  row->key_month_limit = command.caller->limits.monthly_credits;
  const WallTime now = row->task.created_at;
  if (command.repeat) {
    row->idempotency = {command.repeat->key, command.repeat->request, now + kIdempotencyKept};
  } else if (command.trace) {
    // As a key that has expired already: the next one like it takes its place, and whoever looks back finds it.
    row->idempotency = {*command.trace, *command.trace, now};
  }
  return row;
}

Result<Callback> read_callback(const json::object& body, const net::UrlGuard& guard) {
  Callback callback;
  const json::value* url = find_given(body, kCallbackUrl);
  const json::value* events = find_given(body, kCallbackEvents);
  if (url == nullptr && events == nullptr) return callback;
  if (url == nullptr) {
    return fail(Code::invalid_parameter, "callback_events needs a callback_url", std::string(kCallbackEvents));
  }
  if (!url->is_string()) {
    return fail(Code::invalid_parameter, "callback_url must be a string", std::string(kCallbackUrl));
  }
  callback.url = url->get_string();
  DR_TRY(check_callback_url(guard, callback.url, kCallbackUrl));
  if (events == nullptr) return callback;
  if (const json::array* list = events->if_array()) {
    for (const json::value& name : *list) callback.events.emplace_back(name.is_string() ? name.get_string() : "");
  }
  const Result<webhook::EventSet> known = read_events(callback.events, kCallbackEvents);
  if (!known) return fail(known.error());
  return callback;
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

Result<SubmitTask::Checked> SubmitTask::check(const SubmitCommand& command) const {
  const Result<const catalog::ModelSpec*> model = find_model(command);
  if (!model) return fail(model.error());
  Result<catalog::Normalised> request = catalog::validate(**model, command.body);
  if (!request) return fail(std::move(request.error()));
  DR_TRY(check_references(**model, request->references, command.uploads, parts_.guard));
  Result<std::vector<task::Route>> routes =
      parts_.planner.plan(**model, request->mode, command.caller->book, parts_.random);
  if (!routes) return fail(std::move(routes.error()));
  Result<Callback> callback = read_callback(command.body, parts_.guard);
  if (!callback) return fail(std::move(callback.error()));
  return Checked{*model, std::move(*request), std::move(*routes), std::move(*callback)};
}

Status SubmitTask::check_alone(const SubmitCommand& command) const {
  const Result<Checked> checked = check(command);
  if (!checked) return fail(checked.error());
  return {};
}

Async<Status> SubmitTask::add_sources(Loop& loop, const catalog::ModelSpec* model,
                                      std::vector<catalog::Reference> references, SubmitCommand* command) {
  for (const catalog::Reference& reference : references) {
    if (!names_task(*model, reference)) continue;
    const TaskId id = TaskId::parse(reference.url).value_or(TaskId());
    const Result<task::Task> source = co_await get_task_of(loop, parts_.store, id, command->caller->account);
    if (!source && source.error().code != Code::not_found) co_return fail(source.error());
    if (!source || source->book != command->caller->book) {
      std::string sentence = fmt::format("{}: {} names no task of yours", model->id, reference.field);
      co_return fail(Code::invalid_parameter, std::move(sentence), reference.field);
    }
    Result<std::string> blob = find_result(*model, reference, *source);
    if (!blob) co_return fail(std::move(blob.error()));
    command->uploads.push_back({reference.url, std::move(*blob)});
  }
  co_return Status();
}

Async<Result<catalog::SourceFacts>> SubmitTask::probe(Loop& loop, AccountId account, std::string model,
                                                      catalog::Reference film) {
  if (!parts_.probe_source) co_return fail(Code::unavailable);
  Result<catalog::SourceFacts> facts = co_await parts_.probe_source(loop, account, std::move(film.url));
  if (facts) co_return facts;
  if (info(facts.error().code).public_number == info(Code::unavailable).public_number) {
    Error busy = make_error(Code::unavailable, fmt::format("{}: {}: {}", model, film.field, facts.error().message),
                            name_of(film));
    busy.retry_after_seconds = kBusyRetrySeconds;
    co_return fail(std::move(busy));
  }
  // No task exists yet that could fail: the link is what is wrong with the request.
  std::string sentence = fmt::format("{}: {}: {}", model, film.field, facts.error().message);
  co_return fail(Code::invalid_parameter, std::move(sentence), name_of(film));
}

Async<Result<Quoted>> SubmitTask::quote(Loop& loop, SubmitCommand command) {
  Result<Checked> checked = check(command);
  if (!checked) co_return fail(std::move(checked.error()));
  if (goes_on(*checked->model, checked->request)) {
    Status added = co_await add_sources(loop, checked->model, checked->request.references, &command);
    if (!added) co_return fail(std::move(added.error()));
  }
  const catalog::ModelSpec& model = *checked->model;
  std::optional<catalog::SourceFacts> facts;
  if (const catalog::Reference* film = catalog::find_source(model, checked->request)) {
    Result<catalog::SourceFacts> found = co_await probe(loop, command.caller->account, model.id, *film);
    if (!found) co_return fail(std::move(found.error()));
    facts = *found;
  }
  Result<catalog::Quote> price = catalog::quote(model, checked->request, facts ? &*facts : nullptr);
  if (!price) co_return fail(std::move(price.error()));
  Quoted quoted;
  quoted.model = model.id;
  quoted.mode = model.modes[checked->request.mode].name;
  quoted.unit = model.price.unit;
  quoted.quote = *price;
  quoted.ignored = std::move(checked->request.ignored);
  co_return quoted;
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

Async<Result<std::optional<TaskId>>> SubmitTask::find_latest(Loop& loop, CallerRef caller, account::Digest trace,
                                                             seconds within) {
  using Earlier = Result<std::optional<store::EarlierSubmit>>;
  const WallTime since = parts_.clock.wall_now() - within;
  const Earlier earlier = co_await await_on<Earlier>(loop, [&](Done<Earlier> done) {
    parts_.store.find_submit(caller->account, caller->book, trace, since, std::move(done));
  });
  if (!earlier) co_return fail(earlier.error());
  if (!*earlier) co_return std::nullopt;
  co_return (*earlier)->task;
}

Async<Result<Submitted>> SubmitTask::create(Loop& loop, SubmitCommand command) {
  Result<Checked> checked = check(command);
  if (!checked) co_return fail(std::move(checked.error()));
  if (goes_on(*checked->model, checked->request)) {
    Status added = co_await add_sources(loop, checked->model, checked->request.references, &command);
    if (!added) co_return fail(std::move(added.error()));
  }
  const Caller& caller = *command.caller;
  Place place(*caller.state, parts_.queued_tasks);
  if (!place.granted()) {
    Error full = make_error(Code::queue_full);
    full.retry_after_seconds = kQueueFullRetrySeconds;
    co_return fail(std::move(full));
  }
  const catalog::ModelSpec& model = *checked->model;
  std::optional<catalog::SourceFacts> facts;
  if (const catalog::Reference* film = catalog::find_source(model, checked->request)) {
    Result<catalog::SourceFacts> found = co_await probe(loop, caller.account, model.id, *film);
    if (!found) co_return fail(std::move(found.error()));
    facts = *found;
  }
  Result<catalog::Quote> price = catalog::quote(model, checked->request, facts ? &*facts : nullptr);
  if (!price) co_return fail(std::move(price.error()));
  std::vector<std::string> ignored = std::move(checked->request.ignored);
  task::Plan plan = make_plan(model, std::move(checked->request), command.uploads, std::move(checked->routes), *price);
  plan.callback_url = std::move(checked->callback.url);
  plan.callback_events = std::move(checked->callback.events);
  plan.request_id = std::move(command.request_id);
  if (!plan.callback_url.empty()) {
    Status ready = co_await parts_.webhooks.ensure_default(loop, command.caller);
    if (!ready) co_return fail(std::move(ready.error()));
  }
  const WallTime now = parts_.clock.wall_now();
  if (command.cancel_after) plan.cancel_at = now + *command.cancel_after;
  const TaskId id = command.id.value_or(TaskId::make(now, parts_.random));
  std::shared_ptr<store::NewTask> row =
      make_row(task::make_task(id, caller.account, caller.key, caller.book, std::move(plan), now), command);
  const auto put = [&](Done<Status> done) { parts_.store.create_task(row, std::move(done)); };
  Status created = co_await await_on<Status>(loop, put);
  if (!created && created.error().code == Code::already_exists && !command.repeat && command.trace) {
    row = std::make_shared<store::NewTask>(*row);  // the clock has been set back behind the latest one like it
    row->idempotency.reset();
    created = co_await await_on<Status>(loop, put);
  }
  if (!created && created.error().code == Code::insufficient_credits) co_return fail(Code::insufficient_credits);
  if (!created) co_return fail(std::move(created.error()));

  place.keep();
  parts_.tasks.task_accepted(row->task);
  if (parts_.on_accepted) parts_.on_accepted(store::queued(row->task));
  Submitted submitted;
  submitted.id = id;
  submitted.model = model.id;
  submitted.created_at = now;
  submitted.ignored = std::move(ignored);
  co_return submitted;
}

}  // namespace darkroom::usecase
