#include <unistd.h>

#include <algorithm>

#include "media/film_container.h"
#include "media/film_input.h"
#include "media/film_probe.h"
#include "media/poster.h"
#include "media/worker_side.h"

namespace darkroom::media {
namespace {

// A decoder that has seen so many packets and shown nothing will show nothing.
constexpr unsigned kPacketsBeforeFirstFrame = 300;

// Looks at one film or sound.
class Examination {
 public:
  Examination(ByteView bytes, const FilmQuestion& question) : question_(question), input_(bytes), bytes_(bytes) {}

  FilmAnswer run(std::span<std::uint8_t> poster_room) {
    if (const auto done = examine(); !done) return {.verdict = done.error()};
    if (!poster_room.empty()) write_poster(poster_room);
    return answer_;
  }

 private:
  using Checked = std::expected<void, Verdict>;
  Checked examine();
  // Whether it is of the announced kind, and whole as far as its tables tell.
  std::expected<FilmInput::Kind, Verdict> find_kind();
  // As the tables have it; the decoder goes by what it meets.
  bool has_allowed_size(const AVStream* stream) const {
    const auto width = static_cast<std::uint64_t>(std::max(stream->codecpar->width, 0));
    const auto height = static_cast<std::uint64_t>(std::max(stream->codecpar->height, 0));
    return width * height <= question_.pixels;
  }
  // Reads the whole file; decodes until the first frame.
  Checked walk();
  // Until a frame has come out; nullptr: what the decoder still holds.
  void decode(const AVPacket* packet);
  void write_poster(std::span<std::uint8_t> room);

  const FilmQuestion& question_;
  FilmInput input_;
  ByteView bytes_;
  const AVStream* main_ = nullptr;
  const AVStream* sound_ = nullptr;
  PacketSpan main_span_;
  PacketSpan sound_span_;
  CodecPtr decoder_;
  FramePtr frame_;  // the first one
  unsigned tried_ = 0;
  FilmAnswer answer_;
};

std::expected<FilmInput::Kind, Verdict> Examination::find_kind() {
  const Verdict other = question_.is_sound ? Verdict::not_a_sound : Verdict::not_a_film;
  auto kind = FilmInput::find_kind(bytes_);
  if (!kind) return std::unexpected(other);
  if (kind->film && *kind->film != FilmFormat::webm) {
    const auto header = read_film_header(bytes_);
    if (!header) return std::unexpected(header.error());
    if (header->has_pictures == (question_.is_sound != 0)) return std::unexpected(other);
    if (std::uint64_t{header->width_pixels} * header->height_pixels > question_.pixels) {
      return std::unexpected(Verdict::too_many_pixels);
    }
    kind = question_.is_sound ? FilmInput::Kind{.film = {}, .sound = SoundFormat::m4a}
                              : FilmInput::Kind{.film = header->format, .sound = {}};
  }
  if (kind->sound.has_value() != (question_.is_sound != 0)) return std::unexpected(other);
  return *kind;
}

void Examination::decode(const AVPacket* packet) {
  if (frame_ || ++tried_ > kPacketsBeforeFirstFrame) return;
  if (libav().avcodec_send_packet(decoder_.get(), packet) < 0) return;
  FramePtr frame(libav().av_frame_alloc());
  if (libav().avcodec_receive_frame(decoder_.get(), frame.get()) >= 0) frame_ = std::move(frame);
}

Examination::Checked Examination::walk() {
  const PacketPtr packet(libav().av_packet_alloc());
  while (input_.read(packet.get())) {
    if (packet->stream_index == main_->index) {
      main_span_.add(*packet);
      decode(packet.get());
      if (main_span_.milliseconds(main_->time_base) > question_.milliseconds) return std::unexpected(Verdict::too_long);
    } else if (sound_ && packet->stream_index == sound_->index) {
      sound_span_.add(*packet);
    }
    libav().av_packet_unref(packet.get());
  }
  decode(nullptr);
  return {};
}

Examination::Checked Examination::examine() {
  const auto kind = find_kind();
  if (!kind) return std::unexpected(kind.error());
  if (const auto opened = input_.open(*kind); !opened) return opened;
  if (kind->sound) {
    if (const auto found = input_.find_parameters(); !found) return found;
  }
  main_ = input_.find_stream(kind->film ? AVMEDIA_TYPE_VIDEO : AVMEDIA_TYPE_AUDIO);
  if (!main_) return std::unexpected(kind->film ? Verdict::not_a_film : Verdict::not_a_sound);
  if (kind->film) sound_ = input_.find_stream(AVMEDIA_TYPE_AUDIO);
  if (kind->film && !has_allowed_size(main_)) return std::unexpected(Verdict::too_many_pixels);
  auto decoder = FilmInput::open_decoder(main_, question_.pixels);
  if (!decoder) return std::unexpected(decoder.error());
  decoder_ = std::move(*decoder);
  if (const auto walked = walk(); !walked) return walked;
  answer_.milliseconds = main_span_.milliseconds(main_->time_base);
  if (!frame_ || answer_.milliseconds == 0) return std::unexpected(Verdict::damaged);
  answer_.format = kind->film ? static_cast<std::uint8_t>(*kind->film) : static_cast<std::uint8_t>(*kind->sound);
  if (kind->film) {
    const bool turned = FilmInput::is_turned(main_);
    answer_.width_pixels = static_cast<std::uint32_t>(turned ? frame_->height : frame_->width);
    answer_.height_pixels = static_cast<std::uint32_t>(turned ? frame_->width : frame_->height);
    answer_.frame_rate = static_cast<double>(main_span_.packets()) * 1000 / static_cast<double>(answer_.milliseconds);
    answer_.has_audio = sound_span_.packets() > 0;
  }
  answer_.verdict = Verdict::ok;
  return {};
}

void Examination::write_poster(std::span<std::uint8_t> room) {
  const auto poster = make_poster(*frame_, question_.poster_side_pixels, room);
  if (!poster) return;  // the film is what it is
  answer_.poster_bytes = poster->bytes;
  answer_.poster_width_pixels = poster->width_pixels;
  answer_.poster_height_pixels = poster->height_pixels;
}

FilmAnswer answer_question(const FilmQuestion& question, const Files& files) {
  const bool wants_poster = question.poster_bytes > 0;
  if (files.size() != (wants_poster ? 2U : 1U)) return {};
  const Mapping film(files[0], question.file_bytes);
  if (!film.ok()) return {};
  if (!wants_poster) return Examination(film.bytes(), question).run({});
  Mapping room(files[1], question.poster_bytes, Mapping::Access::write);
  if (!room.ok()) return {};
  return Examination(film.bytes(), question).run(room.writable());
}

}  // namespace

int run_film_worker(int socket) {
  if (!begin_worker(socket, "film-worker")) return 1;
  if (!load_libav() || !confine_worker(socket)) return 1;
  for (FilmQuestion question;;) {
    Files files;
    if (!take_question(socket, std::as_writable_bytes(std::span(&question, 1)), files)) _exit(0);
    const FilmAnswer answer = answer_question(question, files);
    if (!give_answer(socket, std::as_bytes(std::span(&answer, 1)))) _exit(0);
  }
}

}  // namespace darkroom::media
