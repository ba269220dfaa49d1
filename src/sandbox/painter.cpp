#include "sandbox/painter.h"

#include <vips/vips.h>

#include <memory>

#include "sandbox/page.h"
#include "sandbox/picture_padding.h"

namespace darkroom::sandbox {

Result<std::string> paint(const Painting& painting) {
  const auto page = draw_page(painting);
  if (!page) return fail(page.error());
  if (painting.format == PictureFormat::jpeg) {
    auto jpeg = encode_jpeg(page->get());
    if (jpeg) pad_jpeg(*jpeg, painting.at_least_bytes, painting.seed);
    return jpeg;
  }
  if (painting.format == PictureFormat::webp) return encode_webp(page->get());
  auto png = encode_png(page->get());
  if (png) pad_png(*png, painting.at_least_bytes, painting.seed);
  return png;
}

std::optional<PixelSize> find_picture_size(ByteView encoded) {
  if (!vips_ready() || encoded.empty()) return std::nullopt;
  VipsImage* image = vips_image_new_from_buffer(encoded.data(), encoded.size(), "", nullptr);
  vips_error_clear();
  if (!image) return std::nullopt;
  const int width = image->Xsize;
  const int height = image->Ysize;
  g_object_unref(image);
  if (width <= 0 || height <= 0) return std::nullopt;
  return PixelSize{static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height)};
}

}  // namespace darkroom::sandbox
