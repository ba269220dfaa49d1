// AnswerStream: the body of an answer that is made while it is sent, such as a stream of events. The connection asks
// for a piece, sends it, and asks for the next only when the client has taken it: a client that reads slowly makes
// nobody keep more than one piece for it, and one that reads nothing is cut off by the write deadline. A client of
// HTTP/1.1 gets the pieces as chunks, one of HTTP/1.0 until the connection closes. Threads: the connection's loop.
// Owned by its answer. Between two pieces no deadline of the server applies: whoever waits for something gives a piece
// now and then, since writing is how a connection learns of a client that has vanished without a word.
#pragma once

#include <string>

#include "runtime/async.h"

namespace darkroom::net {

class AnswerStream {
 public:
  virtual ~AnswerStream() = default;
  // The next piece; an empty one is the end. An exception breaks the answer off.
  virtual Async<std::string> next() = 0;
  // The client has closed its side while next() is under way: what that waits for need not come, and the end is near.
  virtual void client_left() {}
};

}  // namespace darkroom::net
