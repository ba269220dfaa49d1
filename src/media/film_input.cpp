#include "media/film_input.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "media/film_container.h"
#include "media/sound_container.h"

namespace darkroom::media {
namespace {

constexpr int kStreamBufferBytes = 1 << 16;
// What cameras, editors and vendors use. Fewer decoders are fewer ways in.
constexpr const char* kDecoders =
    "h264,hevc,libdav1d,av1,vp8,vp9,mpeg4,mjpeg,prores,"
    "aac,mp3,mp3float,opus,vorbis,flac,alac,pcm_u8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_f32le";
constexpr const char* kMaxStreams = "16";

const char* demuxer_of(const FilmInput::Kind& kind) {
  if (kind.film) return *kind.film == FilmFormat::webm ? "matroska" : "mov";
  switch (*kind.sound) {
    case SoundFormat::mp3: return "mp3";
    case SoundFormat::wav: return "wav";
    case SoundFormat::m4a: return "mov";
    case SoundFormat::aac: return "aac";
    case SoundFormat::ogg: return "ogg";
  }
  return "mov";
}

// WebM is Matroska that says so in its first element (EBML, RFC 8794, 11.2.4).
bool looks_like_webm(ByteView bytes) {
  constexpr std::string_view kMagic = "\x1A\x45\xDF\xA3";
  constexpr std::size_t kHeadBytes = 64;
  const std::string_view head = as_text(bytes.first(std::min(bytes.size(), kHeadBytes)));
  return head.starts_with(kMagic) && head.find("\x42\x82\x84webm") != std::string_view::npos;
}

}  // namespace

void PacketSpan::add(const AVPacket& packet) {
  const std::int64_t at = packet.pts != AV_NOPTS_VALUE ? packet.pts : packet.dts;
  if (at == AV_NOPTS_VALUE || (packet.flags & AV_PKT_FLAG_DISCARD)) return;
  ++packets_;
  start_ = std::min(start_, std::max<std::int64_t>(at, 0));
  if (at < last_) return;
  last_ = at;
  last_duration_ = packet.duration;
}

std::uint64_t PacketSpan::milliseconds(AVRational base) const {
  constexpr AVRational kMilliseconds{1, 1000};
  if (packets_ == 0 || last_ < start_) return 0;
  // Where frames are not stored in the order in which they are shown, none says how long it is: the last one counts
  // like the others on average.
  const std::int64_t between = last_ - start_;
  const bool is_told = last_duration_ > 0 || packets_ == 1;
  const std::int64_t last = is_told ? last_duration_ : between / static_cast<std::int64_t>(packets_ - 1);
  return static_cast<std::uint64_t>(
      std::max<std::int64_t>(0, libav().av_rescale_q(between + last, base, kMilliseconds)));
}

std::optional<FilmInput::Kind> FilmInput::find_kind(ByteView bytes) {
  if (looks_like_film(bytes)) return Kind{.film = FilmFormat::mp4, .sound = {}};
  if (looks_like_webm(bytes)) return Kind{.film = FilmFormat::webm, .sound = {}};
  if (const auto sound = find_sound_format(bytes)) return Kind{.film = {}, .sound = sound};
  return std::nullopt;
}

std::expected<void, Verdict> FilmInput::open(const Kind& kind) {
  auto* buffer = static_cast<std::uint8_t*>(libav().av_malloc(kStreamBufferBytes));
  stream_.reset(libav().avio_alloc_context(buffer, kStreamBufferBytes, 0, this, &FilmInput::read_bytes, nullptr,
                                           &FilmInput::seek));
  context_ = libav().avformat_alloc_context();
  context_->pb = stream_.get();
  AVDictionary* options = nullptr;
  libav().av_dict_set(&options, "codec_whitelist", kDecoders, 0);
  libav().av_dict_set(&options, "max_streams", kMaxStreams, 0);
  const int opened =
      libav().avformat_open_input(&context_, nullptr, libav().av_find_input_format(demuxer_of(kind)), &options);
  libav().av_dict_free(&options);
  if (opened < 0) return std::unexpected(Verdict::damaged);
  return {};
}

std::expected<void, Verdict> FilmInput::find_parameters() {
  if (libav().avformat_find_stream_info(context_, nullptr) < 0) return std::unexpected(Verdict::damaged);
  return {};
}

FilmInput::~FilmInput() { libav().avformat_close_input(&context_); }

int FilmInput::read_bytes(void* self, std::uint8_t* into, int count) {
  auto* input = static_cast<FilmInput*>(self);
  const std::size_t size = std::min(static_cast<std::size_t>(count), input->bytes_.size() - input->at_);
  if (size == 0) return AVERROR_EOF;
  std::memcpy(into, input->bytes_.data() + input->at_, size);
  input->at_ += size;
  return static_cast<int>(size);
}

std::int64_t FilmInput::seek(void* self, std::int64_t offset, int whence) {
  auto* input = static_cast<FilmInput*>(self);
  const auto size = static_cast<std::int64_t>(input->bytes_.size());
  switch (whence & ~AVSEEK_FORCE) {
    case AVSEEK_SIZE: return size;
    case SEEK_SET: break;
    case SEEK_CUR: offset += static_cast<std::int64_t>(input->at_); break;
    case SEEK_END: offset += size; break;
    default: return AVERROR(EINVAL);
  }
  if (offset < 0 || offset > size) return AVERROR(EINVAL);
  input->at_ = static_cast<std::size_t>(offset);
  return offset;
}

AVStream* FilmInput::find_stream(AVMediaType type) const {
  for (unsigned i = 0; i < context_->nb_streams; ++i) {
    AVStream* stream = context_->streams[i];
    if (stream->codecpar->codec_type == type && !(stream->disposition & AV_DISPOSITION_ATTACHED_PIC)) return stream;
  }
  return nullptr;
}

bool FilmInput::is_turned(const AVStream* stream) {
  constexpr std::size_t kMatrixBytes = 9 * sizeof(std::int32_t);
  std::size_t size = 0;
  const std::uint8_t* matrix = libav().av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
  if (!matrix || size < kMatrixBytes) return false;
  const double angle = libav().av_display_rotation_get(reinterpret_cast<const std::int32_t*>(matrix));
  return std::abs(std::abs(angle) - 90) < 1;
}

std::expected<CodecPtr, Verdict> FilmInput::open_decoder(const AVStream* stream, std::uint64_t pixels) {
  const AVCodec* decoder = libav().avcodec_find_decoder(stream->codecpar->codec_id);
  if (!decoder) return std::unexpected(Verdict::unknown_codec);
  CodecPtr codec(libav().avcodec_alloc_context3(decoder));
  if (libav().avcodec_parameters_to_context(codec.get(), stream->codecpar) < 0) {
    return std::unexpected(Verdict::damaged);
  }
  codec->pkt_timebase = stream->time_base;
  codec->thread_count = 1;
  codec->max_pixels = static_cast<std::int64_t>(pixels);
  AVDictionary* options = nullptr;
  libav().av_dict_set(&options, "codec_whitelist", kDecoders, 0);
  const int opened = libav().avcodec_open2(codec.get(), decoder, &options);
  libav().av_dict_free(&options);
  if (opened < 0) return std::unexpected(Verdict::unknown_codec);
  return codec;
}

bool FilmInput::read(AVPacket* packet) { return libav().av_read_frame(context_, packet) >= 0; }

}  // namespace darkroom::media
