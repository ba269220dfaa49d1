#include "app/web_client.h"

#include <fmt/format.h>
#include <poll.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <future>
#include <utility>

#include "net/body_source.h"

namespace darkroom::app {
namespace {

constexpr std::size_t kMaxTextBytes = 16 << 20;
constexpr std::uint64_t kMaxFileBytes = std::uint64_t{4} << 30;

std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free, "the handler may touch nothing else");

void on_interrupt(int) { interrupted.store(true); }

class TextReader final : public net::ResponseReader {
 public:
  Status on_head(int, const std::vector<http::Header>&) override { return {}; }
  Status on_body(ByteView bytes) override {
    if (text.size() + bytes.size() > kMaxTextBytes) return fail(Code::bad_media, "the answer is longer than 16 MiB");
    text += as_text(bytes);
    return {};
  }
  std::string text;
};

// Fills `path`.part and renames it when the whole body has come.
class FileReader final : public net::ResponseReader {
 public:
  explicit FileReader(std::string path) : path_(std::move(path)), partial_(path_ + ".part") {}
  ~FileReader() override {
    if (file_) {
      file_.reset();
      std::error_code ignored;
      std::filesystem::remove(partial_, ignored);
    }
  }
  Status on_head(int status, const std::vector<http::Header>&) override {
    if (status != 200) return {};
    file_.reset(std::fopen(partial_.c_str(), "wbe"));
    return file_ ? Status{} : failed();
  }
  Status on_body(ByteView bytes) override {
    if (!file_ || std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) == bytes.size()) return {};
    return failed();
  }
  Status finish() {
    if (!file_) return {};
    if (std::fclose(file_.release()) != 0 || std::rename(partial_.c_str(), path_.c_str()) != 0) return failed();
    return {};
  }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unexpected<Error> failed() const {
    return fail(Code::io_failed, fmt::format("{}: {}", partial_, std::strerror(errno)));
  }

  std::string path_;
  std::string partial_;
  std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace

bool is_interrupted() { return interrupted.load(); }

void catch_interrupts() {
  struct sigaction action{};
  action.sa_handler = on_interrupt;  // without SA_RESTART: poll() returns
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

void wait_interruptibly(milliseconds duration) {
  if (!is_interrupted()) ::poll(nullptr, 0, static_cast<int>(duration.count()));
}

WebClient::WebClient() : client_(1, 8, nullptr) {}
WebClient::~WebClient() = default;

Result<WebAnswer> WebClient::call(const std::string& method, const std::string& url, const Secret& key,
                                  const std::string& body) {
  net::ClientRequest request;
  request.method = method;
  request.url = url;
  request.limits.total = seconds(75);
  request.limits.first_byte = seconds(70);
  if (!key.empty()) request.headers.push_back({"Authorization", Secret("Bearer " + std::string(key.reveal()))});
  if (!body.empty()) {
    request.headers.push_back({"Content-Type", Secret("application/json")});
    auto source = std::make_unique<net::BodySource>();
    source->add_text(body);
    request.body = std::move(source);
  }
  auto reader = std::make_shared<TextReader>();
  auto answer = run(std::move(request), reader);
  if (answer) answer->body = std::move(reader->text);
  return answer;
}

Result<WebAnswer> WebClient::download(const std::string& url, const std::string& path) {
  net::ClientRequest request;
  request.url = url;
  request.limits.total = std::chrono::minutes(15);
  request.limits.body_bytes = kMaxFileBytes;
  auto reader = std::make_shared<FileReader>(path);
  auto answer = run(std::move(request), reader);
  if (answer) {
    if (const Status finished = reader->finish(); !finished) return fail(finished.error());
  }
  return answer;
}

Status WebClient::reach(const std::string& url) {
  net::ClientRequest request;
  request.method = "HEAD";
  request.url = url;
  request.limits.total = seconds(5);
  const auto answer = run(std::move(request), std::make_shared<TextReader>());
  if (!answer) return fail(answer.error());
  return {};
}

Result<WebAnswer> WebClient::run(net::ClientRequest request, std::shared_ptr<net::ResponseReader> reader) {
  // Shared with the callback, which may still run after an interrupt has ended the wait.
  auto promise = std::make_shared<std::promise<net::ClientResult>>();
  std::future<net::ClientResult> future = promise->get_future();
  const auto call = client_.send(std::move(request), std::move(reader),
                                 [promise](net::ClientResult result) { promise->set_value(std::move(result)); });
  while (future.wait_for(milliseconds(50)) != std::future_status::ready) {
    if (is_interrupted()) client_.cancel(call);
  }
  net::ClientResult result = future.get();
  if (!result) return fail(result.error().error);
  return WebAnswer{.status = result->status, .headers = std::move(result->headers), .body = {}};
}

}  // namespace darkroom::app
