#include "net/client_call.h"

#include <strings.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "net/socket_address.h"

namespace darkroom::net {
namespace {

// Big enough that a 20 MB answer costs few system calls, small enough for thousands of calls that wait.
constexpr long kReceiveBufferBytes = 64 << 10;
constexpr long kSendBufferBytes = 64 << 10;
// Shorter than the idle time after which common front ends close a kept connection.
constexpr long kIdleConnectionSeconds = 50;

SteadyTime steady_now() { return SystemClock().steady_now(); }

bool is_header_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 0x7f && c != ':'; });
}

bool has_line_break(std::string_view text) { return text.find_first_of(std::string_view("\r\n\0", 3)) != text.npos; }

bool is_safe_method(std::string_view method) { return method == "GET" || method == "HEAD"; }

std::unexpected<Error> lost(std::string_view why) { return fail(Code::connection_lost, std::string(why)); }

// The lines hold keys: they are wiped before their memory is given back.
void wipe_and_free(curl_slist* list) {
  for (curl_slist* line = list; line != nullptr; line = line->next)
    ::explicit_bzero(line->data, std::strlen(line->data));
  curl_slist_free_all(list);
}

}  // namespace

ClientCall::ClientCall(HttpClient::CallId id, ClientRequest request, std::shared_ptr<ResponseReader> reader, Done done,
                       const HttpClient::ConnectHook& hook)
    : id_(id), request_(std::move(request)), reader_(std::move(reader)), done_(std::move(done)), hook_(hook) {}

ClientCall::~ClientCall() {
  if (easy_ != nullptr) curl_easy_cleanup(easy_);
  wipe_and_free(headers_);
  curl_slist_free_all(connect_to_);
}

Status ClientCall::prepare() {
  easy_ = curl_easy_init();
  if (easy_ == nullptr) return fail(Code::internal, "no memory for a call");
  if (request_.body) DR_TRY(request_.body->rewind());
  set_limits();
  set_method();
  DR_TRY(set_headers());

  curl_easy_setopt(easy_, CURLOPT_URL, request_.url.c_str());
  curl_easy_setopt(easy_, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, &ClientCall::on_header);
  curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &ClientCall::on_body);
  curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy_, CURLOPT_READFUNCTION, &ClientCall::on_read);
  curl_easy_setopt(easy_, CURLOPT_READDATA, this);
  curl_easy_setopt(easy_, CURLOPT_SEEKFUNCTION, &ClientCall::on_seek);
  curl_easy_setopt(easy_, CURLOPT_SEEKDATA, this);
  curl_easy_setopt(easy_, CURLOPT_PREREQFUNCTION, &ClientCall::on_request);
  curl_easy_setopt(easy_, CURLOPT_PREREQDATA, this);
  curl_easy_setopt(easy_, CURLOPT_OPENSOCKETFUNCTION, &ClientCall::on_open_socket);
  curl_easy_setopt(easy_, CURLOPT_OPENSOCKETDATA, this);
  if (request_.pinned) {
    const std::string text = request_.pinned->text();
    const std::string entry = "::" + (request_.pinned->is_v4 ? text : '[' + text + ']') + ':';
    // A kept connection is reused only for the same pinned address, since curl compares this entry as well.
    connect_to_ = curl_slist_append(nullptr, entry.c_str());
    curl_easy_setopt(easy_, CURLOPT_CONNECT_TO, connect_to_);
  }
  if (!request_.ca_file.empty()) curl_easy_setopt(easy_, CURLOPT_CAINFO, request_.ca_file.c_str());
  return {};
}

void ClientCall::set_limits() {
  const ClientLimits& limits = request_.limits;
  curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy_, CURLOPT_QUICK_EXIT,
                   1L);  // a lookup that hangs must not hold the thread when a call is cancelled
  curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy_, CURLOPT_REDIR_PROTOCOLS_STR, "");
  curl_easy_setopt(easy_, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy_, CURLOPT_PROXY, "");
  curl_easy_setopt(easy_, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(easy_, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy_, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  curl_easy_setopt(easy_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  curl_easy_setopt(easy_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  // Waiting to learn whether a connection can carry several calls takes a TLS handshake; without TLS it would take the
  // first call's whole answer, and every other call would stand behind it.
  curl_easy_setopt(easy_, CURLOPT_PIPEWAIT, request_.url.starts_with("https:") ? 1L : 0L);
  curl_easy_setopt(easy_, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt(easy_, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy_, CURLOPT_TCP_KEEPIDLE, 30L);
  curl_easy_setopt(easy_, CURLOPT_TCP_KEEPINTVL, 15L);
  curl_easy_setopt(easy_, CURLOPT_MAXAGE_CONN, kIdleConnectionSeconds);
  curl_easy_setopt(easy_, CURLOPT_BUFFERSIZE, kReceiveBufferBytes);
  curl_easy_setopt(easy_, CURLOPT_UPLOAD_BUFFERSIZE, kSendBufferBytes);
  const auto at_least_one = [](milliseconds limit) {
    return static_cast<long>(std::max<milliseconds::rep>(1, limit.count()));
  };
  curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS, at_least_one(limits.connect));
  curl_easy_setopt(easy_, CURLOPT_TIMEOUT_MS, at_least_one(limits.total));
}

void ClientCall::set_method() {
  if (request_.method == "HEAD") {
    curl_easy_setopt(easy_, CURLOPT_NOBODY, 1L);
  } else if (sends_body()) {
    curl_easy_setopt(easy_, CURLOPT_POST, 1L);
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body->size()));
  } else if (request_.method == "POST" || request_.method == "PUT" || request_.body) {
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t{0});
    curl_easy_setopt(easy_, CURLOPT_COPYPOSTFIELDS, "");  // Content-Length: 0 is said, not left open
  }
  if (request_.method != "HEAD" && request_.method != "GET" && request_.method != "POST") {
    curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  }
}

