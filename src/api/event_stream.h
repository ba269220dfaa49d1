// A task's event log as a stream of server-sent events: what is in the log, then each event when it is committed, to
// the end. Ids are the events' numbers, so a client that comes back with Last-Event-ID goes on where it was.
// Threads: the connection's loop.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/exchange.h"
#include "net/answer_stream.h"
#include "usecase/task_feed.h"

namespace darkroom::api {

// How often a stream without news says that it is still there; also how a connection learns that its client has gone.
inline constexpr seconds kHeartbeat{15};

class TaskEventStream final : public net::AnswerStream {
 public:
  // From the event `next` on.
  TaskEventStream(usecase::ReadTask& tasks, Loop& loop, TaskId id, AccountId account, std::uint32_t next,
                  usecase::TaskFeed::Ticket ticket)
      : tasks_(tasks), loop_(loop), id_(id), account_(account), next_(next), ticket_(std::move(ticket)) {}

  Async<std::string> next() override;
  void client_left() override;

 private:
  Async<std::string> read_news();

  usecase::ReadTask& tasks_;
  Loop& loop_;
  TaskId id_;
  AccountId account_;
  std::uint32_t next_;  // the number of the event to be sent
  usecase::TaskFeed::Ticket ticket_;
  bool has_begun_ = false;
  bool has_news_ = true;  // the log may have events that were not read
  bool has_ended_ = false;
};

// GET /api/v1/tasks/{id}/events for a client that accepts text/event-stream.
Answer stream_task_events(Exchange& exchange);

}  // namespace darkroom::api
