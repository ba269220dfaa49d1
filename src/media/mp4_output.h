// Mp4Output: an MP4 file that libav writes through a descriptor; its index stands before the media, so that a player
// can begin with the first bytes. Nothing in it tells when or by what it was made. Threads: one. Fails with
// Code::internal when libav refuses, with Code::io_failed when the file cannot be written.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "media/libav.h"

namespace darkroom::media {

class Mp4Output {
 public:
  explicit Mp4Output(int fd) : fd_(fd) {}
  Mp4Output(const Mp4Output&) = delete;
  Mp4Output& operator=(const Mp4Output&) = delete;

  // In this order: open, add every stream, begin, write, finish. A stream belongs to the output.
  Status open();
  // nullptr when libav refuses. Its parameters are the caller's to fill in.
  AVStream* add_stream();
  AVStream* add_stream(const AVCodecContext* encoder);
  // Whether an MP4 can hold it.
  bool can_hold(AVCodecID codec) const;
  // Room is left for the index of so many packets; what stays free of it is padding.
  Status begin(std::uint64_t packets);
  // Takes what the packet holds; its times are in `time_base`.
  Status write(AVPacket* packet, const AVStream* stream, AVRational time_base);
  Status finish();

 private:
  struct FreeOutput {
    void operator()(AVFormatContext* output) const { libav().avformat_free_context(output); }
  };
  static int write_bytes(void* self, std::uint8_t* bytes, int count);
  static std::int64_t seek(void* self, std::int64_t offset, int whence);

  int fd_;
  std::int64_t at_ = 0;
  StreamPtr stream_;
  std::unique_ptr<AVFormatContext, FreeOutput> output_;
};

}  // namespace darkroom::media
