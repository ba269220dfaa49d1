#include "media/film_writer.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string>
#include <vector>

#include "base/check.h"
#include "media/libav.h"

namespace darkroom::media {
namespace {

constexpr int kStreamBufferBytes = 1 << 16;
constexpr std::int64_t kSoundBitsPerSecond = 64'000;
constexpr AVRational kSoundBase{1, static_cast<int>(kSoundRate)};
// The index: its fixed part, and what a sample takes in it at most. What stays free of it is padding in the file.
constexpr std::uint64_t kIndexBytes = 4096;
constexpr std::uint64_t kIndexBytesPerSample = 24;

std::unexpected<Error> refused() { return fail(Code::internal, "a film could not be encoded"); }

// The file as libav writes to it; it goes back once, to put the index where room was left for it.
class FileEnd {
 public:
  explicit FileEnd(int fd) : fd_(fd) {}
  static int write(void* self, std::uint8_t* bytes, int count) {
    return static_cast<FileEnd*>(self)->write(bytes, count);
  }
  static std::int64_t seek(void* self, std::int64_t offset, int whence) {
    return static_cast<FileEnd*>(self)->seek(offset, whence);
  }

 private:
  int write(const std::uint8_t* bytes, int count) {
    for (int done = 0; done < count;) {
      const ssize_t written = pwrite(fd_, bytes + done, static_cast<std::size_t>(count - done), at_);
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return AVERROR(EIO);
      done += static_cast<int>(written);
      at_ += written;
    }
    return count;
  }
  std::int64_t seek(std::int64_t offset, int whence) {
    if (whence != SEEK_SET) return AVERROR(ENOSYS);
    return at_ = offset;
  }

  int fd_;
  std::int64_t at_ = 0;
};

struct FreeOutput {
  void operator()(AVFormatContext* output) const { libav().avformat_free_context(output); }
};

class Writer {
 public:
  Writer(int fd, const FilmForm& form) : form_(form), end_(fd) {}

  Status run(const DrawFrame& draw, const PlaySound& play);

 private:
  Status open();
  Result<AVStream*> add_stream(const AVCodecContext* codec);
  Result<CodecPtr> open_picture_encoder() const;
  Result<CodecPtr> open_sound_encoder() const;
  // Makes loop_ of the drawn frames.
  Status encode_loop(const DrawFrame& draw);
  Status write_picture(unsigned frame);
  // Writes sound until it reaches the end of `frame`.
  Status write_sound(unsigned frame, const PlaySound& play);
  Status write_packet(AVPacket* packet, const AVStream* stream, AVRational time_base);
  // Hands on what the sound's encoder has ready.
  Status drain_sound();

  std::uint64_t samples() const { return std::uint64_t{form_.frames} * kSoundRate / form_.frames_per_second; }
  AVRational picture_base() const { return {1, static_cast<int>(form_.frames_per_second)}; }

  const FilmForm& form_;
  FileEnd end_;
  StreamPtr stream_;
  std::unique_ptr<AVFormatContext, FreeOutput> output_;
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

Result<AVStream*> Writer::add_stream(const AVCodecContext* codec) {
  AVStream* stream = libav().avformat_new_stream(output_.get(), nullptr);
  if (!stream || libav().avcodec_parameters_from_context(stream->codecpar, codec) < 0) return refused();
  stream->time_base = codec->time_base;
  if (codec->codec_type == AVMEDIA_TYPE_VIDEO) stream->avg_frame_rate = codec->framerate;
  return stream;
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

  AVFormatContext* output = nullptr;
  if (libav().avformat_alloc_output_context2(&output, nullptr, "mp4", nullptr) < 0) return refused();
  output_.reset(output);
  auto* buffer = static_cast<std::uint8_t*>(libav().av_malloc(kStreamBufferBytes));
  stream_.reset(
      libav().avio_alloc_context(buffer, kStreamBufferBytes, 1, &end_, nullptr, &FileEnd::write, &FileEnd::seek));
  output->pb = stream_.get();
  output->flags |= AVFMT_FLAG_BITEXACT | AVFMT_FLAG_CUSTOM_IO;

  auto picture_stream = add_stream(picture_.get());
  if (!picture_stream) return fail(std::move(picture_stream.error()));
  picture_stream_ = *picture_stream;
  std::uint64_t entries = form_.frames;
  if (sound_) {
    auto sound_stream = add_stream(sound_.get());
    if (!sound_stream) return fail(std::move(sound_stream.error()));
    sound_stream_ = *sound_stream;
    entries += samples() / static_cast<unsigned>(sound_->frame_size) + 2;
  }
  AVDictionary* options = nullptr;
  libav().av_dict_set(&options, "moov_size", std::to_string(kIndexBytes + kIndexBytesPerSample * entries).c_str(), 0);
  const int begun = libav().avformat_write_header(output, &options);
  libav().av_dict_free(&options);
  return begun < 0 ? Status(refused()) : Status();
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

Status Writer::write_packet(AVPacket* packet, const AVStream* stream, AVRational time_base) {
  libav().av_packet_rescale_ts(packet, time_base, stream->time_base);
  packet->stream_index = stream->index;
  // Takes what the packet holds.
  const int written = libav().av_interleaved_write_frame(output_.get(), packet);
  if (written < 0) return fail(Code::io_failed, "a film could not be written");
  return {};
}

Status Writer::write_picture(unsigned frame) {
  const PacketPtr packet(libav().av_packet_alloc());
  if (libav().av_packet_ref(packet.get(), loop_[frame % loop_.size()].get()) < 0) return refused();
  packet->pts = packet->dts = frame;
  packet->duration = 1;
  return write_packet(packet.get(), picture_stream_, picture_base());
}

Status Writer::drain_sound() {
  const PacketPtr packet(libav().av_packet_alloc());
  for (;;) {
    const int received = libav().avcodec_receive_packet(sound_.get(), packet.get());
    if (received == AVERROR(EAGAIN) || received == AVERROR_EOF) return {};
    if (received < 0) return refused();
    DR_TRY(write_packet(packet.get(), sound_stream_, kSoundBase));
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
  if (libav().av_write_trailer(output_.get()) < 0) return refused();
  libav().avio_flush(stream_.get());
  if (stream_->error < 0) return fail(Code::io_failed, "a film could not be written");
  return {};
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
