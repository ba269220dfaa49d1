// WebClient: HTTP calls that a command waits for, over net::HttpClient. Ctrl-C ends a wait at once.
// Threads: one caller; the answer arrives on the client's thread. Small answers become text, big ones stream into a
// file. Fails with what net::HttpClient says, and with Code::cancelled after Ctrl-C.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/http_message.h"
#include "base/result.h"
#include "base/secret.h"
#include "net/http_client.h"

namespace darkroom::app {

// True once SIGINT or SIGTERM has come, if catch_interrupts() was called.
bool is_interrupted();
void catch_interrupts();
// Sleeps, at most until an interrupt.
void wait_interruptibly(milliseconds duration);

struct WebAnswer {
  int status = 0;
  std::vector<http::Header> headers;
  std::string body;  // empty when it went into a file
};

class WebClient {
 public:
  WebClient();
  ~WebClient();

  // `body`: JSON text, empty for none; `key`: sent as a Bearer token, empty for none.
  Result<WebAnswer> call(const std::string& method, const std::string& url, const Secret& key, const std::string& body);
  // A 200's body into a new file at `path`, whole or not at all; another status leaves no file.
  Result<WebAnswer> download(const std::string& url, const std::string& path);
  // One request that shows whether the host can be reached, within five seconds; every status will do.
  Status reach(const std::string& url);

 private:
  Result<WebAnswer> run(net::ClientRequest request, std::shared_ptr<net::ResponseReader> reader);

  net::HttpClient client_;
};

}  // namespace darkroom::app
