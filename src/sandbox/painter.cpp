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
  auto png = encode_png(page->get());
  if (png) pad_png(*png, painting.at_least_bytes, painting.seed);
  return png;
}

Result<std::string> convert_picture(std::string_view png, std::string_view format) {
  VipsImage* image = vips_ready() ? vips_image_new_from_buffer(png.data(), png.size(), "", nullptr) : nullptr;
  void* data = nullptr;
  std::size_t length = 0;
  int failed = 1;
  if (image && format == "jpeg") failed = vips_jpegsave_buffer(image, &data, &length, nullptr);
  if (image && format == "webp") failed = vips_webpsave_buffer(image, &data, &length, nullptr);
  if (image) g_object_unref(image);
  vips_error_clear();
  if (failed != 0) return fail(Code::internal, "the sandbox cannot write this format");
  std::string bytes(static_cast<const char*>(data), length);
  g_free(data);
  return bytes;
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
