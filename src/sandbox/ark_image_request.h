// Ark image request: reads and checks the body of a Seedream call, as strictly as the vendor does. Pure but for reading
// the header of a picture.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "sandbox/ark_answers.h"
#include "sandbox/painter.h"

namespace darkroom::sandbox {

struct ArkImageRequest {
  std::string model;
  std::string prompt;
  std::vector<std::string> references;  // decoded; empty for a link
  std::string size;                     // as asked for
  PixelSize pixels;
  PictureFormat format = PictureFormat::jpeg;
  bool wants_links = true;
  std::uint32_t pictures = 1;  // of the set
};

std::expected<ArkImageRequest, http::Response> read_ark_image_request(std::string_view body);

}  // namespace darkroom::sandbox
