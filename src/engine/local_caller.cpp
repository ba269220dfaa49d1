#include "engine/local_caller.h"

#include <algorithm>
#include <array>

#include "engine/scratch_file.h"
#include "engine/verdicts.h"

namespace darkroom::engine {
namespace {

using Kind = task::CallFailure::Kind;
using Signal = Limiter::Signal;

// Of the names that the catalogue knows.
struct SizeClass {
  std::string_view name;
  std::uint32_t short_side_pixels;
};
constexpr auto kSizeClasses = std::to_array<SizeClass>({{"720p", 720}, {"1080p", 1080}, {"2k", 1440}, {"4k", 2160}});
constexpr SizeClass kUsualSize = kSizeClasses[1];

std::string_view find_word(const json::object& parameters, std::string_view name) {
  const json::value* value = json::find(parameters, name);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

double find_number(const json::object& parameters, std::string_view name) {
  const json::value* value = json::find(parameters, name);
  return value != nullptr && value->is_number() ? value->to_number<double>() : 0;
}

CallOutcome failed(Kind kind, Code code, std::string detail, Signal signal = Signal::neutral) {
  task::CallFailure failure;
  failure.kind = kind;
  failure.code = code;
  failure.detail = std::move(detail);
  return CallOutcome{std::move(failure), signal};
}

}  // namespace

// `scene`, `client_token` and `callback_args` change nothing here.
Result<media::EnhanceOrder> make_enhance_order(const json::object& parameters) {
  media::EnhanceOrder order;
  const std::string_view resolution = find_word(parameters, "resolution");
  const auto size = std::ranges::find(kSizeClasses, resolution, &SizeClass::name);
  if (size == kSizeClasses.end() && !resolution.empty()) {
    return fail(Code::invalid_parameter, "this tool has no such size", "resolution");
  }
  order.short_side_pixels = (size == kSizeClasses.end() ? kUsualSize : *size).short_side_pixels;
  if (const double limit = find_number(parameters, "resolution_limit"); limit > 0) {
    if (limit < media::kMinShortSide) {
      return fail(Code::invalid_parameter, "this tool makes no film that small", "resolution_limit");
    }
    order.short_side_pixels = static_cast<std::uint32_t>(std::min<double>(order.short_side_pixels, limit));
  }
  order.frame_rate = find_number(parameters, "fps");
  if (order.frame_rate < 0 || order.frame_rate > media::kMaxFrameRate) {
    return fail(Code::invalid_parameter, "this tool makes no more than 240 frames a second", "fps");
  }
  const bool is_professional = find_word(parameters, "tool_version") == "professional";
  order.quality = is_professional ? media::EnhanceQuality::professional : media::EnhanceQuality::standard;
  return order;
}

CallOutcome judge_local_failure(const Error& error) {
  switch (error.code) {
    case Code::cancelled: return failed(Kind::unknown, Code::cancelled, error.message);
    case Code::invalid_parameter: return judge_inexpressible(error);
    // The film is what it is: here it fails again, elsewhere it may not.
    case Code::bad_media: {
      CallOutcome outcome = failed(Kind::next_route, Code::provider_failed, error.message);
      std::get<task::CallFailure>(outcome.result).problem = error.message;
      return outcome;
    }
    case Code::deadline_exceeded:
      return failed(Kind::next_route, Code::provider_polling_timeout, error.message, Signal::failed);
    default: return failed(Kind::retry, Code::provider_failed, error.message, Signal::failed);
  }
}

LocalCaller::LocalCaller(Loop& loop, blob::Store& blobs, BlockingPool& pool, OutputSaver& saver,
                         std::string scratch_folder, Enhance enhance)
    : loop_(loop),
      blobs_(blobs),
      pool_(pool),
      saver_(saver),
      scratch_folder_(std::move(scratch_folder)),
      enhance_(std::move(enhance)) {}

Async<CallOutcome> LocalCaller::perform(CallOrder order) {
  // Jobs of a vendor whose upstream has become a local one: nobody here knows them.
  if (order.ask != Ask::submit) co_return failed(Kind::final, Code::provider_failed, "no vendor's job can be here");
  Result<media::EnhanceOrder> wanted = make_enhance_order(order.parameters);
  if (!wanted) co_return judge_local_failure(wanted.error());
  const auto source = std::ranges::find(order.references, "video", &task::Reference::role);
  if (source == order.references.end()) co_return failed(Kind::final, Code::provider_failed, "no film to enhance");
  wanted->limits.wall_time = order.deadline;
  const TaskId task = order.task;
  const Flag cancel = std::make_shared<std::atomic<bool>>(false);
  in_flight_.emplace(task, cancel);
  Made made = co_await await_on<Made>(loop_, [&](auto done) {
    pool_.submit([this, wanted = *wanted, blob = source->blob, cancel, done = std::move(done)]() mutable {
      done(make(std::move(wanted), blob, cancel));
    });
  });
  const auto calls = in_flight_.equal_range(task);
  in_flight_.erase(std::find_if(calls.first, calls.second, [&](const auto& entry) { return entry.second == cancel; }));
  if (!made) co_return judge_local_failure(made.error());
  OutputSaver::Saved saved = co_await saver_.save_film(std::move(order), std::move(*made));
  if (!saved) co_return judge_local_failure(saved.error().error);
  co_return CallOutcome{std::move(*saved), Signal::worked};
}

LocalCaller::Made LocalCaller::make(media::EnhanceOrder order, const std::string& source, const Flag& cancel) const {
  const auto film = blobs_.open(source);
  if (!film) return fail(film.error());
  const Result<ScratchFile> room = ScratchFile::in_folder(scratch_folder_);
  if (!room) return fail(room.error());
  order.input_fd = (*film)->fd();
  order.output_fd = room->fd();
  order.cancel = cancel.get();
  const Result<media::Film> made = enhance_(order);
  if (!made) return fail(made.error());
  auto writer = blobs_.create();
  if (!writer) return fail(std::move(writer.error()));
  DR_TRY(room->copy_to(**writer));
  return std::move(*writer);
}

Async<CallOutcome> LocalCaller::save(CallOrder, std::shared_ptr<FinishedJob>) {
  co_return failed(Kind::final, Code::provider_failed, "no vendor's job can be here");
}

void LocalCaller::cancel(TaskId task) {
  const auto calls = in_flight_.equal_range(task);
  for (auto call = calls.first; call != calls.second; ++call) call->second->store(true);
}

void LocalCaller::cancel_all() {
  for (const auto& [task, cancel] : in_flight_) cancel->store(true);
}

}  // namespace darkroom::engine