Status ClientCall::set_headers() {
  bool has_content_type = false;
  for (const ClientHeader& header : request_.headers) {
    const std::string_view value = header.value.reveal();
    if (!is_header_name(header.name) || has_line_break(value))
      return fail(Code::internal, "a request header is malformed");
    has_content_type = has_content_type || http::equals_ignoring_case(header.name, "content-type");
    // curl takes "Name:" for "leave it out" and "Name;" for an empty value.
    std::string line = header.name + (value.empty() ? ";" : ": ");
    line += value;
    headers_ = curl_slist_append(headers_, line.c_str());
    ::explicit_bzero(line.data(), line.size());
  }
  headers_ = curl_slist_append(headers_, "Expect:");
  if (!has_content_type) headers_ = curl_slist_append(headers_, "Content-Type:");
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers_);
  return {};
}

// --- what curl calls -------------------------------------------------------------------------------------------------

std::size_t ClientCall::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& call = *static_cast<ClientCall*>(self);
  const Status taken = call.take_header_line(std::string_view(data, size * count));
  if (taken) return size * count;
  call.error_ = taken.error();
  return 0;
}

std::size_t ClientCall::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& call = *static_cast<ClientCall*>(self);
  const Status taken = call.take_body(as_bytes(std::string_view(data, size * count)));
  if (taken) return size * count;
  call.error_ = taken.error();
  return 0;
}

std::size_t ClientCall::on_read(char* into, std::size_t size, std::size_t count, void* self) {
  auto& call = *static_cast<ClientCall*>(self);
  const auto given = call.give_body(std::span(reinterpret_cast<std::uint8_t*>(into), size * count));
  if (given) return *given;
  call.error_ = given.error();
  return CURL_READFUNC_ABORT;
}

// curl rewinds to send a request again on its own. Once bytes of the body are out, the peer may have acted on them.
int ClientCall::on_seek(void* self, curl_off_t offset, int origin) {
  const auto& call = *static_cast<ClientCall*>(self);
  return call.given_bytes_ == 0 && offset == 0 && origin == SEEK_SET ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

int ClientCall::on_request(void* self, char* peer, char*, int, int) {
  auto& call = *static_cast<ClientCall*>(self);
  const Status started = call.start_request(peer);
  if (started) return CURL_PREREQFUNC_OK;
  call.error_ = started.error();
  return CURL_PREREQFUNC_ABORT;
}

curl_socket_t ClientCall::on_open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& call = *static_cast<ClientCall*>(self);
  const auto opened = call.open_socket(*address);
  if (opened) return *opened;
  call.error_ = opened.error();
  return CURL_SOCKET_BAD;
}

// --- and what that means ---------------------------------------------------------------------------------------------

Result<curl_socket_t> ClientCall::open_socket(curl_sockaddr& address) {
  auto ip = from_sockaddr(address.addr);
  std::uint16_t port = port_of(address.addr);
  if (!ip || (request_.pinned && *ip != *request_.pinned)) return fail(Code::address_refused, "the address is refused");
  if (hook_) {
    if (!hook_(*ip, port)) return fail(Code::address_refused, "the address is refused");
    sockaddr_storage changed;
    address.addrlen = to_sockaddr(*ip, port, changed);
    address.family = changed.ss_family;
    std::memcpy(&address.addr, &changed, address.addrlen);  // curl keeps a sockaddr_storage behind this member
  }
  const int fd = ::socket(address.family, address.socktype | SOCK_CLOEXEC, address.protocol);
  if (fd < 0) return fail(Code::connect_failed, "no socket for a call");
  return fd;
}

