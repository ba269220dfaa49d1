// GET /stream: what changes, as server-sent events, for one page of the console: tasks of an account (or of all, for
// operators), the queue, the upstreams. A page that reads slowly gets the last state of each and not those between; one
// that has missed some is told to load again (`reset`). Threads: the connection's loop. Bounded: usecase::TaskStreams
// has so many places, a few for each person. Ends when the session or the right to see the account does.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "api/console/visit.h"
#include "net/answer_stream.h"

namespace darkroom::api::console {

inline constexpr seconds kStreamHeartbeat{15};
inline constexpr seconds kSessionLook{5};          // how long a stream may outlive its session
inline constexpr milliseconds kReportLook{1'000};  // between two looks at the queue and the upstreams
inline constexpr milliseconds kTasksPause{250};    // between two pieces with tasks

struct Topics {
  bool tasks = false;
  bool queue = false;
  bool upstreams = false;
};

class ConsoleStream final : public net::AnswerStream {
 public:
  ConsoleStream(const Visit& visit, Topics topics, std::optional<AccountId> account,
                std::unique_ptr<usecase::TaskStreams::Follower> follower);

  Async<std::string> next() override;
  void client_left() override;

 private:
  std::string take_tasks();
  Async<std::string> read_reports();
  Async<bool> may_go_on();
  SteadyTime next_deadline() const;

  const ConsoleServices& services_;
  Loop& loop_;
  Secret token_;
  std::optional<AccountId> account_;
  Topics topics_;
  std::unique_ptr<usecase::TaskStreams::Follower> follower_;
  std::string queue_;  // as it was sent last
  std::string upstreams_;
  bool has_begun_ = false;
  bool has_left_ = false;  // the client
  bool has_news_ = true;   // of tasks, not taken yet
  SteadyTime sent_at_;
  SteadyTime tasks_at_;  // not before this
  SteadyTime reports_at_;
  SteadyTime session_at_;
};

Answer open_stream(Visit& visit);

}  // namespace darkroom::api::console
