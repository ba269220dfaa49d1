#include <unistd.h>

#include "media/enhance.h"
#include "media/libav.h"
#include "media/transcode.h"
#include "media/worker_side.h"

namespace darkroom::media {
namespace {

// Reports no more often than this.
constexpr double kStep = 0.01;

bool report(int socket, const EnhanceReport& report) {
  return give_answer(socket, std::as_bytes(std::span(&report, 1)));
}

EnhanceReport answer_question(int socket, const EnhanceQuestion& question, const Files& files) {
  if (files.size() != 2) return {.is_last = 1};
  const Mapping film(files[0], question.file_bytes);
  if (!film.ok()) return {.is_last = 1};
  double told = 0;
  const auto tell = [socket, &told](double part) {
    if (part < told + kStep) return;
    told = part;
    // Nobody listens any more: nobody wants the rest.
    if (!report(socket, {.part = part})) _exit(0);
  };
  const auto done = transcode(film.bytes(), question, files[1], tell);
  return {.verdict = done ? Verdict::ok : done.error(), .is_last = 1, .part = 1};
}

}  // namespace

int run_enhance_worker(int socket) {
  if (!begin_worker(socket, "enhance-worker")) return 1;
  if (!load_libav() || !load_libavfilter() || !confine_worker(socket, Rights::compute_and_write)) return 1;
  EnhanceQuestion question;
  Files files;
  if (!take_question(socket, std::as_writable_bytes(std::span(&question, 1)), files)) _exit(0);
  report(socket, answer_question(socket, question, files));
  _exit(0);
}

}  // namespace darkroom::media
