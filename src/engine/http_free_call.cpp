// The free calls of HttpCaller: probes, and looks at balances.
#include <fmt/format.h>

#include "base/json_exact.h"
#include "engine/http_caller.h"
#include "engine/text_reader.h"

namespace darkroom::engine {
namespace {

using provider::Condition;

constexpr std::uint64_t kFreeAnswerBytes = 4 << 20;  // long lists of models

// "https://host:port" of a base URL.
std::string origin_of(const std::string& base_url) {
  return base_url.substr(0, base_url.find('/', base_url.find("://") + 3));
}

Result<provider::Balance> read_balance(const Upstream& upstream, const provider::FreeCalls& calls,
                                       const std::string& text) {
  const auto document = json::parse_exact(text, {.bytes = kFreeAnswerBytes});
  if (!document) return fail(Code::bad_json, "it is no JSON");
  const BalanceSource& source = upstream.probe.balance;
  if (source.path.empty()) return calls.read_balance(*document);
  const std::optional<Decimal> amount = provider::read_amount(*document, source.field);
  if (!amount) return fail(Code::bad_json, fmt::format("there is no amount at {}", source.field));
  return provider::Balance{*amount, source.unit};
}

}  // namespace

bool HttpCaller::can_ask_free(const Upstream& upstream, FreeAsk ask) const {
  const provider::Adapter* adapter = adapters_.find(upstream.kind);
  if (adapter == nullptr || upstream.api_keys.empty()) return false;
  const provider::FreeCalls calls = adapter->free_calls();
  if (ask == FreeAsk::probe) return calls.make_probe != nullptr;
  return calls.make_balance != nullptr || (calls.make_probe != nullptr && !upstream.probe.balance.path.empty());
}

Async<Result<net::ClientRequest>> HttpCaller::make_free_request(FreeOrder order, const provider::Adapter* adapter) {
  CallOrder call;
  call.upstream = order.upstream;
  call.key = order.key;
  call.deadline = kProbeDeadline;
  const Prepared job = co_await prepare(call, adapter);
  if (!job) co_return fail(Code::connect_failed, "there is no token for the key");
  const provider::FreeCalls calls = adapter->free_calls();
  const std::string& path = order.upstream->probe.balance.path;
  const bool is_adapters = order.ask == FreeAsk::balance && path.empty();
  provider::Request made = is_adapters ? calls.make_balance(*job) : calls.make_probe(*job);
  Result<net::ClientRequest> request = co_await make_request(call, std::move(made));
  if (!request) co_return request;
  request->limits.body_bytes = kFreeAnswerBytes;
  if (order.ask == FreeAsk::balance && !is_adapters) request->url = origin_of(order.upstream->base_url) + path;
  co_return request;
}

Async<FreeAnswer> HttpCaller::ask_free(FreeOrder order) {
  const TaskId nobody;  // no task asks
  const Question question(*this, nobody);
  const provider::Adapter* adapter = adapters_.find(order.upstream->kind);
  DR_CHECK(adapter != nullptr);
  Result<net::ClientRequest> request = co_await make_free_request(order, adapter);
  if (!request) co_return FreeAnswer{Condition::unwell, request.error().message, {}};
  auto reader = std::make_shared<TextReader>();
  net::ClientResult result = co_await send(nobody, std::move(*request), reader);
  if (!result) co_return FreeAnswer{Condition::unwell, result.error().error.message, {}};
  provider::Answer answer;
  answer.status = result->status;
  answer.headers = std::move(result->headers);
  if (auto document = json::parse(reader->text(), {.bytes = kFreeAnswerBytes})) {
    answer.document = std::move(*document);
    answer.is_json = true;
  }
  FreeAnswer told{provider::read_probe(*adapter, answer), {}, {}};
  if (told.condition != Condition::well) told.detail = fmt::format("HTTP {}", answer.status);
  if (order.ask == FreeAsk::probe || told.condition != Condition::well) co_return told;
  auto balance = read_balance(*order.upstream, adapter->free_calls(), reader->text());
  if (balance) {
    told.balance = std::move(*balance);
  } else {
    told.detail = balance.error().message;
  }
  co_return told;
}

}  // namespace darkroom::engine
