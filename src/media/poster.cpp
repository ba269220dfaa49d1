#include "media/poster.h"

#include <algorithm>
#include <cstring>

namespace darkroom::media {
namespace {

// 2 is best, 31 worst.
constexpr int kJpegQuality = 4;

struct FreeScaler {
  void operator()(SwsContext* scaler) const { libav().sws_freeContext(scaler); }
};

// As JPEG takes it: 4:2:0 in the full range.
FramePtr shrink(const AVFrame& frame, std::uint32_t side_pixels) {
  const int longer = std::max(frame.width, frame.height);
  const double part = std::min(1.0, static_cast<double>(side_pixels) / longer);
  const auto scaled = [part](int side) { return std::max(1, static_cast<int>(side * part)); };
  FramePtr small(libav().av_frame_alloc());
  small->format = AV_PIX_FMT_YUVJ420P;
  small->width = scaled(frame.width);
  small->height = scaled(frame.height);
  if (libav().av_frame_get_buffer(small.get(), 0) < 0) return nullptr;
  const std::unique_ptr<SwsContext, FreeScaler> scaler(
      libav().sws_getContext(frame.width, frame.height, static_cast<AVPixelFormat>(frame.format), small->width,
                             small->height, AV_PIX_FMT_YUVJ420P, SWS_AREA, nullptr, nullptr, nullptr));
  if (!scaler) return nullptr;
  if (libav().sws_scale(scaler.get(), frame.data, frame.linesize, 0, frame.height, small->data, small->linesize) <= 0) {
    return nullptr;
  }
  return small;
}

}  // namespace

std::optional<Poster> make_poster(const AVFrame& frame, std::uint32_t side_pixels, std::span<std::uint8_t> room) {
  const FramePtr small = shrink(frame, side_pixels);
  const AVCodec* jpeg = libav().avcodec_find_encoder_by_name("mjpeg");
  if (!small || !jpeg) return std::nullopt;
  const CodecPtr codec(libav().avcodec_alloc_context3(jpeg));
  codec->width = small->width;
  codec->height = small->height;
  codec->pix_fmt = AV_PIX_FMT_YUVJ420P;
  codec->color_range = AVCOL_RANGE_JPEG;
  codec->time_base = {1, 1};
  codec->thread_count = 1;
  codec->flags |= AV_CODEC_FLAG_BITEXACT | AV_CODEC_FLAG_QSCALE;
  codec->global_quality = kJpegQuality * FF_QP2LAMBDA;
  if (libav().avcodec_open2(codec.get(), jpeg, nullptr) < 0) return std::nullopt;
  small->quality = codec->global_quality;
  small->pts = 0;
  const PacketPtr packet(libav().av_packet_alloc());
  if (libav().avcodec_send_frame(codec.get(), small.get()) < 0 ||
      libav().avcodec_receive_packet(codec.get(), packet.get()) < 0) {
    return std::nullopt;
  }
  const auto size = static_cast<std::size_t>(packet->size);
  if (size > room.size()) return std::nullopt;
  std::memcpy(room.data(), packet->data, size);
  return Poster{size, static_cast<std::uint32_t>(small->width), static_cast<std::uint32_t>(small->height)};
}

}  // namespace darkroom::media
