// What media files can be: pictures, films (moving pictures) and sounds, with what is known of each once it was looked
// at. Plain values.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

namespace darkroom::media {

enum class Format : std::uint8_t { png, jpeg, webp, gif };

struct Picture {
  Format format = Format::png;
  std::uint32_t width_pixels = 0;
  std::uint32_t height_pixels = 0;
};

enum class FilmFormat : std::uint8_t { mp4, mov, webm };

struct Film {
  FilmFormat format = FilmFormat::mp4;
  std::uint64_t duration_milliseconds = 0;
  std::uint32_t width_pixels = 0;  // as it is to be shown: a telephone's turn is taken into account
  std::uint32_t height_pixels = 0;
  double frame_rate = 0;  // frames a second, on average
  bool has_audio = false;
};

enum class SoundFormat : std::uint8_t { mp3, wav, m4a, aac, ogg };

struct Sound {
  SoundFormat format = SoundFormat::mp3;
  std::uint64_t duration_milliseconds = 0;  // 0: not known
};

using Medium = std::variant<Picture, Film, Sound>;

std::string_view mime_type(Format format);  // "image/png"
std::string_view mime_type(FilmFormat format);
std::string_view mime_type(SoundFormat format);
std::string_view mime_type(const Medium& medium);
std::string_view extension(Format format);  // "png", "jpg", "webp", "gif"
std::string_view extension(FilmFormat format);
std::string_view extension(SoundFormat format);
std::string_view extension(const Medium& medium);

}  // namespace darkroom::media
