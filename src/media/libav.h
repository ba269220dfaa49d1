// Libav: the functions of libavformat, libavcodec, libavutil and libswscale that this program calls, found at run time.
// They bring some eighty libraries with them, so a process loads them when it meets its first film and not at its
// start. Threads: any; they are loaded once and stay. The types free what they own.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>
}

#include <memory>

#include "base/result.h"

// Every function by its name, library by library: a macro, so that the table, its types and its filling cannot differ.
#define DARKROOM_AVUTIL_FUNCTIONS(F) \
  F(av_display_rotation_get)         \
  F(av_rescale_q)                    \
  F(av_channel_layout_default)       \
  F(av_channel_layout_describe)      \
  F(av_dict_free)                    \
  F(av_dict_set)                     \
  F(av_frame_alloc)                  \
  F(av_frame_free)                   \
  F(av_frame_get_buffer)             \
  F(av_frame_make_writable)          \
  F(av_frame_unref)                  \
  F(av_freep)                        \
  F(av_log_set_level)                \
  F(av_malloc)                       \
  F(av_opt_set)
#define DARKROOM_AVCODEC_FUNCTIONS(F) \
  F(av_packet_alloc)                  \
  F(av_packet_free)                   \
  F(av_packet_ref)                    \
  F(av_packet_rescale_ts)             \
  F(av_packet_unref)                  \
  F(avcodec_find_decoder)             \
  F(avcodec_parameters_to_context)    \
  F(avcodec_receive_frame)            \
  F(avcodec_send_packet)              \
  F(avcodec_alloc_context3)           \
  F(avcodec_find_encoder_by_name)     \
  F(avcodec_free_context)             \
  F(avcodec_open2)                    \
  F(avcodec_parameters_copy)          \
  F(avcodec_parameters_from_context)  \
  F(avcodec_receive_packet)           \
  F(avcodec_send_frame)
#define DARKROOM_AVFORMAT_FUNCTIONS(F) \
  F(av_find_input_format)              \
  F(av_read_frame)                     \
  F(av_stream_get_side_data)           \
  F(av_stream_new_side_data)           \
  F(avformat_alloc_context)            \
  F(avformat_close_input)              \
  F(avformat_find_stream_info)         \
  F(avformat_open_input)               \
  F(av_interleaved_write_frame)        \
  F(av_write_trailer)                  \
  F(avformat_alloc_output_context2)    \
  F(avformat_free_context)             \
  F(avformat_new_stream)               \
  F(avformat_query_codec)              \
  F(avformat_write_header)             \
  F(avio_alloc_context)                \
  F(avio_context_free)                 \
  F(avio_flush)
#define DARKROOM_SWSCALE_FUNCTIONS(F) \
  F(sws_freeContext)                  \
  F(sws_getContext)                   \
  F(sws_scale)
// Only who enhances films needs the filters, which bring seventy more.
#define DARKROOM_AVFILTER_FUNCTIONS(F) \
  F(av_buffersink_get_ch_layout)       \
  F(av_buffersink_get_frame)           \
  F(av_buffersink_get_frame_rate)      \
  F(av_buffersink_get_h)               \
  F(av_buffersink_get_sample_rate)     \
  F(av_buffersink_get_time_base)       \
  F(av_buffersink_get_w)               \
  F(av_buffersink_set_frame_size)      \
  F(av_buffersrc_add_frame_flags)      \
  F(avfilter_graph_alloc)              \
  F(avfilter_graph_config)             \
  F(avfilter_graph_free)               \
  F(avfilter_graph_get_filter)         \
  F(avfilter_graph_parse2)             \
  F(avfilter_inout_free)

namespace darkroom::media {

struct Libav {
#define DARKROOM_MEMBER(name) decltype(&::name) name = nullptr;
  DARKROOM_AVUTIL_FUNCTIONS(DARKROOM_MEMBER)
  DARKROOM_AVCODEC_FUNCTIONS(DARKROOM_MEMBER)
  DARKROOM_AVFORMAT_FUNCTIONS(DARKROOM_MEMBER)
  DARKROOM_SWSCALE_FUNCTIONS(DARKROOM_MEMBER)
};
struct Libavfilter {
  DARKROOM_AVFILTER_FUNCTIONS(DARKROOM_MEMBER)
#undef DARKROOM_MEMBER
};

// Loads them, at the first call. Fails with Code::internal when they are not installed.
Status load_libav();
// The table; load_libav has succeeded.
const Libav& libav();
// The same for the filters.
Status load_libavfilter();
const Libavfilter& libavfilter();

struct FreeLibav {
  void operator()(AVFrame* frame) const { libav().av_frame_free(&frame); }
  void operator()(AVPacket* packet) const { libav().av_packet_free(&packet); }
  void operator()(AVCodecContext* codec) const { libav().avcodec_free_context(&codec); }
  void operator()(AVIOContext* stream) const;  // with its buffer
};
using FramePtr = std::unique_ptr<AVFrame, FreeLibav>;
using PacketPtr = std::unique_ptr<AVPacket, FreeLibav>;
using CodecPtr = std::unique_ptr<AVCodecContext, FreeLibav>;
using StreamPtr = std::unique_ptr<AVIOContext, FreeLibav>;

}  // namespace darkroom::media
