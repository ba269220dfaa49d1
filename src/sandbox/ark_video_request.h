// Ark video request: reads and checks the body that makes a Seedance task, as strictly as the vendor does. Pure but for
// reading the header of a picture.
#pragma once

#include <expected>

#include "sandbox/ark_answers.h"
#include "sandbox/film_stand_in.h"

namespace darkroom::sandbox {

std::expected<FilmAsk, http::Response> read_ark_video_request(std::string_view body);

}  // namespace darkroom::sandbox
