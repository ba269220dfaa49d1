#include "media/filter_chain.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace darkroom::media {
namespace {

constexpr std::int64_t kSoundBitsPerSecond = 160'000;
constexpr const char* kSource = "source";
constexpr const char* kSink = "sink";

std::unexpected<Verdict> damaged() { return std::unexpected(Verdict::damaged); }

}  // namespace

void FilterChain::FreeGraph::operator()(AVFilterGraph* graph) const { libavfilter().avfilter_graph_free(&graph); }

std::string FilterChain::source() const {
  const AVCodecParameters& form = *stream_->codecpar;
  const AVRational base = stream_->time_base;
  if (!is_picture()) {
    std::array<char, 64> layout{};
    libav().av_channel_layout_describe(&form.ch_layout, layout.data(), layout.size());
    return fmt::format("abuffer@{}=time_base={}/{}:sample_rate={}:sample_fmt={}:channel_layout={}", kSource, base.num,
                       base.den, form.sample_rate, form.format, layout.data());
  }
  const AVRational aspect = form.sample_aspect_ratio;
  const AVRational rate = stream_->avg_frame_rate;
  return fmt::format("buffer@{}=video_size={}x{}:pix_fmt={}:time_base={}/{}:pixel_aspect={}/{}:frame_rate={}/{}",
                     kSource, form.width, form.height, form.format, base.num, base.den, aspect.num,
                     std::max(aspect.den, 1), std::max(rate.num, 1), std::max(rate.den, 1));
}

FilterChain::Checked FilterChain::open_filters() {
  graph_.reset(libavfilter().avfilter_graph_alloc());
  graph_->nb_threads = 1;
  const std::string text =
      fmt::format("{},{},{}buffersink@{}", source(), encoding_.filters, is_picture() ? "" : "a", kSink);
  AVFilterInOut* open_inputs = nullptr;
  AVFilterInOut* open_outputs = nullptr;
  const int parsed = libavfilter().avfilter_graph_parse2(graph_.get(), text.c_str(), &open_inputs, &open_outputs);
  libavfilter().avfilter_inout_free(&open_inputs);
  libavfilter().avfilter_inout_free(&open_outputs);
  if (parsed < 0 || libavfilter().avfilter_graph_config(graph_.get(), nullptr) < 0) return damaged();
  const std::string kind = is_picture() ? "buffer" : "abuffer";
  source_ = libavfilter().avfilter_graph_get_filter(graph_.get(), fmt::format("{}@{}", kind, kSource).c_str());
  sink_ = libavfilter().avfilter_graph_get_filter(graph_.get(), fmt::format("{}sink@{}", kind, kSink).c_str());
  return source_ && sink_ ? Checked() : damaged();
}

FilterChain::Checked FilterChain::open_picture_encoder(AVCodecContext& encoder) const {
  const AVRational rate = libavfilter().av_buffersink_get_frame_rate(sink_);
  encoder.width = libavfilter().av_buffersink_get_w(sink_);
  encoder.height = libavfilter().av_buffersink_get_h(sink_);
  encoder.pix_fmt = AV_PIX_FMT_YUV420P;
  encoder.sample_aspect_ratio = {1, 1};
  encoder.framerate = rate;
  encoder.color_range = stream_->codecpar->color_range;
  encoder.color_primaries = stream_->codecpar->color_primaries;
  encoder.color_trc = stream_->codecpar->color_trc;
  encoder.colorspace = stream_->codecpar->color_space;
  encoder.thread_count = encoding_.threads;
  libav().av_opt_set(encoder.priv_data, "preset", encoding_.preset.c_str(), 0);
  libav().av_opt_set(encoder.priv_data, "crf", encoding_.crf.c_str(), 0);
  return {};
}

FilterChain::Checked FilterChain::open_sound_encoder(AVCodecContext& encoder) const {
  encoder.sample_rate = libavfilter().av_buffersink_get_sample_rate(sink_);
  encoder.sample_fmt = AV_SAMPLE_FMT_FLTP;
  encoder.bit_rate = kSoundBitsPerSecond;
  if (libavfilter().av_buffersink_get_ch_layout(sink_, &encoder.ch_layout) < 0) return damaged();
  return {};
}

FilterChain::Checked FilterChain::open() {
  if (const auto opened = open_filters(); !opened) return opened;
  const AVCodec* codec = libav().avcodec_find_encoder_by_name(encoding_.encoder);
  if (!codec) return std::unexpected(Verdict::unreadable);
  encoder_.reset(libav().avcodec_alloc_context3(codec));
  encoder_->time_base = libavfilter().av_buffersink_get_time_base(sink_);
  encoder_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
  const auto set = is_picture() ? open_picture_encoder(*encoder_) : open_sound_encoder(*encoder_);
  if (!set) return set;
  if (libav().avcodec_open2(encoder_.get(), codec, nullptr) < 0) return damaged();
  if (!is_picture()) {
    libavfilter().av_buffersink_set_frame_size(sink_, static_cast<unsigned>(encoder_->frame_size));
  }
  return {};
}

bool FilterChain::is_expected(const AVFrame& frame) const {
  const AVCodecParameters& form = *stream_->codecpar;
  if (frame.format != form.format) return false;
  if (is_picture()) return frame.width == form.width && frame.height == form.height;
  return frame.sample_rate == form.sample_rate && frame.ch_layout.nb_channels == form.ch_layout.nb_channels;
}

FilterChain::Checked FilterChain::encode(AVFrame* frame, const Take& take) {
  if (frame) frame->pict_type = AV_PICTURE_TYPE_NONE;  // which frames are whole is the new encoder's choice
  if (libav().avcodec_send_frame(encoder_.get(), frame) < 0) return damaged();
  const PacketPtr packet(libav().av_packet_alloc());
  for (;;) {
    const int received = libav().avcodec_receive_packet(encoder_.get(), packet.get());
    if (received == AVERROR(EAGAIN) || received == AVERROR_EOF) return {};
    if (received < 0) return damaged();
    if (const auto taken = take(packet.get()); !taken) return taken;
  }
}

FilterChain::Checked FilterChain::filter(AVFrame* frame, const Take& take) {
  if (libavfilter().av_buffersrc_add_frame_flags(source_, frame, 0) < 0) return damaged();
  const FramePtr filtered(libav().av_frame_alloc());
  for (;;) {
    const int received = libavfilter().av_buffersink_get_frame(sink_, filtered.get());
    if (received == AVERROR(EAGAIN)) return {};
    if (received == AVERROR_EOF) return encode(nullptr, take);
    if (received < 0) return damaged();
    if (const auto encoded = encode(filtered.get(), take); !encoded) return encoded;
    libav().av_frame_unref(filtered.get());
  }
}

FilterChain::Checked FilterChain::feed(const AVPacket* packet, const Take& take) {
  // What a decoder cannot make sense of, players pass over too.
  if (libav().avcodec_send_packet(decoder_.get(), packet) < 0) return {};
  const FramePtr frame(libav().av_frame_alloc());
  while (libav().avcodec_receive_frame(decoder_.get(), frame.get()) >= 0) {
    if (!is_expected(*frame)) return damaged();
    frame->pts = frame->best_effort_timestamp;
    if (const auto filtered = filter(frame.get(), take); !filtered) return filtered;
    libav().av_frame_unref(frame.get());
  }
  return packet ? Checked() : filter(nullptr, take);
}

}  // namespace darkroom::media
