// Sound container: which kind of sound file the first bytes are. Pure.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "media/media_types.h"

namespace darkroom::media {

// MP3, WAV, AAC (ADTS) or Ogg; M4A shares its first bytes with films, and film_container.h tells them apart.
std::optional<SoundFormat> find_sound_format(ByteView bytes);

}  // namespace darkroom::media
