// What the console's screens use beside the services of the API: the engine's reports, the followers of tasks, small
// pictures. Put together by the app. Threads: any loop; every part that is a function may be empty, and what needs it
// is unavailable then.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "runtime/async.h"
#include "usecase/task_streams.h"
#include "webhook/delivery.h"

namespace darkroom::api::console {

struct Screens {
  usecase::TaskStreams* streams = nullptr;
  // QueueReport and Upstream of the API, as the pages read them. `done` runs on a thread of the engine.
  std::function<void(Done<json::object>)> report_queue = {};
  std::function<void(Done<json::array>)> list_upstreams = {};
  // Sends a signed test message now; `done` runs on a thread of the engine, within its deadline.
  std::function<void(webhook::Endpoint, Done<webhook::Answer>)> send_test = {};
  // The stored picture as a small WebP. not_found if it is not there any more; unavailable when too many are being
  // made.
  std::function<Async<Result<std::string>>(Loop&, std::string blob)> make_thumbnail = {};
};

}  // namespace darkroom::api::console
