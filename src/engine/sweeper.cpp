// The sweeper: dead leases at start; while running, media past their retention, idempotency keys that have expired, and
// a disk that has become full.
#include "base/log.h"
#include "engine/engine_state.h"

namespace darkroom::engine {
namespace {

constexpr std::size_t kSweepPage = 200;
constexpr std::size_t kSubmitsPage = 1000;
// A submit without a key of its own is kept as one that has expired, for requests that say they repeat it
// (usecase::kTraceKept).
constexpr std::chrono::hours kExpiredKept{2};
constexpr int kVoidTries = 5;
constexpr milliseconds kRoomRetry{5'000};

}  // namespace

Async<Status> Engine::State::void_dead_leases() {
  // This process is the only engine on its store: whatever is leased was leased by one that is dead.
  Result<std::uint64_t> voided = 0;
  for (int i = 0; i < kVoidTries; ++i) {
    voided = co_await await_on<Result<std::uint64_t>>(parts.loop,
                                                      [&](auto done) { parts.store.void_leases(std::move(done)); });
    if (voided) break;
    co_await pause(milliseconds(100));
  }
  if (!voided) co_return std::unexpected(voided.error());
  if (*voided > 0) log::info("leases_voided", {{"tasks", *voided}});
  co_return Status{};
}

Async<void> Engine::State::sweep_regularly() {
  while (!stopping) {
    co_await sweep_media();
    co_await sweep_submits();
    co_await save_durations();
    if (!stopping) co_await pause(options.sweep);
  }
  co_await save_durations();
}

// A page at a time, so that no commit grows long over it.
Async<void> Engine::State::sweep_submits() {
  Result<std::uint64_t> forgotten = kSubmitsPage;
  while (!stopping && forgotten && *forgotten == kSubmitsPage) {
    const WallTime before = now() - kExpiredKept;
    forgotten = co_await await_on<Result<std::uint64_t>>(
        parts.loop, [&](auto done) { parts.store.forget_submits(before, kSubmitsPage, std::move(done)); });
  }
}

void Engine::State::hold_for_room() {
  if (disk_is_full || stopping || !parts.has_room) return;
  disk_is_full = true;
  log::error("media_disk_full", {{"waiting", queue.size()}});
  scope.spawn(await_room());
}

Async<void> Engine::State::await_room() {
  while (disk_is_full && !stopping) {
    co_await pause(kRoomRetry);
    if (stopping) co_return;
    const bool has_room = co_await await_on<bool>(parts.loop, [&](auto done) { parts.has_room(std::move(done)); });
    disk_is_full = !has_room;
  }
  log::info("media_disk_has_room", {});
  poke();
}

Async<void> Engine::State::sweep_media() {
  if (!parts.remove_media) co_return;
  const WallTime before = now() - options.media_retention;
  while (!stopping) {
    using Page = Result<std::vector<TaskId>>;
    Page page = co_await await_on<Page>(
        parts.loop, [&](auto done) { parts.store.list_expired_media(before, kSweepPage, std::move(done)); });
    if (!page || page->empty()) co_return;
    const std::size_t count = page->size();
    std::vector<TaskId> ids = *page;
    // Bytes first, then the mark: a crash between the two repeats the removal, which is harmless.
    co_await await_on<bool>(parts.loop, [&](auto done) {
      parts.remove_media(std::move(ids), [done = std::move(done)]() mutable { done(true); });
    });
    Result<void> marked = co_await await_on<Result<void>>(
        parts.loop, [&](auto done) { parts.store.mark_media_removed(std::move(*page), std::move(done)); });
    if (!marked) co_return;
    log::info("media_swept", {{"tasks", count}});
  }
}

}  // namespace darkroom::engine
