// One outgoing call: its curl handle, the callbacks that curl makes into it, and the verdict at the end.
// Threads: built on any thread, then used by the one ClientThread that owns it.
// Fails by Failure; what curl says is turned into fixed sentences, so that no host or address can reach a customer.
#pragma once

#include <curl/curl.h>

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "net/http_client.h"

namespace darkroom::net {

class ClientCall {
 public:
  using Done = std::move_only_function<void(ClientResult)>;

  // `hook` may be empty; it must outlive the call.
  ClientCall(HttpClient::CallId id, ClientRequest request, std::shared_ptr<ResponseReader> reader, Done done,
             const HttpClient::ConnectHook& hook);
  ~ClientCall();
  ClientCall(const ClientCall&) = delete;
  ClientCall& operator=(const ClientCall&) = delete;

  HttpClient::CallId id() const { return id_; }
  // Sets the handle up; an error means that the request cannot be sent as it is.
  Status prepare();
  CURL* easy() const { return easy_; }
  // True if a deadline that curl does not keep has passed; finish() then says so.
  bool is_overdue(SteadyTime now);
  // Runs `done`, once.
  void finish(CURLcode code);
  void finish_with(Error error);

 private:
  // What curl calls; each returns what curl expects there.
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_read(char* into, std::size_t size, std::size_t count, void* self);
  static int on_seek(void* self, curl_off_t offset, int origin);
  static int on_request(void* self, char* peer, char* own, int peer_port, int own_port);
  static curl_socket_t on_open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);

  void set_limits();
  void set_method();
  Status set_headers();
  Status take_header_line(std::string_view line);
  Status end_head();
  Status take_body(ByteView bytes);
  Result<std::size_t> give_body(std::span<std::uint8_t> into);
  Status start_request(std::string_view peer);
  Result<curl_socket_t> open_socket(curl_sockaddr& address);
  bool sends_body() const { return request_.body && request_.body->size() > 0; }
  Error explain(CURLcode code) const;

  HttpClient::CallId id_;
  ClientRequest request_;
  std::shared_ptr<ResponseReader> reader_;
  Done done_;
  const HttpClient::ConnectHook& hook_;

  CURL* easy_ = nullptr;
  curl_slist* headers_ = nullptr;
  curl_slist* connect_to_ = nullptr;

  ClientResponse response_;
  std::size_t header_bytes_ = 0;
  bool is_head_complete_ = false;
  bool has_started_ = false;           // a connection stood and the request was about to be written
  std::uint64_t given_bytes_ = 0;      // of the request's body, handed to curl
  std::optional<SteadyTime> sent_at_;  // when the last byte of the request was handed over
  SteadyTime window_start_{};          // of the slowness measurement
  std::uint64_t window_bytes_ = 0;
  std::optional<Error> error_;  // ours; wins over curl's
};

}  // namespace darkroom::net
