// Identify: what an output is, by its header and its blocks up to the end mark, without decoding a pixel. For files
// that a vendor made; what a customer names goes through the confined probers as well. Threads: any; blocks on the
// disk. Fails with Code::bad_media.
#pragma once

#include "base/result.h"
#include "media/media_types.h"

namespace darkroom::media {

// Maps the file behind `fd` for the time of the call; its position is unchanged.
Result<Picture> identify(int fd, std::uint64_t pixels_limit);
// The same for whatever it is: a picture (PNG, JPEG, WebP, GIF), a film (MP4, MOV) or a sound, whose length stays
// unknown. `pixels_limit` is that of a picture, or of one frame of a film.
Result<Medium> identify_any(int fd, std::uint64_t pixels_limit);

}  // namespace darkroom::media
