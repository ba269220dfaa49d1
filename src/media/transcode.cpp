#include "media/transcode.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "media/film_container.h"
#include "media/film_input.h"
#include "media/filter_chain.h"
#include "media/filter_plan.h"
#include "media/mp4_output.h"

namespace darkroom::media {
namespace {

using Checked = std::expected<void, Verdict>;

// MP4 has a place for one or two channels of nearly everything else as AAC.
constexpr const char* kSoundFilters = "aformat=sample_fmts=fltp:sample_rates=44100|48000:channel_layouts=mono|stereo";

Checked as_verdict(const Status& written) {
  if (written) return {};
  return std::unexpected(written.error().code == Code::io_failed ? Verdict::not_written : Verdict::damaged);
}

class Transcoder {
 public:
  Transcoder(ByteView film, const EnhanceQuestion& question, int output_fd)
      : film_(film), question_(question), source_(film), output_(output_fd) {}

  Checked run(const std::function<void(double)>& progress);

 private:
  // What is in the source: its kind, its length, how many packets.
  Checked survey();
  Checked check_size(const AVStream* stream) const;
  Checked open_source();
  Checked open_pictures();
  Checked open_sound();
  void keep_turn();
  std::uint64_t expected_packets() const;
  Checked copy_sound(AVPacket* packet);
  Checked pass_on(AVPacket* packet);
  Checked finish();
  FilterChain::Take to(const AVStream* stream, const FilterChain& chain);

  ByteView film_;
  const EnhanceQuestion& question_;
  FilmInput::Kind kind_;
  PacketSpan pictures_span_;
  PacketSpan sound_span_;
  std::uint64_t milliseconds_ = 0;