Status ClientCall::start_request(std::string_view peer) {
  if (request_.pinned && !hook_ && IpAddress::parse(peer) != request_.pinned) {
    return fail(Code::address_refused, "the address is refused");
  }
  const bool may_have_arrived = has_started_ && !is_safe_method(request_.method) && (given_bytes_ > 0 || !sends_body());
  if (may_have_arrived) return lost("the connection was lost after the request was sent");
  has_started_ = true;
  if (!sends_body()) sent_at_ = steady_now();
  return {};
}

Result<std::size_t> ClientCall::give_body(std::span<std::uint8_t> into) {
  auto given = request_.body->read(into);
  if (!given) return given;
  given_bytes_ += *given;
  const std::uint64_t size = request_.body->size();
  if (given_bytes_ > size || (*given == 0 && given_bytes_ < size)) {
    return fail(Code::internal, "a request body is not as long as it says");
  }
  if (given_bytes_ == size) sent_at_ = steady_now();
  return given;
}

Status ClientCall::take_header_line(std::string_view line) {
  if (is_head_complete_) return {};  // trailers carry nothing that anyone here reads
  header_bytes_ += line.size();
  if (header_bytes_ > request_.limits.header_bytes) return lost("the head of the answer is too large");
  if (line.starts_with("HTTP/")) {
    response_.headers.clear();
    return {};
  }
  if (line.starts_with(' ') || line.starts_with('\t')) return lost("the head of the answer is malformed");
  line = trim(line, kBlanksAndLineEnds);
  if (line.empty()) return end_head();
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_header_name(line.substr(0, colon))) {
    return lost("the head of the answer is malformed");
  }
  http::Header header{std::string(line.substr(0, colon)), std::string(trim(line.substr(colon + 1)))};
  if (http::equals_ignoring_case(header.name, "content-length")) {
    const auto earlier = http::find_header(response_.headers, header.name);
    const bool is_number = !header.value.empty() && header.value.find_first_not_of("0123456789") == std::string::npos;
    if (!is_number || (earlier && *earlier != header.value)) return lost("the answer's length is ambiguous");
  }
  response_.headers.push_back(std::move(header));
  return {};
}

Status ClientCall::end_head() {
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  if (status >= 100 && status < 200) return {};  // interim; the real head follows
  response_.status = static_cast<int>(status);
  is_head_complete_ = true;
  window_start_ = steady_now();
  return reader_->on_head(response_.status, response_.headers);
}

Status ClientCall::take_body(ByteView bytes) {
  response_.body_bytes += bytes.size();
  if (response_.body_bytes > request_.limits.body_bytes) return lost("the answer is too large");
  return reader_->on_body(bytes);
}

bool ClientCall::is_overdue(SteadyTime now) {
  const ClientLimits& limits = request_.limits;
  if (!is_head_complete_) {
    if (!sent_at_ || now - *sent_at_ < limits.first_byte) return false;
    error_ = make_error(Code::deadline_exceeded, "no answer came within the time limit");
    return true;
  }
  if (limits.slowest_bytes_per_second == 0 || now - window_start_ < limits.slow_window) return false;
  const auto least = limits.slowest_bytes_per_second * static_cast<std::uint64_t>(limits.slow_window.count()) / 1000;
  if (response_.body_bytes - window_bytes_ < least) {
    error_ = make_error(Code::deadline_exceeded, "the answer came too slowly");
    return true;
  }
  window_start_ = now;
  window_bytes_ = response_.body_bytes;
  return false;
}

Error ClientCall::explain(CURLcode code) const {
  if (has_started_) {
    if (code == CURLE_OPERATION_TIMEDOUT)
      return make_error(Code::deadline_exceeded, "the call took longer than its time limit");
    return make_error(Code::connection_lost, "the connection was lost before the answer was complete");
  }
  const char* sentence = "no connection came about";
  if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL) sentence = "the address cannot be used";
  if (code == CURLE_COULDNT_RESOLVE_HOST) sentence = "the host was not found";
  if (code == CURLE_OPERATION_TIMEDOUT) sentence = "no connection came about within the time limit";
  if (code == CURLE_PEER_FAILED_VERIFICATION) sentence = "the peer's certificate was not accepted";
  return make_error(Code::connect_failed, sentence);
}

void ClientCall::finish(CURLcode code) {
  // curl takes a head that was cut off for a whole one.
  if (code == CURLE_OK && !is_head_complete_) code = CURLE_GOT_NOTHING;
  if (code == CURLE_OK && !error_) {
    std::exchange(done_, nullptr)(std::move(response_));
    return;
  }
  finish_with(error_ ? std::move(*error_) : explain(code));
}

void ClientCall::finish_with(Error error) {
  std::exchange(done_, nullptr)(std::unexpected(Failure{std::move(error), has_started_}));
}

}  // namespace darkroom::net
