#include "media/mp4_output.h"

#include <unistd.h>

#include <cerrno>
#include <string>

namespace darkroom::media {
namespace {

constexpr int kStreamBufferBytes = 1 << 16;
// The index: its fixed part, and what a packet takes in it at most: its size, its place, its durations, each in an
// entry of its own.
constexpr std::uint64_t kIndexBytes = 4096;
constexpr std::uint64_t kIndexBytesPerPacket = 40;

std::unexpected<Error> refused() { return fail(Code::internal, "a film could not be put together"); }
std::unexpected<Error> not_written() { return fail(Code::io_failed, "a film could not be written"); }

}  // namespace

int Mp4Output::write_bytes(void* self, std::uint8_t* bytes, int count) {
  auto* output = static_cast<Mp4Output*>(self);
  for (int done = 0; done < count;) {
    const ssize_t written = pwrite(output->fd_, bytes + done, static_cast<std::size_t>(count - done), output->at_);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return AVERROR(EIO);
    done += static_cast<int>(written);
    output->at_ += written;
  }
  return count;
}

// It goes back once, to put the index where room was left for it.
std::int64_t Mp4Output::seek(void* self, std::int64_t offset, int whence) {
  if (whence != SEEK_SET) return AVERROR(ENOSYS);
  return static_cast<Mp4Output*>(self)->at_ = offset;
}

Status Mp4Output::open() {
  AVFormatContext* output = nullptr;
  if (libav().avformat_alloc_output_context2(&output, nullptr, "mp4", nullptr) < 0) return refused();
  output_.reset(output);
  auto* buffer = static_cast<std::uint8_t*>(libav().av_malloc(kStreamBufferBytes));
  stream_.reset(libav().avio_alloc_context(buffer, kStreamBufferBytes, 1, this, nullptr, &Mp4Output::write_bytes,
                                           &Mp4Output::seek));
  output->pb = stream_.get();
  output->flags |= AVFMT_FLAG_BITEXACT | AVFMT_FLAG_CUSTOM_IO;
  return {};
}

bool Mp4Output::can_hold(AVCodecID codec) const {
  return libav().avformat_query_codec(output_->oformat, codec, FF_COMPLIANCE_NORMAL) == 1;
}

AVStream* Mp4Output::add_stream() { return libav().avformat_new_stream(output_.get(), nullptr); }

AVStream* Mp4Output::add_stream(const AVCodecContext* encoder) {
  AVStream* stream = add_stream();
  if (!stream || libav().avcodec_parameters_from_context(stream->codecpar, encoder) < 0) return nullptr;
  stream->time_base = encoder->time_base;
  if (encoder->codec_type == AVMEDIA_TYPE_VIDEO) stream->avg_frame_rate = encoder->framerate;
  return stream;
}

Status Mp4Output::begin(std::uint64_t packets) {
  AVDictionary* options = nullptr;
  libav().av_dict_set(&options, "moov_size", std::to_string(kIndexBytes + kIndexBytesPerPacket * packets).c_str(), 0);
  const int begun = libav().avformat_write_header(output_.get(), &options);
  libav().av_dict_free(&options);
  return begun < 0 ? Status(refused()) : Status();
}

Status Mp4Output::write(AVPacket* packet, const AVStream* stream, AVRational time_base) {
  libav().av_packet_rescale_ts(packet, time_base, stream->time_base);
  packet->stream_index = stream->index;
  if (libav().av_interleaved_write_frame(output_.get(), packet) >= 0) return {};
  return stream_->error < 0 ? Status(not_written()) : Status(refused());
}

Status Mp4Output::finish() {
  const int finished = libav().av_write_trailer(output_.get());
  libav().avio_flush(stream_.get());
  if (stream_->error < 0) return not_written();
  return finished < 0 ? Status(refused()) : Status();
}

}  // namespace darkroom::media
