// Administration: the one way in which commands read and change accounts, keys, credits, tasks and books: the
// administration API (api/admin.h). A running server answers on its local socket; without one the same API is served in
// this process, directly on the store. Threads: one; a call blocks until its answer or its deadline. Fails with
// connect_failed or store_failed when neither server nor store can be had.
#pragma once

#include <memory>
#include <string>

#include "app/config.h"
#include "base/clock.h"
#include "base/http_message.h"
#include "base/result.h"

namespace darkroom::app {

class Administration {
 public:
  virtual ~Administration() = default;
  // `target` is a path with its query; `body` is JSON text, empty for none. Any HTTP status is an answer.
  struct Answer {
    int status = 0;
    std::string body;
  };
  virtual Result<Answer> call(const std::string& method, const std::string& target, const std::string& body,
                              seconds deadline) = 0;
};

// A server that answers on `socket_path`; null if none listens there.
Result<std::unique_ptr<Administration>> find_running_server(const std::string& socket_path);

// The store itself, opened for this command. Only `may_create` makes a new one.
Result<std::unique_ptr<Administration>> open_local_administration(const Config& config, bool may_create);

// The running server if there is one, else the store.
Result<std::unique_ptr<Administration>> open_administration(const Config& config, bool may_create);

// A path segment or query value with everything but unreserved characters as %XX.
std::string percent_encode(std::string_view text);

}  // namespace darkroom::app
