#include "media/media_types.h"

namespace darkroom::media {

std::string_view mime_type(Format format) {
  switch (format) {
    case Format::png: return "image/png";
    case Format::jpeg: return "image/jpeg";
    case Format::webp: return "image/webp";
    case Format::gif: return "image/gif";
  }
  return "application/octet-stream";
}

std::string_view mime_type(FilmFormat format) {
  switch (format) {
    case FilmFormat::mp4: return "video/mp4";
    case FilmFormat::mov: return "video/quicktime";
    case FilmFormat::webm: return "video/webm";
  }
  return "application/octet-stream";
}

std::string_view mime_type(SoundFormat format) {
  switch (format) {
    case SoundFormat::mp3: return "audio/mpeg";
    case SoundFormat::wav: return "audio/wav";
    case SoundFormat::m4a: return "audio/mp4";
    case SoundFormat::aac: return "audio/aac";
    case SoundFormat::ogg: return "audio/ogg";
  }
  return "application/octet-stream";
}

std::string_view mime_type(const Medium& medium) {
  return std::visit([](const auto& one) { return mime_type(one.format); }, medium);
}

std::string_view extension(Format format) {
  switch (format) {
    case Format::png: return "png";
    case Format::jpeg: return "jpg";
    case Format::webp: return "webp";
    case Format::gif: return "gif";
  }
  return "bin";
}

std::string_view extension(FilmFormat format) {
  switch (format) {
    case FilmFormat::mp4: return "mp4";
    case FilmFormat::mov: return "mov";
    case FilmFormat::webm: return "webm";
  }
  return "bin";
}

std::string_view extension(SoundFormat format) {
  switch (format) {
    case SoundFormat::mp3: return "mp3";
    case SoundFormat::wav: return "wav";
    case SoundFormat::m4a: return "m4a";
    case SoundFormat::aac: return "aac";
    case SoundFormat::ogg: return "ogg";
  }
  return "bin";
}

std::string_view extension(const Medium& medium) {
  return std::visit([](const auto& one) { return extension(one.format); }, medium);
}

}  // namespace darkroom::media
