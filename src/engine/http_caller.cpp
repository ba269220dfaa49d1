#include "engine/http_caller.h"

#include <fmt/format.h>

#include "media/identify.h"

namespace darkroom::engine {
namespace {

// Sandbox stand-ins count the calls of a request by this; real vendors never see it.
constexpr std::string_view kCallHeader = "x-darkroom-call";
constexpr milliseconds kConnectLimit{10'000};
constexpr std::uint64_t kAnswerBytes = 256ULL << 20;

CallOutcome give_up(Code code, std::string detail) {
  task::CallFailure failure;
  failure.kind = task::CallFailure::Kind::final;
  failure.code = code;
  failure.detail = std::move(detail);
  return CallOutcome{std::move(failure)};
}

provider::Job make_job(const CallOrder& order) {
  provider::Job job;
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

// Identifies and commits; blocks.
Result<task::Output> save_picture(std::unique_ptr<blob::Writer> writer, TaskId task, std::uint32_t call,
                                  std::uint64_t pixels_limit) {
  auto file = writer->view();
  if (!file) return fail(std::move(file.error()));
  const Result<media::Picture> picture = media::identify((*file)->fd(), pixels_limit);
  if (!picture) return fail(picture.error());
  task::Output output;
  output.blob = fmt::format("tasks/{}/{}.{}", task.hex(), call, media::extension(picture->format));
  output.mime = media::mime_type(picture->format);
  output.width_pixels = picture->width_pixels;
  output.height_pixels = picture->height_pixels;
  Result<blob::Info> stored = writer->commit(output.blob);
  if (!stored) return fail(std::move(stored.error()));
  output.size_bytes = stored->size_bytes;
  output.sha256_hex = std::move(stored->sha256_hex);
  return output;
}

}  // namespace

HttpCaller::HttpCaller(Loop& loop, net::HttpClient& client, blob::Store& blobs, const provider::Registry& adapters,
                       BlockingPool& pool, std::uint64_t pixels_limit)
    : loop_(loop), client_(client), blobs_(blobs), adapters_(adapters), pool_(pool), pixels_limit_(pixels_limit) {}

Async<CallOutcome> HttpCaller::perform(CallOrder order) {
  const provider::Adapter* adapter = adapters_.find(order.upstream->kind);
  if (adapter == nullptr) co_return give_up(Code::provider_failed, "no adapter of that kind");
  auto request = co_await make_request(*adapter, order);
  if (!request) co_return give_up(Code::provider_failed, request.error().message);
  auto reader = std::make_shared<LiftReader>(blobs_, adapter->payload_members());
  net::ClientResult result = co_await send(std::move(*request), reader);
  if (!result) co_return judge_failure(result.error(), reader->head_seen());
  co_return co_await read_answer(*adapter, std::move(order), std::move(*result), std::move(reader));
}

Async<Result<net::ClientRequest>> HttpCaller::make_request(const provider::Adapter& adapter, CallOrder order) {
  const provider::Job job = make_job(order);
  Result<provider::Request> made = adapter.make_submit(job);
  if (!made) co_return std::unexpected(std::move(made.error()));
  net::ClientRequest request;
  request.method = std::move(made->method);
  request.url = order.upstream->base_url + made->path;
  for (provider::RequestHeader& header : made->headers) {
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
  using Body = Result<std::unique_ptr<ByteSource>>;
  std::vector<provider::BodyPart> parts = std::move(made->body);
  Body body = co_await await_on<Body>(loop_, [&](auto done) {
    pool_.submit([&blobs = blobs_, parts = std::move(parts), done = std::move(done)]() mutable {
      done(open_body(blobs, std::move(parts)));
    });
  });
  if (!body) co_return std::unexpected(std::move(body.error()));
  request.body = std::move(*body);
  co_return request;
}

Async<net::ClientResult> HttpCaller::send(net::ClientRequest request, std::shared_ptr<LiftReader> reader) {
  net::HttpClient::CallId id = 0;
  net::ClientResult result = co_await await_on<net::ClientResult>(loop_, [&](auto done) {
    id = client_.send(std::move(request), reader, std::move(done));
    in_flight_.insert(id);
  });
  in_flight_.erase(id);
  co_return result;
}

Async<CallOutcome> HttpCaller::read_answer(const provider::Adapter& adapter, CallOrder order,
                                           net::ClientResponse response, std::shared_ptr<LiftReader> reader) {
  provider::Answer answer;
  answer.status = response.status;
  answer.headers = std::move(response.headers);
  if (auto document = reader->finish()) {
    answer.document = std::move(*document);
    answer.is_json = true;
  }
  provider::Verdict verdict = adapter.read_submit(answer);
  if (auto* completed = std::get_if<provider::Completed>(&verdict)) {
    co_return co_await store_output(std::move(order), std::move(*completed), std::move(reader));
  }
  co_return judge_verdict(verdict);
}

Async<CallOutcome> HttpCaller::store_output(CallOrder order, provider::Completed completed,
                                            std::shared_ptr<LiftReader> reader) {
  const auto* payload =
      completed.outputs.empty() ? nullptr : std::get_if<provider::PayloadOutput>(&completed.outputs.front());
  std::unique_ptr<blob::Writer> writer = payload == nullptr ? nullptr : reader->take_payload(payload->payload);
  if (writer == nullptr) co_return judge_verdict(provider::Unreadable{"the answer has no payload"});
  using Saved = Result<task::Output>;
  Saved saved = co_await await_on<Saved>(loop_, [&](auto done) {
    pool_.submit([writer = std::move(writer), task = order.task, call = order.call, pixels = pixels_limit_,
                  done = std::move(done)]() mutable { done(save_picture(std::move(writer), task, call, pixels)); });
  });
  if (saved) {
    std::vector<task::Output> outputs;
    outputs.push_back(std::move(*saved));
    co_return CallOutcome{std::move(outputs), Limiter::Signal::worked};
  }
  if (saved.error().code == Code::bad_media) co_return judge_verdict(provider::Unreadable{saved.error().message});
  co_return judge_failure(net::Failure{std::move(saved.error()), true}, true);
}

void HttpCaller::cancel_all() {
  for (const net::HttpClient::CallId call : in_flight_) client_.cancel(call);
}

}  // namespace darkroom::engine
