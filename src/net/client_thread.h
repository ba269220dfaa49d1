// One event thread of HttpClient: a curl multi handle driven by epoll, its connections and its calls.
// Threads: start(), cancel() and stop() from any; everything else happens on the thread itself.
// Owns its calls until their `done` has run.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/guarded.h"
#include "net/client_call.h"

namespace darkroom::net {

class ClientThread {
 public:
  // `transfers` counts the calls in hand; may be null.
  ClientThread(std::string name, std::size_t connections, Gauge* transfers);
  ~ClientThread();

  void start(std::unique_ptr<ClientCall> call);
  void cancel(HttpClient::CallId call);
  void stop();

 private:
  struct Inbox {
    std::vector<std::unique_ptr<ClientCall>> calls;
    std::vector<HttpClient::CallId> cancels;
    bool is_stopping = false;
  };

  static int on_socket(CURL* easy, curl_socket_t fd, int what, void* self, void* socket_data);
  static int on_timer(CURLM* multi, long timeout_ms, void* self);

  void run(std::string name);
  void wake() const;
  bool take_inbox();
  void add(std::unique_ptr<ClientCall> call);
  void wait();
  void collect_finished();
  void check_deadlines();
  // Takes a call out of curl's hands and ours.
  std::unique_ptr<ClientCall> release(HttpClient::CallId call);
  void count(int change);

  CURLM* multi_ = nullptr;
  int epoll_fd_ = -1;
  int wake_fd_ = -1;
  Gauge* transfers_;
  Guarded<Inbox> inbox_;
  std::unordered_map<HttpClient::CallId, std::unique_ptr<ClientCall>> calls_;
  SteadyTime curl_due_ = SteadyTime::max();
  SteadyTime check_due_ = SteadyTime::max();
  std::thread thread_;
};

}  // namespace darkroom::net
