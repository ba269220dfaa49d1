#include "media/film_writer.h"

#include <algorithm>
#include <vector>

#include "base/check.h"
#include "media/libav.h"
#include "media/mp4_output.h"

namespace darkroom::media {
namespace {

constexpr std::int64_t kSoundBitsPerSecond = 64'000;
constexpr AVRational kSoundBase{1, static_cast<int>(kSoundRate)};
std::unexpected<Error> refused() { return fail(Code::internal, "a film could not be encoded"); }

class Writer {
 public:
  Writer(int fd, const FilmForm& form) : form_(form), output_(fd) {}

  Status run(const DrawFrame& draw, const PlaySound& play);

 private:
  Status open();
  Result<CodecPtr> open_picture_encoder() const;
  Result<CodecPtr> open_sound_encoder() const;
  // Makes loop_ of the drawn frames.
  Status encode_loop(const DrawFrame& draw);
  Status write_picture(unsigned frame);
  // Writes sound until it reaches the end of `frame`.
  Status write_sound(unsigned frame, const PlaySound& play);
  // Hands on what the sound's encoder has ready.
  Status drain_sound();

  std::uint64_t samples() const { return std::uint64_t{form_.frames} * kSoundRate / form_.frames_per_second; }
  AVRational picture_base() const { return {1, static_cast<int>(form_.frames_per_second)}; }

