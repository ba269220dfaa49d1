#include "engine/http_caller.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/verdicts.h"

namespace darkroom::engine {
namespace {

// Sandbox stand-ins count the calls of a request by this; real vendors never see it.
constexpr std::string_view kCallHeader = "x-darkroom-call";
constexpr milliseconds kConnectLimit{10'000};
constexpr std::uint64_t kAnswerBytes = 256ULL << 20;
// A token may end between its renewal's time and the vendor's look at it: a refused one is exchanged once more.
constexpr int kTokensACall = 2;

CallOutcome give_up(Code code, std::string detail) {
  task::CallFailure failure;
  failure.kind = task::CallFailure::Kind::final;
  failure.code = code;
  failure.detail = std::move(detail);
  return CallOutcome{std::move(failure)};
}

// What the vendor answered, for who looks into a task.
CallOutcome with_status(CallOutcome outcome, int status) {
  if (auto* failure = std::get_if<task::CallFailure>(&outcome.result)) failure->upstream_status = status;
  return outcome;
}

CallOutcome ask_again(std::string trouble) { return CallOutcome{AskAgain{{}, std::move(trouble)}}; }

// A poll's finished outputs, on their way from perform() to save().
struct HttpFinishedJob final : FinishedJob {
  provider::Completed completed;
  std::shared_ptr<LiftReader> reader;
};

provider::Job make_job(const CallOrder& order) {
  provider::Job job;
  job.tag = fmt::format("{}-{}-{}", order.task.hex(), order.call, order.attempt);
  job.mode = order.mode;
  job.outputs = order.outputs;
  job.wire_model = order.wire_model;
  job.prompt = order.prompt;
  job.parameters = order.parameters;
  for (const task::Reference& reference : order.references) {
    job.references.push_back({reference.role, reference.url, reference.blob, reference.mime, reference.size_bytes});
  }
  job.api_key = order.upstream->api_keys.at(order.key);
  return job;
}

Result<std::unique_ptr<ByteSource>> open_body(blob::Store& blobs, std::vector<provider::BodyPart> parts) {
  auto body = std::make_unique<net::BodySource>();
  for (provider::BodyPart& part : parts) {
    if (auto* text = std::get_if<provider::TextPart>(&part)) {
      body->add_text(std::move(text->text));
      continue;
    }
    const auto& wanted = std::get<provider::BlobPart>(part);
    auto file = blobs.open(wanted.blob);
    if (!file) return fail(std::move(file.error()));
    auto stat = blobs.stat(wanted.blob);
    if (!stat) return fail(std::move(stat.error()));
    http::FileRange range{std::move(*file), 0, stat->size_bytes};
    if (wanted.as_base64) {
      body->add_base64(std::move(range));
    } else {
      body->add_file(std::move(range));
    }
  }
  return std::unique_ptr<ByteSource>(std::move(body));
}

}  // namespace

HttpCaller::HttpCaller(Loop& loop, net::HttpClient& client, blob::Store& blobs, const provider::Registry& adapters,
                       BlockingPool& pool, OutputSaver& saver, const Clock& clock)
    : loop_(loop),
      client_(client),
      blobs_(blobs),
      adapters_(adapters),
      pool_(pool),
      saver_(saver),
      tokens_(loop, client, clock) {}

Async<CallOutcome> HttpCaller::perform(CallOrder order) {
  const Question question(*this, order.task);
  const provider::Adapter* adapter = adapters_.find(order.upstream->kind);
  if (adapter == nullptr) co_return give_up(Code::provider_failed, "no adapter of that kind");
  switch (order.ask) {
    case Ask::submit: co_return co_await submit(std::move(order), adapter);
    case Ask::poll: co_return co_await poll(std::move(order), adapter);
    case Ask::look_up: co_return co_await look_up(std::move(order), adapter);
    case Ask::stop: co_return co_await stop(std::move(order), adapter);
  }
  DR_CHECK(false);
}

bool HttpCaller::can_look_up(const Upstream& upstream) const {
  const provider::Adapter* adapter = adapters_.find(upstream.kind);
  return adapter != nullptr && adapter->make_lookup(provider::Job()).has_value();
}

// ---- keys

Async<HttpCaller::Prepared> HttpCaller::prepare(CallOrder order, const provider::Adapter* adapter) {
  provider::Job job = make_job(order);
  if (!adapter->wants_token(job.api_key)) co_return job;
  TokenSource::Outcome token = co_await tokens_.get(job.api_key);
  if (!token) co_return std::unexpected(std::move(token.error()));
  job.api_key = std::move(*token);
  job.key_is_token = true;
  co_return job;
}

bool HttpCaller::drop_token(const CallOrder& order, const provider::Job& job, const Exchange& exchanged) {
  if (!job.key_is_token || exchanged.failure || exchanged.answer.status != 401) return false;
  tokens_.forget(order.upstream->api_keys.at(order.key), job.api_key);
  return true;
}

// ---- the four questions

Async<CallOutcome> HttpCaller::submit(CallOrder order, const provider::Adapter* adapter) {
  Exchange exchanged;
  for (int attempt = 0; attempt < kTokensACall; ++attempt) {
    Prepared job = co_await prepare(order, adapter);
    if (!job) co_return judge_submit(std::move(job.error()));
    Result<provider::Request> request = adapter->make_submit(*job);
    if (!request) co_return judge_inexpressible(request.error());
    exchanged = co_await exchange(order, adapter, std::move(*request));
    if (!drop_token(order, *job, exchanged)) break;
  }
  if (exchanged.failure) {
    CallOutcome outcome = judge_failure(*exchanged.failure, exchanged.reader->head_seen());
    std::get<task::CallFailure>(outcome.result).can_look_up = can_look_up(*order.upstream);
    co_return outcome;
  }
  provider::Verdict verdict = adapter->read_submit(exchanged.answer);
  if (auto* completed = std::get_if<provider::Completed>(&verdict)) {
    co_return co_await store_at_once(std::move(order), std::move(*completed), std::move(exchanged.reader));
  }
  co_return with_status(judge_submit(std::move(verdict)), exchanged.answer.status);
}

Async<CallOutcome> HttpCaller::poll(CallOrder order, const provider::Adapter* adapter) {
  Prepared prepared = co_await prepare(order, adapter);
  if (!prepared) co_return judge_poll(std::move(prepared.error()));
  const provider::Job job = std::move(*prepared);
  provider::Request request = adapter->make_poll(job, order.upstream_id);
  for (std::uint32_t step = 0; step <= provider::kMostSteps; ++step) {
    Exchange exchanged = co_await exchange(order, adapter, std::move(request));
    if (exchanged.failure) {
      const Error& error = exchanged.failure->error;
      co_return error.code == Code::cancelled ? give_up(Code::cancelled, error.message) : ask_again(error.message);
    }
    if (drop_token(order, job, exchanged)) co_return ask_again("the token has run out");
    exchanged.answer.step = step;
    provider::Verdict verdict = adapter->read_poll(job, order.upstream_id, exchanged.answer);
    if (auto* also = std::get_if<provider::AskAlso>(&verdict)) {
      request = std::move(also->request);
      continue;
    }
    if (auto* completed = std::get_if<provider::Completed>(&verdict)) {
      auto finished = std::make_shared<HttpFinishedJob>();
      finished->completed = std::move(*completed);
      finished->reader = std::move(exchanged.reader);
      co_return CallOutcome{std::shared_ptr<FinishedJob>(std::move(finished))};
    }
    co_return with_status(judge_poll(std::move(verdict)), exchanged.answer.status);
  }
  co_return ask_again("the vendor sends us from question to question");
}

Async<CallOutcome> HttpCaller::look_up(CallOrder order, const provider::Adapter* adapter) {
  const Prepared job = co_await prepare(order, adapter);
  if (!job) co_return ask_again("no token");
  std::optional<provider::Request> request = adapter->make_lookup(*job);
  if (!request) co_return CallOutcome{JobUnclear{}};
  Exchange exchanged = co_await exchange(order, adapter, std::move(*request));
  if (exchanged.failure) co_return ask_again(exchanged.failure->error.message);
  provider::LookupVerdict verdict = adapter->read_lookup(*job, exchanged.answer);
  if (auto* found = std::get_if<provider::JobFound>(&verdict)) {
    co_return CallOutcome{JobAccepted{std::move(found->upstream_id)}};
  }
  if (std::holds_alternative<provider::JobAbsent>(verdict)) co_return CallOutcome{JobAbsent{}};
  co_return CallOutcome{JobUnclear{}};
}

Async<CallOutcome> HttpCaller::stop(CallOrder order, const provider::Adapter* adapter) {
  const Prepared job = co_await prepare(order, adapter);
  if (!job) co_return CallOutcome{JobUnclear{}};
  std::optional<provider::Request> request = adapter->make_cancel(*job, order.upstream_id);
  if (request) co_await exchange(order, adapter, std::move(*request));
  co_return CallOutcome{JobUnclear{}};
}

// ---- outputs

Async<CallOutcome> HttpCaller::save(CallOrder order, std::shared_ptr<FinishedJob> job) {
  auto& finished = static_cast<HttpFinishedJob&>(*job);
  OutputSaver::Saved saved =
      co_await saver_.save(std::move(order), std::move(finished.completed), std::move(finished.reader));
  if (saved) co_return CallOutcome{std::move(*saved)};
  const Error& error = saved.error().error;
  // What the vendor made is no picture or film: asking again brings the same.
  if (error.code == Code::bad_media && !saved.error().of_link) {
    co_return judge_submit(provider::Unreadable{error.message});
  }
  CallOutcome outcome = ask_again(error.message);
  outcome.disk_failed = error.code == Code::io_failed;
  co_return outcome;
}

Async<CallOutcome> HttpCaller::store_at_once(CallOrder order, provider::Completed completed,
                                             std::shared_ptr<LiftReader> reader) {
  OutputSaver::Saved saved = co_await saver_.save(std::move(order), std::move(completed), std::move(reader));
  if (saved) co_return CallOutcome{std::move(*saved), Limiter::Signal::worked};
  Error& error = saved.error().error;
  if (error.code == Code::bad_media) co_return judge_submit(provider::Unreadable{error.message});
  co_return judge_failure(net::Failure{std::move(error), true}, true);
}

// ---- one exchange

Async<HttpCaller::Exchange> HttpCaller::exchange(CallOrder order, const provider::Adapter* adapter,
                                                 provider::Request request) {
  Exchange exchanged;
  exchanged.reader = std::make_shared<LiftReader>(blobs_, adapter->payload_members());
  const TaskId task = order.task;
  Result<net::ClientRequest> made = co_await make_request(std::move(order), std::move(request));
  if (!made) {
    exchanged.failure = net::Failure{std::move(made.error()), false};
    co_return exchanged;
  }
  net::ClientResult result = co_await send(task, std::move(*made), exchanged.reader);
  if (!result) {
    exchanged.failure = std::move(result.error());
    co_return exchanged;
  }
  exchanged.answer.status = result->status;
  exchanged.answer.headers = std::move(result->headers);
  if (auto document = exchanged.reader->finish()) {
    exchanged.answer.document = std::move(*document);
    exchanged.answer.is_json = true;
  }
  co_return exchanged;
}

Async<Result<net::ClientRequest>> HttpCaller::make_request(CallOrder order, provider::Request made) {
  net::ClientRequest request;
  request.method = std::move(made.method);
  request.url = order.upstream->base_url + made.path;
  for (provider::RequestHeader& header : made.headers) {
    request.headers.push_back({std::move(header.name), std::move(header.value)});
  }
  if (order.upstream->is_sandbox) {
    std::string call = fmt::format("{}/{}", order.task.hex(), order.call);
    request.headers.push_back({std::string(kCallHeader), Secret(std::move(call))});
  }
  request.limits.connect = kConnectLimit;
  request.limits.first_byte = order.deadline;
  request.limits.total = order.deadline;
  request.limits.body_bytes = kAnswerBytes;
  if (made.body.empty()) co_return request;
  using Body = Result<std::unique_ptr<ByteSource>>;
  std::vector<provider::BodyPart> parts = std::move(made.body);
  Body body = co_await await_on<Body>(loop_, [&](auto done) {
    pool_.submit([&blobs = blobs_, parts = std::move(parts), done = std::move(done)]() mutable {
      done(open_body(blobs, std::move(parts)));
    });
  });
  if (!body) co_return std::unexpected(std::move(body.error()));
  request.body = std::move(*body);
  co_return request;
}

Async<net::ClientResult> HttpCaller::send(TaskId task, net::ClientRequest request,
                                          std::shared_ptr<net::ResponseReader> reader) {
  if (underway_.at(task).cancelled) {
    co_return std::unexpected(net::Failure{make_error(Code::cancelled, "the task was cancelled"), false});
  }
  net::HttpClient::CallId id = 0;
  net::ClientResult result = co_await await_on<net::ClientResult>(loop_, [&](auto done) {
    id = client_.send(std::move(request), reader, std::move(done));
    in_flight_.emplace(task, id);
  });
  const auto calls = in_flight_.equal_range(task);
  in_flight_.erase(std::find_if(calls.first, calls.second, [id](const auto& entry) { return entry.second == id; }));
  co_return result;
}

void HttpCaller::cancel(TaskId task) {
  if (const auto found = underway_.find(task); found != underway_.end()) found->second.cancelled = true;
  const auto calls = in_flight_.equal_range(task);
  for (auto call = calls.first; call != calls.second; ++call) client_.cancel(call->second);
}

void HttpCaller::cancel_all() {
  tokens_.cancel_all();
  for (const auto& [task, call] : in_flight_) client_.cancel(call);
}

}  // namespace darkroom::engine
