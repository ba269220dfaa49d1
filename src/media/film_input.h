// FilmInput: a film or sound in memory, opened by libav: its streams, their packets, a decoder for one of them. Hostile
// bytes meet it, so it lives in confined processes only; nothing in it opens a file or a connection.
// Threads: one. Fails with a verdict.
#pragma once

#include <cstdint>
#include <expected>
#include <limits>
#include <optional>

#include "base/bytes.h"
#include "media/libav.h"
#include "media/media_types.h"
#include "media/verdict.h"

namespace darkroom::media {

// What the packets of one stream say of its length.
class PacketSpan {
 public:
  void add(const AVPacket& packet);
  std::uint64_t packets() const { return packets_; }
  // Times count in `base` seconds.
  std::uint64_t milliseconds(AVRational base) const;

 private:
  std::uint64_t packets_ = 0;
  std::int64_t start_ = std::numeric_limits<std::int64_t>::max();
  std::int64_t last_ = 0;  // when the last one is shown
  std::int64_t last_duration_ = 0;
};

class FilmInput {
 public:
  struct Kind {
    std::optional<FilmFormat> film;  // one of the two; for the MP4 family: that of a film, whatever is in it
    std::optional<SoundFormat> sound;
  };
  // By the first bytes; nothing for a file of another kind.
  static std::optional<Kind> find_kind(ByteView bytes);

  // `bytes` must outlive it.
  explicit FilmInput(ByteView bytes) : bytes_(bytes) {}
  ~FilmInput();
  FilmInput(const FilmInput&) = delete;
  FilmInput& operator=(const FilmInput&) = delete;

  // Call first. Fails with damaged.
  std::expected<void, Verdict> open(const Kind& kind);
  // Films say most in their tables; what they do not, and a sound's form, comes out of a first look at the data, in
  // which decoders run already. Fails with damaged.
  std::expected<void, Verdict> find_parameters();
  // The stream to look at or listen to; nullptr if there is none. A cover picture is none.
  AVStream* find_stream(AVMediaType type) const;
  // Whether a picture is to be turned by a quarter before it is shown.
  static bool is_turned(const AVStream* stream);
  // Fails with unknown_codec, or with damaged. It refuses pictures of more than `pixels`.
  static std::expected<CodecPtr, Verdict> open_decoder(const AVStream* stream, std::uint64_t pixels);
  // The next packet of any stream, in the file's order; false at the end or where the file is damaged.
  bool read(AVPacket* packet);

 private:
  static int read_bytes(void* self, std::uint8_t* into, int count);
  static std::int64_t seek(void* self, std::int64_t offset, int whence);

  ByteView bytes_;
  std::size_t at_ = 0;
  StreamPtr stream_;
  AVFormatContext* context_ = nullptr;
};

}  // namespace darkroom::media
