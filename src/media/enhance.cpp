#include "media/enhance.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/check.h"
#include "base/log.h"
#include "media/identify.h"
#include "media/read_only.h"
#include "media/worker_process.h"

namespace darkroom::media {
namespace {

using std::chrono::steady_clock;

// How long a cancellation may go unnoticed.
constexpr std::chrono::milliseconds kGlance{200};

template <class Packet>
std::span<std::byte> bytes_of(Packet& packet) {
  return std::as_writable_bytes(std::span(&packet, 1));
}

Error broken(Broken how, std::uint64_t file_bytes) {
  log::warn("media_worker_lost", {{"overrun", how == Broken::overrun}, {"file_bytes", file_bytes}});
  if (how == Broken::overrun) return make_error(Code::deadline_exceeded, "the video takes too long to enhance");
  return make_error(Code::bad_media, "the video cannot be enhanced within the limits");
}

// The child read hostile bytes, so its word is not taken: what it wrote is looked at like anyone's film.
Result<Film> finished(const EnhanceReport& report, const EnhanceOrder& order) {
  if (report.verdict == Verdict::not_written) return fail(Code::io_failed, "the enhanced video could not be written");
  const bool is_known = static_cast<std::uint8_t>(report.verdict) < kVerdicts;
  if (report.verdict != Verdict::ok) {
    return fail(Code::bad_media, sentence(is_known ? report.verdict : Verdict::damaged, "video"));
  }
  constexpr std::uint64_t kResultPixels = std::uint64_t{kMaxShortSide} * kMaxShortSide * 8;
  const auto medium = identify_any(order.output_fd, kResultPixels);
  if (!medium) return fail(medium.error());
  const auto* film = std::get_if<Film>(&*medium);
  if (!film) return fail(Code::bad_media, sentence(Verdict::damaged, "video"));
  return *film;
}

// Waits for the last report, passing on the ones before it.
Result<Film> follow(WorkerProcess& worker, const EnhanceOrder& order, std::uint64_t file_bytes) {
  const auto deadline = steady_clock::now() + order.limits.wall_time;
  for (;;) {
    if (order.cancel && order.cancel->load(std::memory_order_relaxed)) return fail(Code::cancelled);
    const auto now = steady_clock::now();
    if (now >= deadline) return fail(broken(Broken::overrun, file_bytes));
    EnhanceReport report;
    const auto heard = worker.receive(bytes_of(report), std::min(deadline, now + kGlance));
    if (!heard) continue;
    if (!*heard) return fail(broken(worker.post_mortem(), file_bytes));
    if (report.is_last) return finished(report, order);
    if (order.progress && std::isfinite(report.part)) order.progress(std::clamp(report.part, 0.0, 1.0));
  }
}

}  // namespace

Result<Film> enhance(const EnhanceOrder& order) {
  DR_CHECK(order.short_side_pixels >= kMinShortSide && order.short_side_pixels <= kMaxShortSide);
  DR_CHECK(order.frame_rate >= 0 && order.frame_rate <= kMaxFrameRate);
  const ReadOnly input(order.input_fd);
  struct stat file{};
  if (input.fd() < 0 || fstat(input.fd(), &file) != 0 || !S_ISREG(file.st_mode)) {
    return fail(Code::io_failed, "the video is not an open file");
  }
  auto worker = WorkerProcess::start("enhance-worker");
  if (!worker) return fail(std::move(worker.error()));
  const EnhanceLimits& limits = order.limits;
  (*worker)->set_limits({limits.cpu_seconds, limits.memory_bytes, limits.output_bytes});
  (*worker)->step_back();

  EnhanceQuestion question;
  question.file_bytes = static_cast<std::uint64_t>(file.st_size);
  question.pixels = limits.pixels;
  question.milliseconds = limits.milliseconds;
  question.frame_rate = order.frame_rate;
  question.short_side_pixels = order.short_side_pixels;
  question.threads = limits.threads;
  question.is_professional = order.quality == EnhanceQuality::professional;
  if (!(*worker)->send(bytes_of(question), std::array{input.fd(), order.output_fd})) {
    return fail(broken((*worker)->post_mortem(), question.file_bytes));
  }
  return follow(**worker, order, question.file_bytes);
}

}  // namespace darkroom::media
