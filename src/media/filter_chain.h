// FilterChain: a decoder, a chain of filters and an encoder, one behind the other: packets in, packets out. For films
// and sounds in confined processes. Threads: one, but the encoder may use more. Fails with a verdict.
#pragma once

#include <expected>
#include <functional>
#include <string>

#include "media/libav.h"
#include "media/verdict.h"

namespace darkroom::media {

class FilterChain {
 public:
  using Checked = std::expected<void, Verdict>;
  // Takes a packet of the encoder, in the encoder's time base. It fails to end the work.
  using Take = std::function<Checked(AVPacket*)>;

  struct Encoding {
    const char* encoder = nullptr;  // libx264 or aac
    std::string filters;            // between the decoder and the encoder
    std::string preset = {};        // of x264
    std::string crf = {};
    int threads = 1;
  };

  // `stream` is the source's, its parameters known; `decoder` is its decoder.
  FilterChain(const AVStream* stream, CodecPtr decoder, Encoding encoding)
      : stream_(stream), decoder_(std::move(decoder)), encoding_(std::move(encoding)) {}

  // Call first.
  Checked open();
  const AVCodecContext* encoder() const { return encoder_.get(); }
  // The next packet of the source; nullptr at its end. A packet that cannot be decoded is passed over.
  Checked feed(const AVPacket* packet, const Take& take);

 private:
  struct FreeGraph {
    void operator()(AVFilterGraph* graph) const;
  };

  bool is_picture() const { return stream_->codecpar->codec_type == AVMEDIA_TYPE_VIDEO; }
  // The text of the filter that takes the decoder's frames.
  std::string source() const;
  Checked open_filters();
  Checked open_picture_encoder(AVCodecContext& encoder) const;
  Checked open_sound_encoder(AVCodecContext& encoder) const;
  // Whether it is what the filters were made for: a frame of another form would run over their buffers.
  bool is_expected(const AVFrame& frame) const;
  Checked filter(AVFrame* frame, const Take& take);
  Checked encode(AVFrame* frame, const Take& take);

  const AVStream* stream_;
  CodecPtr decoder_;
  Encoding encoding_;
  std::unique_ptr<AVFilterGraph, FreeGraph> graph_;
  AVFilterContext* source_ = nullptr;
  AVFilterContext* sink_ = nullptr;
  CodecPtr encoder_;
};

}  // namespace darkroom::media
