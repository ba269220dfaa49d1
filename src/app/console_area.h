// The console's API as part of the gateway: its services, its routes, the threads where passwords are hashed, and the
// way in for the first operator.
// Threads: construct, prepare, stop and destroy on the main thread. Everything it is given outlives it.
#pragma once

#include <memory>
#include <string>

#include "api/console/routes.h"
#include "app/config.h"
#include "runtime/loops.h"

namespace darkroom::app {

class ConsoleArea {
 public:
  struct Parts {
    const Config& config;
    const api::Services& api;
    store::Store& store;
    Random& random;
    std::string public_url;
    api::console::Screens screens = {};
  };

  explicit ConsoleArea(Parts parts);
  void add_routes(net::Router& router) const;
  void add_local_routes(net::Router& router) const;
  // Once the store answers: makes the operator that the configuration names, or, where there is none at all, the token
  // of the link that makes one.
  Status prepare(EventLoop& loop);
  // For whoever reads the terminal; empty: there is an operator.
  std::string setup_link() const;
  void stop() { hashing_.stop(); }

 private:
  Async<Status> make_operator(Loop& loop);
  Async<Result<bool>> is_set_up(Loop& loop);

  Parts parts_;
  BlockingPool hashing_;
  api::console::Entrance entrance_;
  api::console::ConsoleServices services_;
  Secret setup_token_;
};

}  // namespace darkroom::app
