// Departures: tells a handler that waits for something that its client has hung up, so that it need not wait any
// longer. Threads: any; `left` is called once, on the loop of the request's connection, at once if the client has left
// already. Owned by the server, which tells; a Watch must end before its request is answered. An id is kept as a view
// of the request's own.
#pragma once

#include <map>
#include <string_view>

#include "base/guarded.h"
#include "runtime/loop.h"

namespace darkroom::net {

class Departures {
 public:
  class Watch {
   public:
    // On the loop of the connection.
    Watch(Departures& departures, std::string_view request_id, Callback left);
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    ~Watch();

   private:
    Departures& departures_;
    const std::string_view request_id_;
  };

  // While the request is handled.
  bool has_left(std::string_view request_id);

  // The server's side: the client has left while its request is handled, and the request has been answered since.
  void tell(std::string_view request_id);
  void forget(std::string_view request_id);

 private:
  struct Entry {
    bool has_left = false;
    Callback left;
  };
  Guarded<std::map<std::string_view, Entry>> entries_;
};

}  // namespace darkroom::net