  FilmInput source_;
  const AVStream* pictures_in_ = nullptr;
  const AVStream* sound_in_ = nullptr;
  std::optional<FilterChain> pictures_;
  std::optional<FilterChain> sound_;  // where the sound cannot stay as it is
  Mp4Output output_;
  AVStream* pictures_out_ = nullptr;
  AVStream* sound_out_ = nullptr;
};

Checked Transcoder::check_size(const AVStream* stream) const {
  const auto width = static_cast<std::uint64_t>(std::max(stream->codecpar->width, 0));
  const auto height = static_cast<std::uint64_t>(std::max(stream->codecpar->height, 0));
  if (width == 0 || height == 0) return std::unexpected(Verdict::damaged);
  return width * height > question_.pixels ? std::unexpected(Verdict::too_many_pixels) : Checked();
}

Checked Transcoder::survey() {
  const auto kind = FilmInput::find_kind(film_);
  if (!kind || !kind->film) return std::unexpected(Verdict::not_a_film);
  if (*kind->film != FilmFormat::webm) {
    if (const auto header = read_film_header(film_); !header) return std::unexpected(header.error());
  }
  kind_ = *kind;
  FilmInput input(film_);
  if (const auto opened = input.open(kind_); !opened) return opened;
  const AVStream* pictures = input.find_stream(AVMEDIA_TYPE_VIDEO);
  const AVStream* sound = input.find_stream(AVMEDIA_TYPE_AUDIO);
  if (!pictures) return std::unexpected(Verdict::not_a_film);
  if (const auto checked = check_size(pictures); !checked) return checked;
  const PacketPtr packet(libav().av_packet_alloc());
  while (input.read(packet.get())) {
    if (packet->stream_index == pictures->index) pictures_span_.add(*packet);
    if (sound && packet->stream_index == sound->index) sound_span_.add(*packet);
    libav().av_packet_unref(packet.get());
  }
  milliseconds_ = pictures_span_.milliseconds(pictures->time_base);
  if (milliseconds_ == 0) return std::unexpected(Verdict::damaged);
  return milliseconds_ > question_.milliseconds ? std::unexpected(Verdict::too_long) : Checked();
}

Checked Transcoder::open_source() {
  if (const auto opened = source_.open(kind_); !opened) return opened;
  if (const auto found = source_.find_parameters(); !found) return found;
  pictures_in_ = source_.find_stream(AVMEDIA_TYPE_VIDEO);
  if (sound_span_.packets() > 0) sound_in_ = source_.find_stream(AVMEDIA_TYPE_AUDIO);
  return pictures_in_ ? check_size(pictures_in_) : std::unexpected(Verdict::not_a_film);
}

Checked Transcoder::open_pictures() {
  auto decoder = FilmInput::open_decoder(pictures_in_, question_.pixels);
  if (!decoder) return std::unexpected(decoder.error());
  const AVCodecParameters& form = *pictures_in_->codecpar;
  const AVRational aspect = form.sample_aspect_ratio;
  const double rate = static_cast<double>(pictures_span_.packets()) * 1000 / static_cast<double>(milliseconds_);
  const SourceForm source{static_cast<std::uint32_t>(form.width), static_cast<std::uint32_t>(form.height),
                          aspect.num > 0 && aspect.den > 0 ? static_cast<double>(aspect.num) / aspect.den : 1, rate,
                          milliseconds_};
  FilterPlan plan =
      plan_filters(source, question_.short_side_pixels, question_.frame_rate, question_.is_professional != 0);
  pictures_.emplace(pictures_in_, std::move(*decoder),
                    FilterChain::Encoding{"libx264", std::move(plan.filters), std::move(plan.preset),
                                          std::move(plan.crf), static_cast<int>(question_.threads)});
  if (const auto opened = pictures_->open(); !opened) return opened;
  pictures_out_ = output_.add_stream(pictures_->encoder());
  if (!pictures_out_) return std::unexpected(Verdict::damaged);
  keep_turn();
  return {};
}

// Telephones store a picture as it falls on the sensor and say how it is to be turned.
void Transcoder::keep_turn() {
  std::size_t size = 0;
  const auto* matrix = libav().av_stream_get_side_data(pictures_in_, AV_PKT_DATA_DISPLAYMATRIX, &size);
  if (!matrix) return;
  auto* copy = libav().av_stream_new_side_data(pictures_out_, AV_PKT_DATA_DISPLAYMATRIX, size);
  if (copy) std::memcpy(copy, matrix, size);
}

Checked Transcoder::open_sound() {
  if (!sound_in_) return {};
  if (output_.can_hold(sound_in_->codecpar->codec_id)) {
    sound_out_ = output_.add_stream();
    if (!sound_out_ || libav().avcodec_parameters_copy(sound_out_->codecpar, sound_in_->codecpar) < 0) {
      return std::unexpected(Verdict::damaged);
    }
    sound_out_->codecpar->codec_tag = 0;  // that of the other container
    sound_out_->time_base = sound_in_->time_base;
    return {};
  }
  auto decoder = FilmInput::open_decoder(sound_in_, question_.pixels);
  if (!decoder) return std::unexpected(decoder.error());
  sound_.emplace(sound_in_, std::move(*decoder), FilterChain::Encoding{"aac", kSoundFilters});
  if (const auto opened = sound_->open(); !opened) return opened;
  sound_out_ = output_.add_stream(sound_->encoder());
  return sound_out_ ? Checked() : std::unexpected(Verdict::damaged);
}

std::uint64_t Transcoder::expected_packets() const {
  constexpr std::uint64_t kSpare = 64;
  constexpr std::uint64_t kSoundPacketsPerSecond = 48;  // of AAC, 1024 samples each
  const std::uint64_t seconds = milliseconds_ / 1000 + 1;
  const auto frames = static_cast<std::uint64_t>(question_.frame_rate * static_cast<double>(seconds));
  return std::max(pictures_span_.packets(), frames) + sound_span_.packets() + seconds * kSoundPacketsPerSecond + kSpare;
}

FilterChain::Take Transcoder::to(const AVStream* stream, const FilterChain& chain) {
  return [this, stream, &chain](AVPacket* packet) {
    return as_verdict(output_.write(packet, stream, chain.encoder()->time_base));
  };
}

Checked Transcoder::copy_sound(AVPacket* packet) {
  if (packet->dts == AV_NOPTS_VALUE) packet->dts = packet->pts;
  return as_verdict(output_.write(packet, sound_out_, sound_in_->time_base));
}

Checked Transcoder::pass_on(AVPacket* packet) {
  if (packet->stream_index == pictures_in_->index) return pictures_->feed(packet, to(pictures_out_, *pictures_));
  if (!sound_in_ || packet->stream_index != sound_in_->index) return {};
  return sound_ ? sound_->feed(packet, to(sound_out_, *sound_)) : copy_sound(packet);
}

Checked Transcoder::finish() {
  if (const auto ended = pictures_->feed(nullptr, to(pictures_out_, *pictures_)); !ended) return ended;
  if (sound_) {
    if (const auto ended = sound_->feed(nullptr, to(sound_out_, *sound_)); !ended) return ended;
  }
  return as_verdict(output_.finish());
}

Checked Transcoder::run(const std::function<void(double)>& progress) {
  if (const auto surveyed = survey(); !surveyed) return surveyed;
  if (const auto opened = open_source(); !opened) return opened;
  if (const auto opened = as_verdict(output_.open()); !opened) return opened;
  if (const auto opened = open_pictures(); !opened) return opened;
  if (const auto opened = open_sound(); !opened) return opened;
  if (const auto begun = as_verdict(output_.begin(expected_packets())); !begun) return begun;
  const PacketPtr packet(libav().av_packet_alloc());
  std::uint64_t done = 0;
  while (source_.read(packet.get())) {
    const bool is_picture = packet->stream_index == pictures_in_->index;
    const auto passed = pass_on(packet.get());
    libav().av_packet_unref(packet.get());
    if (!passed) return passed;
    if (is_picture) progress(static_cast<double>(++done) / static_cast<double>(pictures_span_.packets()));
  }
  return finish();
}

}  // namespace

std::expected<void, Verdict> transcode(ByteView film, const EnhanceQuestion& question, int output_fd,
                                       const std::function<void(double)>& progress) {
  return Transcoder(film, question, output_fd).run(progress);
}

}  // namespace darkroom::media
