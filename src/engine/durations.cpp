// The durations that this engine has measured, as settings of the store: `durations/tasks/<model>` and
// `durations/jobs/<upstream>/<wire model>`, seconds. To lose some is harmless: they are learned again.
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>

#include "base/log.h"
#include "engine/engine_state.h"

namespace darkroom::engine {
namespace {

constexpr std::string_view kTasks = "durations/tasks/";
constexpr std::string_view kJobs = "durations/jobs/";

std::optional<double> read_seconds(std::string_view text) {
  double seconds = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const bool is_whole = problem == std::errc() && end == text.data() + text.size();
  return is_whole && std::isfinite(seconds) && seconds >= 0 ? std::optional(seconds) : std::nullopt;
}

bool remember(Medians& medians, std::string_view prefix, const store::Setting& setting) {
  if (!setting.name.starts_with(prefix)) return false;
  const std::optional<double> seconds = read_seconds(setting.value);
  if (seconds) medians.remember(setting.name.substr(prefix.size()), *seconds);
  return seconds.has_value();
}

void print_into(std::vector<store::Setting>& settings, std::string_view prefix, const Medians& medians) {
  for (const auto& [name, seconds] : medians.list()) {
    settings.push_back({fmt::format("{}{}", prefix, name), fmt::format("{:.3f}", seconds)});
  }
}

}  // namespace

Async<void> Engine::State::load_durations() {
  using Settings = Result<std::vector<store::Setting>>;
  const Settings settings =
      co_await await_on<Settings>(parts.loop, [&](auto done) { parts.store.list_settings(std::move(done)); });
  if (!settings) {
    log::warn("durations_not_loaded", {{"error", settings.error().message}});
    co_return;
  }
  for (const store::Setting& setting : *settings) {
    const bool is_ours = remember(medians, kTasks, setting) || remember(job_medians, kJobs, setting);
    if (is_ours) saved_durations[setting.name] = setting.value;
  }
}

Async<void> Engine::State::save_durations() {
  std::vector<store::Setting> settings;
  print_into(settings, kTasks, medians);
  print_into(settings, kJobs, job_medians);
  std::erase_if(settings, [&](const store::Setting& setting) {
    const auto saved = saved_durations.find(setting.name);
    return saved != saved_durations.end() && saved->second == setting.value;
  });
  if (settings.empty()) co_return;
  const Result<void> put = co_await await_on<Result<void>>(
      parts.loop, [&](auto done) { parts.store.put_settings(settings, std::move(done)); });
  if (!put) co_return;  // the next sweep tries again
  for (store::Setting& setting : settings) saved_durations[setting.name] = std::move(setting.value);
}

}  // namespace darkroom::engine
