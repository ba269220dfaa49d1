// DashScope request: reads and checks the body that makes a film task, as strictly as the vendor does. Pure but for
// reading the header of a picture.
#pragma once

#include <expected>
#include <string_view>

#include "sandbox/body_reader.h"
#include "sandbox/film_stand_in.h"

namespace darkroom::sandbox {

http::Response dashscope_refusal(int status, std::string_view code, std::string_view message);

std::expected<FilmAsk, http::Response> read_dashscope_request(std::string_view body);

}  // namespace darkroom::sandbox
