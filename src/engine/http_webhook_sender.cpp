#include "engine/http_webhook_sender.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>

#include "net/body_source.h"
#include "net/http_syntax.h"

namespace darkroom::engine {
namespace {

constexpr milliseconds kConnect{5'000};
constexpr std::uint64_t kAnswerBytes = 64 << 10;  // of a body that nobody reads

struct Place {
  net::Target target;
  net::IpAddress address;
};

Result<Place> find_place(const net::UrlGuard& guard, const std::string& url) {
  Result<net::Target> target = guard.check_callback(url);
  if (!target) return fail(std::move(target.error()));
  const Result<net::IpAddress> address = guard.resolve_callback(*target);
  if (!address) return fail(address.error());
  return Place{std::move(*target), *address};
}

// Remembers the status and how the body begins: once the status is there, what becomes of the rest does not matter.
class AnswerReader final : public net::ResponseReader {
 public:
  Status on_head(int status, const std::vector<http::Header>& headers) override {
    answer.status = status;
    const auto text = http::find_header(headers, "retry-after");
    std::int64_t wait = 0;
    if (!text) return {};
    const auto [end, problem] = std::from_chars(text->data(), text->data() + text->size(), wait);
    if (problem == std::errc() && end == text->data() + text->size() && wait >= 0) answer.retry_after = seconds(wait);
    return {};
  }
  Status on_body(ByteView bytes) override {
    const std::size_t room = webhook::kAnswerKept - answer.body.size();
    answer.body.append(reinterpret_cast<const char*>(bytes.data()), std::min(bytes.size(), room));
    return {};
  }

  webhook::Answer answer;
};

// What has been cut in the middle of a character ends before it; what is no text is not kept.
std::string keep_text(std::string body) {
  constexpr std::size_t kLongestCharacter = 4;
  for (std::size_t cut = 0; cut < kLongestCharacter && cut < body.size(); ++cut) {
    const std::string_view kept = std::string_view(body).substr(0, body.size() - cut);
    if (net::is_utf8(kept)) return std::string(kept);
  }
  return {};
}

net::ClientRequest make_request(const Place& place, WebhookOrder order) {
  net::ClientRequest request;
  request.method = "POST";
  request.url = place.target.url;
  request.pinned = place.address;
  request.limits.connect = kConnect;
  request.limits.first_byte = kSendDeadline;
  request.limits.total = kSendDeadline;
  request.limits.body_bytes = kAnswerBytes;
  request.headers = {{"Content-Type", Secret("application/json")},
                     {"User-Agent", Secret("darkroom")},
                     {"webhook-id", Secret(std::move(order.message_id))},
                     {"webhook-timestamp", Secret(fmt::format("{}", to_unix_seconds(order.at)))},
                     {"webhook-signature", Secret(std::move(order.signatures))}};
  auto body = std::make_unique<net::BodySource>();
  body->add_text(std::move(order.body));
  request.body = std::move(body);
  return request;
}

}  // namespace

HttpWebhookSender::HttpWebhookSender(Loop& loop, net::HttpClient& client, const net::UrlGuard& guard,
                                     BlockingPool& pool)
    : loop_(loop), client_(client), guard_(guard), pool_(pool) {}

Async<std::optional<webhook::Answer>> HttpWebhookSender::send(WebhookOrder order) {
  using Found = Result<Place>;
  std::string url = order.url;
  Found place = co_await await_on<Found>(loop_, [&](auto done) {
    pool_.submit(
        [&guard = guard_, url = std::move(url), done = std::move(done)]() mutable { done(find_place(guard, url)); });
  });
  webhook::Answer answer;
  if (!place) {
    answer.problem = std::move(place.error().message);
    co_return answer;
  }
  auto reader = std::make_shared<AnswerReader>();
  net::ClientRequest request = make_request(*place, std::move(order));
  net::HttpClient::CallId call = 0;
  net::ClientResult result = co_await await_on<net::ClientResult>(loop_, [&](auto done) {
    call = client_.send(std::move(request), reader, std::move(done));
    in_flight_.insert(call);
  });
  in_flight_.erase(call);
  if (reader->answer.status != 0) {
    answer = std::move(reader->answer);
    answer.body = keep_text(std::move(answer.body));
    co_return answer;
  }
  if (!result && result.error().error.code == Code::cancelled) co_return std::nullopt;
  if (!result) answer.problem = std::move(result.error().error.message);
  co_return answer;
}

void HttpWebhookSender::cancel_all() {
  for (const net::HttpClient::CallId call : in_flight_) client_.cancel(call);
}

}  // namespace darkroom::engine
