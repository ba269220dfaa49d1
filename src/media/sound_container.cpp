#include "media/sound_container.h"

namespace darkroom::media {

std::optional<SoundFormat> find_sound_format(ByteView bytes) {
  const std::string_view text = as_text(bytes);
  if (text.starts_with("RIFF") && text.size() >= 12 && text.substr(8, 4) == "WAVE") return SoundFormat::wav;
  if (text.starts_with("OggS")) return SoundFormat::ogg;
  if (text.starts_with("ID3")) return SoundFormat::mp3;
  // A frame begins with eleven set bits (ISO 11172-3, 2.4.1.3). The next two are the version, of which 01 is none,
  // then two the layer, which is 00 in an ADTS frame (ISO 13818-7, 6.2) of twelve set bits and 01 in MP3.
  if (bytes.size() < 2 || bytes[0] != 0xFF || (bytes[1] & 0xE0) != 0xE0) return std::nullopt;
  const unsigned version = bytes[1] >> 3 & 3;
  const unsigned layer = bytes[1] >> 1 & 3;
  if (layer == 0) return version >= 2 ? std::optional(SoundFormat::aac) : std::nullopt;
  return layer == 1 && version != 1 ? std::optional(SoundFormat::mp3) : std::nullopt;
}

}  // namespace darkroom::media