  const FilmForm& form_;
  Mp4Output output_;
  CodecPtr picture_;
  CodecPtr sound_;
  AVStream* picture_stream_ = nullptr;
  AVStream* sound_stream_ = nullptr;
  std::vector<PacketPtr> loop_;
  std::uint64_t played_ = 0;  // samples
};

Result<CodecPtr> Writer::open_picture_encoder() const {
  const AVCodec* x264 = libav().avcodec_find_encoder_by_name("libx264");
  if (!x264) return refused();
  CodecPtr codec(libav().avcodec_alloc_context3(x264));
  codec->width = static_cast<int>(form_.width_pixels);
  codec->height = static_cast<int>(form_.height_pixels);
  codec->time_base = picture_base();
  codec->framerate = {static_cast<int>(form_.frames_per_second), 1};
  codec->pix_fmt = AV_PIX_FMT_YUV420P;
  codec->color_range = AVCOL_RANGE_MPEG;
  codec->color_primaries = AVCOL_PRI_BT709;
  codec->color_trc = AVCOL_TRC_BT709;
  codec->colorspace = AVCOL_SPC_BT709;
  codec->thread_count = 1;
  codec->max_b_frames = 0;
  // One self-contained group, so that it can be put behind itself.
  codec->gop_size = static_cast<int>(form_.loop_frames);
  codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
  libav().av_opt_set(codec->priv_data, "preset", "superfast", 0);
  libav().av_opt_set(codec->priv_data, "tune", "zerolatency", 0);
  libav().av_opt_set(codec->priv_data, "crf", "21", 0);
  libav().av_opt_set(codec->priv_data, "sc_threshold", "0", 0);
  if (libav().avcodec_open2(codec.get(), x264, nullptr) < 0) return refused();
  return codec;
}

Result<CodecPtr> Writer::open_sound_encoder() const {
  const AVCodec* aac = libav().avcodec_find_encoder_by_name("aac");
  if (!aac) return refused();
  CodecPtr codec(libav().avcodec_alloc_context3(aac));
  codec->sample_rate = static_cast<int>(kSoundRate);
  codec->sample_fmt = AV_SAMPLE_FMT_FLTP;
  codec->bit_rate = kSoundBitsPerSecond;
  codec->time_base = kSoundBase;
  libav().av_channel_layout_default(&codec->ch_layout, 1);
  codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
  libav().av_opt_set(codec->priv_data, "aac_coder", "fast", 0);
  if (libav().avcodec_open2(codec.get(), aac, nullptr) < 0) return refused();
  return codec;
}

Status Writer::open() {
  auto picture = open_picture_encoder();
  if (!picture) return fail(std::move(picture.error()));
  picture_ = std::move(*picture);
  if (form_.sound) {
    auto sound = open_sound_encoder();
    if (!sound) return fail(std::move(sound.error()));
    sound_ = std::move(*sound);
  }
  DR_TRY(output_.open());
  picture_stream_ = output_.add_stream(picture_.get());
  if (!picture_stream_) return refused();
  std::uint64_t packets = form_.frames;
  if (sound_) {
    sound_stream_ = output_.add_stream(sound_.get());
    if (!sound_stream_) return refused();
    packets += samples() / static_cast<unsigned>(sound_->frame_size) + 2;
  }
  return output_.begin(packets);
}

Status Writer::encode_loop(const DrawFrame& draw) {
  const FramePtr frame(libav().av_frame_alloc());
  frame->format = AV_PIX_FMT_YUV420P;
  frame->width = picture_->width;
  frame->height = picture_->height;
  if (libav().av_frame_get_buffer(frame.get(), 0) < 0) return refused();
  const unsigned count = std::min(form_.loop_frames, form_.frames);
  for (unsigned index = 0; index < count; ++index) {
    if (libav().av_frame_make_writable(frame.get()) < 0) return refused();
    const auto plane = [&frame](int number) {
      return Planes::Plane{frame->data[number], static_cast<std::size_t>(frame->linesize[number])};
    };
    draw(index, Planes{plane(0), plane(1), plane(2)});
    frame->pts = index;
    if (libav().avcodec_send_frame(picture_.get(), frame.get()) < 0) return refused();
    PacketPtr packet(libav().av_packet_alloc());
    if (libav().avcodec_receive_packet(picture_.get(), packet.get()) < 0) return refused();
    loop_.push_back(std::move(packet));
  }
  return {};
}

Status Writer::write_picture(unsigned frame) {
  const PacketPtr packet(libav().av_packet_alloc());
  if (libav().av_packet_ref(packet.get(), loop_[frame % loop_.size()].get()) < 0) return refused();
  packet->pts = packet->dts = frame;
  packet->duration = 1;
  return output_.write(packet.get(), picture_stream_, picture_base());
}

Status Writer::drain_sound() {
  const PacketPtr packet(libav().av_packet_alloc());
  for (;;) {
    const int received = libav().avcodec_receive_packet(sound_.get(), packet.get());
    if (received == AVERROR(EAGAIN) || received == AVERROR_EOF) return {};
    if (received < 0) return refused();
    DR_TRY(output_.write(packet.get(), sound_stream_, kSoundBase));
  }
}

Status Writer::write_sound(unsigned frame, const PlaySound& play) {
  const std::uint64_t end = std::min(samples(), (std::uint64_t{frame} + 1) * kSoundRate / form_.frames_per_second);
  const bool is_last = end == samples();
  const auto block = static_cast<std::uint64_t>(sound_->frame_size);
  while (played_ + block <= end || (is_last && played_ < end)) {
    const FramePtr piece(libav().av_frame_alloc());
    piece->format = sound_->sample_fmt;
    piece->sample_rate = sound_->sample_rate;
    piece->nb_samples = static_cast<int>(std::min(block, end - played_));
    libav().av_channel_layout_default(&piece->ch_layout, 1);
    if (libav().av_frame_get_buffer(piece.get(), 0) < 0) return refused();
    const auto count = static_cast<std::size_t>(piece->nb_samples);
    play(played_, {reinterpret_cast<float*>(piece->data[0]), count});
    piece->pts = static_cast<std::int64_t>(played_);
    played_ += count;
    if (libav().avcodec_send_frame(sound_.get(), piece.get()) < 0) return refused();
    DR_TRY(drain_sound());
  }
  return {};
}

Status Writer::run(const DrawFrame& draw, const PlaySound& play) {
  DR_TRY(open());
  DR_TRY(encode_loop(draw));
  for (unsigned frame = 0; frame < form_.frames; ++frame) {
    DR_TRY(write_picture(frame));
    if (sound_) DR_TRY(write_sound(frame, play));
  }
  if (sound_) {
    if (libav().avcodec_send_frame(sound_.get(), nullptr) < 0) return refused();
    DR_TRY(drain_sound());
  }
  return output_.finish();
}

}  // namespace

Status write_film(int fd, const FilmForm& form, const DrawFrame& draw, const PlaySound& play) {
  DR_CHECK(form.width_pixels % 2 == 0 && form.height_pixels % 2 == 0 && form.width_pixels > 0 &&
           form.height_pixels > 0);
  DR_CHECK(form.frames > 0 && form.loop_frames > 0 && form.frames_per_second > 0);
  DR_TRY(load_libav());
  return Writer(fd, form).run(draw, play);
}

}  // namespace darkroom::media
