#include "engine/queue_report.h"

#include <algorithm>
#include <map>

#include "engine/engine_state.h"
#include "engine/run.h"

namespace darkroom::engine {
namespace {

void keep_oldest(std::optional<WallTime>& oldest, WallTime at) { oldest = std::min(oldest.value_or(at), at); }

}  // namespace

QueueReport Engine::State::count_queue() {
  QueueReport report;
  report.at = now();
  report.ended = ended.count(report.at);
  std::map<std::string, QueueReport::OfModel, std::less<>> models;
  const auto wait = [&](const store::QueuedTask& task) {
    QueueReport::OfModel& model = models[task.model];
    ++model.waiting;
    ++report.waiting;
    keep_oldest(model.oldest_at, task.created_at);
    keep_oldest(report.oldest_at, task.created_at);
  };
  queue.for_each(wait);
  for (const store::QueuedTask& task : *inbox.lock()) wait(task);
  polls.for_each([&](const store::QueuedTask& task) {
    if (!resting.contains(task.id)) return;
    ++models[task.model].running;
    ++report.running;
    ++report.at_vendor;
  });
  for (const auto& [id, run] : runs) {
    ++models[run->task().plan.model].running;
    ++report.running;
  }
  for (auto& [name, model] : models) {
    model.model = name;
    report.by_model.push_back(std::move(model));
  }
  for (const UpstreamStatus& status : limiter.list(report.at)) {
    report.by_upstream.push_back({status.name, status.in_flight, status.capacity});
  }
  return report;
}

const QueueReport& Engine::State::queue_report() {
  const WallTime at = now();
  const bool is_fresh = last_report && at >= last_report->at && at - last_report->at < kQueueReportPause;
  if (!is_fresh) last_report = count_queue();
  return *last_report;
}

void Engine::report_queue(std::move_only_function<void(QueueReport)> done) const {
  state_->parts.loop.post([state = state_.get(), done = std::move(done)]() mutable { done(state->queue_report()); });
}

}  // namespace darkroom::engine
