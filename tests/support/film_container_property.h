// What must hold for all bytes given to the walk through a film's boxes, whoever made them up: refused, or described in
// a way that the rest of the program can rely on.
#pragma once

#include <cmath>
#include <string_view>

#include "base/check.h"
#include "media/film_container.h"

namespace darkroom::test {

inline void check_film_container(std::string_view bytes) {
  const auto header = media::read_film_header(as_bytes(bytes));
  DR_CHECK(header || header.error() != media::Verdict::ok);
  DR_CHECK(media::looks_like_film(as_bytes(bytes)) != (!header && header.error() == media::Verdict::not_a_film));
  if (!header) return;
  DR_CHECK(header->has_pictures || header->has_sound);
  const bool has_size = header->width_pixels > 0 && header->height_pixels > 0;
  DR_CHECK(header->has_pictures == has_size);
  DR_CHECK(std::isfinite(header->frame_rate) && header->frame_rate >= 0);
}

}  // namespace darkroom::test
