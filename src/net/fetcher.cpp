#include "net/fetcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "net/delay_line.h"
#include "net/fetch_turns.h"
#include "net/url_parse.h"

namespace darkroom::net {
namespace {

constexpr std::string_view kUserAgent = "darkroom";

SteadyTime steady_now() { return SystemClock().steady_now(); }

std::unexpected<Error> bad(std::string message) { return fail(Code::bad_media, std::move(message)); }

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// The header's value; nullopt if it is absent, an error if it stands there twice.
Result<std::optional<std::string>> find_single(const std::vector<http::Header>& headers, std::string_view name) {
  std::optional<std::string> value;
  for (const http::Header& header : headers) {
    if (!http::equals_ignoring_case(header.name, name)) continue;
    if (value) return bad(fmt::format("the reference answered with two {} headers", name));
    value = header.value;
  }
  return value;
}

// An order whose URL cannot be parsed goes nowhere and needs no turn.
FetchPlace find_place(const FetchOrder& order) {
  if (order.owner.empty()) return {};
  const Result<Target> target = parse_url(order.url);
  if (!target) return {};
  return {order.owner, fmt::format("{}:{}", target->host, target->port)};
}

// Has what waits too long refused, for as long as something waits. What the line runs, it outlives.
void watch(std::shared_ptr<FetchTurns> turns, DelayLine& line, SteadyTime when) {
  line.run_at(when, [turns = std::move(turns), &line]() mutable {
    if (const auto next = turns->refuse_late(steady_now())) watch(std::move(turns), line, *next);
  });
}

// One fetch, kept alive by whoever will call it next: the turns, the pool, the client or the delay line.
class Fetch final : public ResponseReader, public std::enable_shared_from_this<Fetch> {
 public:
  Fetch(HttpClient& client, const UrlGuard& guard, BlockingPool& pool, std::shared_ptr<DelayLine> delays,
        std::shared_ptr<FetchTurns> turns, FetchOrder order, Fetcher::OpenSink open_sink, Fetcher::Done done)
      : client_(client),
        guard_(guard),
        pool_(pool),
        delays_(std::move(delays)),
        turns_(std::move(turns)),
        place_(find_place(order)),
        url_(std::move(order.url)),
        limits_(std::move(order.limits)),
        origin_headers_(std::move(order.origin_headers)),
        open_sink_(std::move(open_sink)),
        done_(std::move(done)) {
    if (order.trusted_origin.empty()) return;
    if (auto origin = parse_url(order.trusted_origin)) origin_ = std::move(*origin);
  }

  const FetchPlace& place() const { return place_; }

  // The time spent waiting for the turn does not count.
  void begin(Status turn) {
    if (!turn) return std::exchange(done_, nullptr)(fail(std::move(turn.error())));
    started_ = steady_now();
    start_hop(std::move(url_));
  }

  Status on_head(int status, const std::vector<http::Header>& headers) override {
    if (is_redirect(status)) {
      DR_TRY(take_location(headers));
      return bad("a redirect ends the hop");  // its body is of no interest; the hop's end looks at location_
    }
    if (status != 200) return bad(fmt::format("the reference answered with status {}", status));
    DR_TRY(check_head(headers));
    const auto sink = open_sink_();
    if (!sink) return fail(sink.error());
    sink_ = *sink;
    return {};
  }

  Status on_body(ByteView bytes) override {
    fetched_.body_bytes += bytes.size();
    if (fetched_.body_bytes > limits_.body_bytes) return too_large();
    return sink_->write(bytes);
  }

 private:
  // A lookup may block, so each hop begins on the pool.
  void start_hop(std::string url) {
    pool_.submit([self = shared_from_this(), url = std::move(url)] {
      if (Status sent = self->send(url); !sent) self->finish(fail(std::move(sent.error())));
    });
  }

  Status send(const std::string& url) {
    ClientRequest request;
    DR_TRY(aim(url, request));
    const auto left = std::chrono::floor<milliseconds>(started_ + limits_.total - steady_now());
    if (left <= milliseconds(0)) return fail(Code::deadline_exceeded, "the reference took longer than its time limit");

    request.url = target_->url;
    request.headers.push_back({"Accept-Encoding", Secret("identity")});
    request.headers.push_back({"User-Agent", Secret(std::string(kUserAgent))});
    request.ca_file = limits_.ca_file;
    request.limits.connect = limits_.connect;
    request.limits.first_byte = limits_.head;
    request.limits.total = left;
    request.limits.body_bytes = UINT64_MAX;  // on_body() has the limit and a sentence of its own
    request.limits.slowest_bytes_per_second = limits_.slowest_bytes_per_second;
    location_.reset();
    client_.send(std::move(request), shared_from_this(),
                 [self = shared_from_this()](ClientResult result) { self->end_hop(std::move(result)); });
    return {};
  }

