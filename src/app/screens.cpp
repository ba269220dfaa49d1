#include "app/screens.h"

#include <algorithm>
#include <utility>

#include "api/nullable.h"
#include "app/upstream_report.h"
#include "base/time_text.h"
#include "webhook/signature.h"

namespace darkroom::app {
namespace {

constexpr double kMillisecondsPerSecond = 1000;

json::value age_or_null(WallTime now, const std::optional<WallTime>& at) {
  if (!at) return nullptr;
  return static_cast<double>(std::max(now - *at, milliseconds(0)).count()) / kMillisecondsPerSecond;
}

// Every upstream to which some mode of the model may go, in either book.
std::map<std::string, std::vector<std::string>> list_offers(const usecase::RoutePlanner& planner,
                                                            const catalog::Catalog& catalog, Random& random) {
  std::map<std::string, std::vector<std::string>> models;
  for (const catalog::ModelSpec& model : catalog.models()) {
    for (std::size_t mode = 0; mode < model.modes.size(); ++mode) {
      for (const ledger::Book book : {ledger::Book::live, ledger::Book::test}) {
        const auto routes = planner.plan(model, mode, book, random);
        if (!routes) continue;
        for (const task::Route& route : *routes) {
          std::vector<std::string>& offered = models[route.upstream];
          if (offered.empty() || offered.back() != model.id) offered.push_back(model.id);
        }
      }
    }
  }
  return models;
}

}  // namespace

json::object print_queue(const engine::QueueReport& report) {
  json::object shown = {{"waiting", report.waiting}, {"running", report.running}, {"at_vendor", report.at_vendor}};
  shown["ended_last_minute"] = report.ended;
  shown["oldest_wait_seconds"] = age_or_null(report.at, report.oldest_at);
  json::array& models = shown["by_model"].emplace_array();
  for (const engine::QueueReport::OfModel& model : report.by_model) {
    json::object row = {{"model", model.model}, {"waiting", model.waiting}, {"running", model.running}};
    row["oldest_wait_seconds"] = age_or_null(report.at, model.oldest_at);
    models.push_back(std::move(row));
  }
  json::array& upstreams = shown["by_upstream"].emplace_array();
  for (const engine::QueueReport::OfUpstream& upstream : report.by_upstream) {
    upstreams.push_back(
        json::object{{"upstream", upstream.upstream}, {"running", upstream.running}, {"capacity", upstream.capacity}});
  }
  return shown;
}

json::object print_upstream(const engine::UpstreamStatus& status, std::uint32_t weight,
                            const std::vector<std::string>& models) {
  json::object shown = print_condition(status, weight, api::time_or_null);
  shown["is_sandbox"] = status.is_sandbox;
  shown["calls"] = status.calls;
  shown["calls_delivered"] = status.calls_delivered;
  shown["success_rate"] = status.calls == 0 ? json::value(nullptr)
                                            : json::value(static_cast<double>(status.calls_delivered) / status.calls);
  shown["last_success_at"] = api::time_or_null(status.last_success_at);
  shown["last_failure_at"] = api::time_or_null(status.last_failure_at);
  shown["last_failure"] = api::text_or_null(status.last_failure);
  json::array& routes = shown["routes"].emplace_array();
  for (const std::string& model : models) routes.emplace_back(model);
  return shown;
}

Screens::Screens(Parts parts)
    : parts_(parts), thumbnails_(parts.media), models_(list_offers(parts.planner, parts.catalog, parts.random)) {}

api::console::Screens Screens::services() {
  api::console::Screens services;
  services.streams = &parts_.streams;
  services.report_queue = [this](Done<json::object> done) {
    parts_.engine->report_queue(
        [done = std::move(done)](const engine::QueueReport& report) mutable { done(print_queue(report)); });
  };
  services.list_upstreams = [this](Done<json::array> done) {
    parts_.engine->list_upstreams([this, done = std::move(done)](std::vector<engine::UpstreamStatus> all) mutable {
      json::array shown;
      for (const engine::UpstreamStatus& status : all) {
        shown.push_back(
            print_upstream(status, parts_.planner.find_weight(status.name).value_or(0), models_[status.name]));
      }
      done(std::move(shown));
    });
  };
  services.send_test = [this](webhook::Endpoint endpoint, Done<webhook::Answer> done) {
    send_test(std::move(endpoint), std::move(done));
  };
  services.make_thumbnail = [this](Loop& loop, std::string blob) { return thumbnails_.get(loop, std::move(blob)); };
  return services;
}

void Screens::send_test(webhook::Endpoint endpoint, Done<webhook::Answer> done) {
  if (tests_at_once_.fetch_add(1, std::memory_order_relaxed) >= kMostTests) {
    tests_at_once_.fetch_sub(1, std::memory_order_relaxed);
    parts_.engine_loop.post([done = std::move(done)]() mutable {
      done(webhook::Answer{.problem = "too many tests are on their way; try again soon"});
    });
    return;
  }
  parts_.engine_loop.post([this, endpoint = std::move(endpoint), done = std::move(done)]() mutable {
    tests_.spawn(run_test(std::move(endpoint), std::move(done)));
  });
}

Async<void> Screens::run_test(webhook::Endpoint endpoint, Done<webhook::Answer> done) {
  engine::WebhookOrder order;
  order.url = endpoint.url;
  order.at = parts_.clock.wall_now();
  order.message_id = webhook::print_message_id(TaskId::make(order.at, parts_.random));
  order.body = json::print(
      json::object{{"type", "webhook.test"}, {"timestamp", print_rfc3339(order.at)}, {"data", json::object{}}});
  order.signatures = webhook::sign_all(endpoint, order.message_id, order.at, order.body);
  std::optional<webhook::Answer> answer = co_await parts_.webhooks->send(std::move(order));
  tests_at_once_.fetch_sub(1, std::memory_order_relaxed);
  done(answer ? std::move(*answer) : webhook::Answer{.problem = "the server is going down"});
}

}  // namespace darkroom::app
