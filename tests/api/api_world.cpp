#include "tests/api/api_world.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <utility>

#include "base/log.h"
#include "net/answer_stream.h"
#include "task/machine.h"

namespace darkroom::test {
namespace {

class NoResolver final : public net::Resolver {
 public:
  Result<std::vector<net::IpAddress>> resolve(const std::string&) override {
    ADD_FAILURE() << "a submit must not look names up";
    return fail(Code::connect_failed);
  }
};

// Every world makes its keys anew, and says so.
[[maybe_unused]] const bool kQuiet = (log::configure(log::Level::off, log::Format::text), true);

catalog::Catalog load(const std::string& folder) {
  auto catalog = catalog::load_catalog(folder);
  DR_CHECK(catalog.has_value());
  return std::move(*catalog);
}

std::vector<usecase::RoutePlanner::Upstream> with_sandbox(std::vector<usecase::RoutePlanner::Upstream> upstreams) {
  upstreams.push_back({"sandbox", "gemini", true});
  return upstreams;
}

}  // namespace

ApiWorld::ApiWorld() : ApiWorld(Options{}) {}

ApiWorld::ApiWorld(Options options)
    : store(store::make_memory_store(store::make_memory_data(),
                                     [this](std::move_only_function<void()> work) {
                                       if (!store_hangs) loop.post(std::move(work));
                                     })),
      catalog(load(options.catalog_dir)),
      guard({}, std::make_shared<NoResolver>()),
      keys(*store, accounts),
      feed(options.waiting_requests),
      tasks({*store, cache, feed, accounts, "https://pictures.example.org",
             [this](std::string_view) { return typical_seconds; }, &streams}),
      planner(with_sandbox(std::move(options.upstreams)), {}),
      webhooks(*store, guard, clock, random),
      submits({*store, catalog, guard, planner, tasks, webhooks, clock, random, options.queued_tasks,
               [this](store::QueuedTask task) { accepted.push_back(std::move(task)); }, options.probe_source}),
      cancels({tasks,
               [this](TaskId id, Done<Result<task::Task>> done) {
                 loop.post([this, id, done = std::move(done)]() mutable { done(try_cancel(id.text())); });
               }}),
      manager(*store, catalog, &keys, clock, random),
      prices(*store, catalog, clock),
      readiness(*store, blobs),
      services{keys,      submits, tasks,   cancels, manager,        webhooks, catalog,
               readiness, blobs,   metrics, clock,   options.limits, {}} {
  services.uploads = make_uploads();
  services.prices = &prices;
  services.description = api::describe_public_routes(catalog, "1.2.3");
  api::add_public_routes(public_router, services);
  api::add_admin_routes(admin_router, services);
  make_keys();
}

api::Uploads ApiWorld::make_uploads() {
  const auto keep = [this](Loop&, TaskId task, std::size_t index, std::shared_ptr<blob::Writer> picture) {
    return keep_upload(task, index, std::move(picture));
  };
  return {.picture_bytes = kPictureBytes,
          .run = [this](darkroom::Callback work) { loop.post(std::move(work)); },
          .keep = keep,
          .forget = [this](TaskId task) { (void)blobs.remove_folder("references/" + task.hex()); }};
}

// What ends with "bad" is no picture, whatever it begins with.
Async<Result<blob::Kept>> ApiWorld::keep_upload(TaskId task, std::size_t index, std::shared_ptr<blob::Writer> picture) {
  std::string name = fmt::format("references/{}/upload-{}", task.hex(), index);
  const blob::Info stored = picture->commit(name).value();
  http::Response shown;
  shown.body = http::FileRange{blobs.open(name).value(), 0, stored.size_bytes};
  if (body_text(shown).ends_with("bad")) {
    co_return fail(Code::bad_media, "the picture is cut off");
  }
  co_return blob::Kept{std::move(name), stored.sha256_hex};
}

ApiWorld::~ApiWorld() { store->close(); }

usecase::CreatedKey ApiWorld::make_key(const std::string& name, usecase::NewKey wanted) {
  wanted.name = name;
  Result<usecase::CreatedKey> created = wait(manager.create_key(loop, std::move(wanted)));
  DR_CHECK(created.has_value());
  key_texts[name] = created->text.reveal();
  return std::move(*created);
}

void ApiWorld::make_keys() {
  make_key("live", {.account = "studio"});
  make_key("test", {.account = "studio", .book = ledger::Book::test});
  make_key("picky", {.account = "studio", .models = {"gemini-2.5-flash-image-preview-official"}});
  make_key("other", {.account = "rival"});
  make_key("poor", {.account = "newcomer"});
  make_key("expired", {.account = "studio", .expires_in = seconds(60)});
  const usecase::CreatedKey revoked = make_key("revoked", {.account = "studio"});
  DR_CHECK(wait(manager.revoke_key(loop, revoked.record.id)).has_value());
  for (const char* account : {"studio", "rival"}) {
    usecase::Grant grant;
    grant.account = account;
    grant.amount = MicroCredits::from_count(1000 * MicroCredits::kPerCredit);
    DR_CHECK(wait(manager.grant(loop, std::move(grant))).has_value());
  }
  advance(seconds(61));
}

http::Request ApiWorld::make_request(Call call) const {
  http::Request request;
  request.method = std::move(call.method);
  request.path = call.target.substr(0, call.target.find('?'));
  if (request.path.size() < call.target.size()) request.query = call.target.substr(request.path.size() + 1);
  for (const http::Header& header : call.headers) request.headers.add(header.name, header.value);
  request.body = std::move(call.body);
  request.peer = std::move(call.peer);
  request.request_id = "req_00000000-0000-4000-8000-000000000000";
  if (const auto known = key_texts.find(call.key); known != key_texts.end()) {
    request.headers.add("Authorization", "Bearer " + known->second);
  } else if (!call.key.empty()) {
    request.headers.add("Authorization", call.key);
  }
  return request;
}

http::Response ApiWorld::send(const net::Router& router, Call call) {
  const http::Request request = make_request(std::move(call));
  return wait(router(loop, request));
}

std::unique_ptr<Pending> ApiWorld::begin(Call call, net::BodyStream* body) {
  auto pending = std::make_unique<Pending>(make_request(std::move(call)), std::nullopt);
  pending->request.body_stream = body;
  scope.spawn(keep(public_router(loop, pending->request), &pending->answer));
  return pending;
}

http::Response ApiWorld::finish(Pending& pending) {
  while (!pending.answer) DR_CHECK(loop.step());
  return std::move(*pending.answer);
}

std::string ApiWorld::next_piece(const http::Response& response) {
  return wait(std::get<std::shared_ptr<net::AnswerStream>>(response.body)->next());
}

void ApiWorld::settle() {
  const SteadyTime now = clock.steady_now();
  while (loop.is_busy()) loop.step();
  DR_CHECK(clock.steady_now() == now);
}

std::string ApiWorld::submit(const std::string& key, const std::string& extra) {
  Call request{"POST", "/api/v1/images/generations", key};
  request.body = R"({"model":"gemini-2.5-flash-image-preview","prompt":"a heron")" + extra + "}";
  const http::Response response = call(std::move(request));
  DR_CHECK(response.status == 200);
  return json::get_string(*json::parse_object(body_text(response)), "id");
}

task::Task ApiWorld::claim(const std::string& task_id) {
  using Claimed = std::vector<std::optional<task::Task>>;
  const std::vector<TaskId> ids = {TaskId::parse(task_id).value()};
  auto claimed = ask<Claimed>([&](auto done) { store->claim_tasks(ids, std::move(done)); });
  return claimed.value().at(0).value();
}

void ApiWorld::end(task::Task task, std::vector<task::Event> events, std::vector<ledger::Entry> entries) {
  store::TaskUpdate update{task, std::move(events), std::move(entries), tasks.make_message(task)};
  const auto updated = ask<void>([&](auto done) { store->update_task(std::move(update), std::move(done)); });
  DR_CHECK(updated.has_value());
  tasks.task_committed(task);
}

void ApiWorld::finish(const std::string& task_id, std::optional<Code> failure) {
  task::Task task = claim(task_id);
  task::Change change;
  task::RetryPolicy policy;
  const WallTime now = clock.wall_now();
  for (std::uint32_t call = 0; call < task.plan.count; ++call) {
    task::begin_calls(task, {call}, {"tag"}, now, change);
    if (failure) {
      task::CallFailure failed;
      failed.kind = task::CallFailure::Kind::final;
      failed.code = *failure;
      failed.detail = "the vendor said: quota of project 4711 used up";
      task::call_failed(task, call, failed, policy, 0.5, now, change);
    } else {
      task::Output output;
      const bool is_picture = task.plan.kind == "image";
      output.blob = fmt::format("tasks/{}/{}.{}", task.id.hex(), call, is_picture ? "png" : "mp4");
      output.mime = is_picture ? "image/png" : "video/mp4";
      output.size_bytes = 10;
      blobs.put(output.blob, "0123456789", to_unix_seconds(now));
      task::call_delivered(task, call, {std::move(output)}, now, change);
    }
  }
  task::finish(task, {failure ? task::State::failed : task::State::completed, failure}, now, change);
  end(std::move(task), std::move(change.events), std::move(change.entries));
}

void ApiWorld::cancel(const std::string& task_id) { DR_CHECK(try_cancel(task_id).has_value()); }

Result<task::Task> ApiWorld::try_cancel(const std::string& task_id) {
  task::Task task = claim(task_id);
  task::Change change;
  for (task::Call& call : task.progress.calls) {
    if (is_sent) call.state = task::CallState::in_flight;
  }
  if (task::cancel(task, cancel_rule, clock.wall_now(), change) != task::Cancelled::done) {
    return fail(Code::conflict, "The task is being worked on and can no longer be cancelled");
  }
  end(task, std::move(change.events), std::move(change.entries));
  return task;
}

ledger::Balance ApiWorld::balance(const std::string& account, ledger::Book book) {
  const auto balances = wait(manager.get_balances(loop, account)).value();
  return book == ledger::Book::live ? balances.live : balances.test;
}

std::string body_text(const http::Response& response) {
  if (const auto* text = std::get_if<std::string>(&response.body)) return *text;
  if (const auto* shared = std::get_if<std::shared_ptr<const std::string>>(&response.body)) return **shared;
  if (const auto* range = std::get_if<http::FileRange>(&response.body)) {
    std::string text(range->length, '\0');
    const ssize_t got = ::pread(range->file->fd(), text.data(), text.size(), static_cast<off_t>(range->offset));
    DR_CHECK(got == static_cast<ssize_t>(text.size()));
    return text;
  }
  if (const auto* source = std::get_if<std::shared_ptr<ByteSource>>(&response.body)) {
    std::string text((*source)->size() + 1, '\0');
    DR_CHECK((*source)->rewind().has_value());
    const auto got = (*source)->read({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    text.resize(got.value());
    return text;
  }
  return {};
}

std::string header_of(const http::Response& response, std::string_view name) {
  return std::string(http::find_header(response.headers, name).value_or(""));
}

int error_code(const http::Response& response) {
  const auto tree = json::parse_object(body_text(response));
  if (!tree) return 0;
  const json::value* error = json::find(*tree, "error");
  if (error == nullptr || !error->is_object()) return 0;
  return static_cast<int>(json::get_int(error->get_object(), "code"));
}

}  // namespace darkroom::test