  // Sets target_. The operator's own addresses are looked up by the client as for any call; everything else is checked
  // and pinned.
  Status aim(const std::string& url, ClientRequest& request) {
    Result<Target> target = parse_url(url);
    const bool is_trusted = target && is_at_origin(*target);
    if (!is_trusted) target = guard_.check_text(url);
    if (!target) return fail(std::move(target.error()));
    if (target_ && target_->scheme == "https" && target->scheme == "http") {
      return fail(Code::address_refused, "the reference leads from https to http");
    }
    if (is_trusted) {
      for (const ClientHeader& header : origin_headers_) request.headers.push_back({header.name, header.value});
    } else {
      const Result<IpAddress> address = guard_.resolve(*target);
      if (!address) return fail(address.error());
      request.pinned = *address;
    }
    target_ = std::move(*target);
    return {};
  }

  bool is_at_origin(const Target& target) const {
    return origin_ && target.scheme == origin_->scheme && target.host == origin_->host && target.port == origin_->port;
  }

  Status take_location(const std::vector<http::Header>& headers) {
    auto location = find_single(headers, "location");
    if (!location) return fail(std::move(location.error()));
    if (!*location) return bad("the reference redirects without saying where");
    if (redirects_ == limits_.redirects) return bad("the reference redirects too often");
    ++redirects_;
    Result<std::string> url = resolve_location(*target_, **location);
    if (!url) return fail(std::move(url.error()));
    location_ = std::move(*url);
    return {};
  }

  Status check_head(const std::vector<http::Header>& headers) {
    const auto encoding = find_single(headers, "content-encoding");
    if (!encoding) return fail(encoding.error());
    if (*encoding && !http::equals_ignoring_case(**encoding, "identity"))
      return bad("the reference is compressed in transfer");
    const auto length = find_single(headers, "content-length");
    if (!length) return fail(length.error());
    if (*length) {
      std::uint64_t bytes = 0;
      const auto [end, error] = std::from_chars((*length)->data(), (*length)->data() + (*length)->size(), bytes);
      if (error != std::errc() || bytes > limits_.body_bytes) return too_large();
    }
    fetched_.content_type = std::string(http::find_header(headers, "content-type").value_or(""));
    return {};
  }

  std::unexpected<Error> too_large() const {
    return bad(fmt::format("the reference is larger than {} bytes", limits_.body_bytes));
  }

  void end_hop(ClientResult result) {
    if (location_) return start_hop(*std::exchange(location_, std::nullopt));
    if (!result) return finish(fail(std::move(result.error().error)));
    if (fetched_.body_bytes == 0) return finish(bad("the reference is empty"));
    finish(std::move(fetched_));
  }

  void finish(Result<Fetched> result) {
    if (result) return tell(std::move(result));
    // What the line holds must not own the line.
    const auto delays = std::move(delays_);
    delays->run_at(started_ + limits_.failure_delay,
                   [self = shared_from_this(), error = std::move(result.error())]() mutable {
                     self->tell(fail(std::move(error)));
                   });
  }

  // The turn ends no sooner than a failure may be told, or the next fetch of the owner would tell it by its start.
  void tell(Result<Fetched> result) {
    turns_->end(place_);
    std::exchange(done_, nullptr)(std::move(result));
  }

  HttpClient& client_;
  const UrlGuard& guard_;
  BlockingPool& pool_;
  std::shared_ptr<DelayLine> delays_;
  const std::shared_ptr<FetchTurns> turns_;
  const FetchPlace place_;
  std::string url_;  // of the first hop, until it begins
  const FetchLimits limits_;
  const std::vector<ClientHeader> origin_headers_;
  std::optional<Target> origin_;
  Fetcher::OpenSink open_sink_;
  Fetcher::Done done_;
  SteadyTime started_{};

  std::optional<Target> target_;         // of the hop in hand
  std::optional<std::string> location_;  // where the hop in hand leads
  int redirects_ = 0;
  ByteSink* sink_ = nullptr;
  Fetched fetched_;
};

}  // namespace

Fetcher::Fetcher(HttpClient& client, const UrlGuard& guard, BlockingPool& pool)
    : client_(client),
      guard_(guard),
      pool_(pool),
      delays_(std::make_shared<DelayLine>()),
      turns_(std::make_shared<FetchTurns>()) {}

Fetcher::~Fetcher() {
  close();
  delays_->stop();
}

void Fetcher::close() { turns_->close(); }

void Fetcher::fetch(FetchOrder order, OpenSink open_sink, Done done) {
  const seconds longest_turn = order.limits.turn;
  auto fetch = std::make_shared<Fetch>(client_, guard_, pool_, delays_, turns_, std::move(order), std::move(open_sink),
                                       std::move(done));
  FetchPlace place = fetch->place();
  const auto watch_at = turns_->ask(
      std::move(place), steady_now(), [fetch = std::move(fetch)](Status turn) { fetch->begin(std::move(turn)); },
      longest_turn);
  if (watch_at) watch(turns_, *delays_, *watch_at);
}

}  // namespace darkroom::net
