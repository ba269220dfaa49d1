// What the console's screens use, put together from the engine and its neighbours: reports, small pictures, test
// messages of webhooks. Threads: construct, stop and destroy on the main thread, the engine's loop at rest when it is
// destroyed; the parts from any loop.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/console/screens.h"
#include "app/thumbnails.h"
#include "catalog/catalog.h"
#include "engine/engine.h"
#include "engine/http_webhook_sender.h"
#include "runtime/async_scope.h"
#include "usecase/route_planner.h"

namespace darkroom::app {

class Screens {
 public:
  struct Parts {
    usecase::TaskStreams& streams;
    blob::Store& media;
    usecase::RoutePlanner& planner;
    const catalog::Catalog& catalog;
    Clock& clock;
    Random& random;
    Loop& engine_loop;
    // Made later than this, and there when the first request comes.
    const std::unique_ptr<engine::Engine>& engine;
    const std::unique_ptr<engine::HttpWebhookSender>& webhooks;
  };
  static constexpr std::size_t kMostTests = 16;  // on their way at once

  explicit Screens(Parts parts);
  ~Screens() { tests_.abandon(); }

  api::console::Screens services();
  void stop() { thumbnails_.stop(); }

 private:
  void send_test(webhook::Endpoint endpoint, Done<webhook::Answer> done);
  Async<void> run_test(webhook::Endpoint endpoint, Done<webhook::Answer> done);

  Parts parts_;
  Thumbnails thumbnails_;
  std::map<std::string, std::vector<std::string>> models_;  // that an upstream offers, by its name
  AsyncScope tests_;                                        // of the engine's loop
  std::atomic<std::size_t> tests_at_once_{0};
};

// As GET /api/console/queue and /upstreams answer.
json::object print_queue(const engine::QueueReport& report);
json::object print_upstream(const engine::UpstreamStatus& status, std::uint32_t weight,
                            const std::vector<std::string>& models);

}  // namespace darkroom::app
