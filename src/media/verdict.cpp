#include "media/verdict.h"

namespace darkroom::media {

std::string sentence(Verdict verdict, std::string_view subject) {
  const std::string the = "the " + std::string(subject);
  switch (verdict) {
    case Verdict::ok: return the + " is whole";
    case Verdict::not_a_picture: return "the file is not a PNG, JPEG or WebP picture";
    case Verdict::not_a_film: return "the file is not an MP4, MOV or WebM video";
    case Verdict::not_a_sound: return "the file is not an MP3, WAV, M4A, AAC or Ogg audio file";
    case Verdict::gif_not_accepted: return "GIF pictures are not accepted";
    case Verdict::cut_off: return the + " is cut off";
    case Verdict::damaged: return the + " is damaged";
    case Verdict::too_many_pixels: return the + " has too many pixels";
    case Verdict::too_many_frames: return the + "'s frames have too many pixels together";
    case Verdict::too_many_scans: return the + " has too many scans";
    case Verdict::too_long: return the + " is too long";
    case Verdict::unknown_codec: return the + " is encoded in a way that is not supported";
    case Verdict::not_written: return the + " could not be written";
    case Verdict::unreadable: break;
  }
  return "the file cannot be read as " + std::string(subject == "audio" ? "" : "a ") + std::string(subject);
}

}  // namespace darkroom::media
