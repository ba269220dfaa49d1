#include "net/http_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>

#include "base/check.h"
#include "net/client_thread.h"

namespace darkroom::net {

struct HttpClient::State {
  ConnectHook hook;
  std::atomic<CallId> last_call{0};
  std::vector<std::unique_ptr<ClientThread>> threads;

  // Calls go round the threads; a call's number says which one has it.
  ClientThread& thread_of(CallId call) { return *threads[call % threads.size()]; }
};

HttpClient::HttpClient(std::size_t threads, std::size_t connections, Metrics* metrics, ConnectHook hook)
    : state_(std::make_unique<State>()) {
  static std::once_flag once;
  std::call_once(once, [] { DR_CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK); });
  DR_CHECK(threads > 0);
  state_->hook = std::move(hook);
  Gauge* transfers = nullptr;
  if (metrics != nullptr) {
    transfers = &metrics->gauge("darkroom_http_client_transfers", "Outgoing HTTP calls that have not ended");
  }
  const std::size_t share = std::max<std::size_t>(1, connections / threads);
  for (std::size_t i = 0; i < threads; ++i) {
    state_->threads.push_back(std::make_unique<ClientThread>(fmt::format("http-client-{}", i), share, transfers));
  }
}

HttpClient::~HttpClient() { stop(); }

std::string certificate_store() {
  const curl_version_info_data* version = curl_version_info(CURLVERSION_NOW);
  return version->cainfo == nullptr ? std::string() : std::string(version->cainfo);
}

HttpClient::CallId HttpClient::send(ClientRequest request, std::shared_ptr<ResponseReader> reader,
                                    std::move_only_function<void(ClientResult)> done) {
  const CallId id = state_->last_call.fetch_add(1) + 1;
  auto call = std::make_unique<ClientCall>(id, std::move(request), std::move(reader), std::move(done), state_->hook);
  state_->thread_of(id).start(std::move(call));
  return id;
}

void HttpClient::cancel(CallId call) { state_->thread_of(call).cancel(call); }

void HttpClient::stop() {
  for (auto& thread : state_->threads) thread->stop();
}

}  // namespace darkroom::net
