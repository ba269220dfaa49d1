#include "sandbox/page.h"

#include <pango/pangocairo.h>
#include <vips/vips.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "sandbox/landscape.h"

namespace darkroom::sandbox {
namespace {

// One face for Latin and Chinese; fontconfig finds others for what it lacks.
constexpr const char* kFontFamily = "WenQuanYi Micro Hei, DejaVu Sans, Sans";
constexpr std::size_t kMaxPromptBytes = 1200;
// Smooth pictures gain little from more effort.
constexpr int kPngCompression = 2;
constexpr int kJpegQuality = 88;

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
  void operator()(PangoFontDescription* font) const { pango_font_description_free(font); }
};
template <class T>
using Owned = std::unique_ptr<T, Unref>;

// Valid UTF-8 on one line and of bounded length.
std::string printable(std::string_view text) {
  const std::unique_ptr<char, decltype(&g_free)> valid(
      g_utf8_make_valid(text.data(), static_cast<gssize>(std::min(text.size(), kMaxPromptBytes))), &g_free);
  std::string line;
  for (const char* c = valid.get(); *c != '\0'; ++c) {
    const bool is_control = static_cast<unsigned char>(*c) < 0x20 || *c == 0x7F;
    const char shown = is_control ? ' ' : *c;
    if (shown == ' ' && (line.empty() || line.back() == ' ')) continue;
    line += shown;
  }
  return line;
}

class Page {
 public:
  Page(cairo_t* canvas, const Painting& painting)
      : canvas_(canvas),
        painting_(painting),
        width_(painting.size.width_pixels),
        height_(painting.size.height_pixels),
        unit_(std::min(width_, height_)),
        margin_(unit_ * 0.06) {}

  void draw() {
    draw_landscape(canvas_, width_, height_, Dice(painting_.seed));
    draw_shade();
    draw_mark();
    double bottom = draw_caption(height_ - margin_);
    bottom = draw_prompt(bottom - unit_ * 0.022);
    draw_prints(bottom - unit_ * 0.04);
  }

 private:
  Owned<PangoLayout> make_layout(std::string_view text, double size_pixels);
  void show(PangoLayout* layout, double x, double y, double alpha);
  // Darkens the ground behind the letters.
  void draw_shade();
  // The name of the house, top left.
  void draw_mark();
  // Each of these ends at `bottom` and gives its own top.
  double draw_caption(double bottom);
  double draw_prompt(double bottom);
  void draw_prints(double bottom);
  void draw_print(const std::string& encoded, double x, double y, double side);

  cairo_t* canvas_;
  const Painting& painting_;
  double width_;
  double height_;
  double unit_;  // the shorter side: what sizes are measured in
  double margin_;
};

Owned<PangoLayout> Page::make_layout(std::string_view text, double size_pixels) {
  Owned<PangoLayout> layout(pango_cairo_create_layout(canvas_));
  const Owned<PangoFontDescription> font(pango_font_description_from_string(kFontFamily));
  pango_font_description_set_absolute_size(font.get(), size_pixels * PANGO_SCALE);
  pango_layout_set_font_description(layout.get(), font.get());
  pango_layout_set_text(layout.get(), text.data(), static_cast<int>(text.size()));
  pango_layout_set_width(layout.get(), static_cast<int>((width_ - 2 * margin_) * PANGO_SCALE));
  pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
  return layout;
}

int pixel_height(PangoLayout* layout) {
  int height = 0;
  pango_layout_get_pixel_size(layout, nullptr, &height);
  return height;
}

void Page::show(PangoLayout* layout, double x, double y, double alpha) {
  const double shadow = std::max(1.0, unit_ * 0.0022);
  cairo_set_source_rgba(canvas_, 0, 0, 0, 0.35 * alpha);
  cairo_move_to(canvas_, x, y + shadow);
  pango_cairo_show_layout(canvas_, layout);
  cairo_set_source_rgba(canvas_, 1, 1, 1, alpha);
  cairo_move_to(canvas_, x, y);
  pango_cairo_show_layout(canvas_, layout);
}

void Page::draw_shade() {
  cairo_pattern_t* shade = cairo_pattern_create_linear(0, height_ * 0.45, 0, height_);
  cairo_pattern_add_color_stop_rgba(shade, 0, 0, 0, 0, 0);
  cairo_pattern_add_color_stop_rgba(shade, 1, 0, 0, 0, 0.55);
  cairo_set_source(canvas_, shade);
  cairo_rectangle(canvas_, 0, height_ * 0.45, width_, height_ * 0.55);
  cairo_fill(canvas_);
  cairo_pattern_destroy(shade);
}

void Page::draw_mark() {
  const double size = unit_ * 0.026;
  const double radius = size * 0.52;
  const double x = margin_ + radius;
  const double y = margin_ + radius * 1.25;
  cairo_set_source_rgba(canvas_, 1, 1, 1, 0.85);
  cairo_set_line_width(canvas_, size * 0.11);
  cairo_arc(canvas_, x, y, radius, 0, 2 * std::numbers::pi);
  cairo_stroke(canvas_);
  cairo_arc(canvas_, x, y, radius * 0.42, 0, 2 * std::numbers::pi);
  cairo_fill(canvas_);
  const auto layout = make_layout("darkroom sandbox", size);
  show(layout.get(), margin_ + radius * 2 + size * 0.5, y - pixel_height(layout.get()) / 2.0, 0.85);
}

double Page::draw_caption(double bottom) {
  std::string text = painting_.model + " \u00b7 " + painting_.label + " \u00b7 " +
                     std::to_string(painting_.size.width_pixels) + " \u00d7 " +
                     std::to_string(painting_.size.height_pixels);
  const auto layout = make_layout(printable(text), std::max(unit_ * 0.024, 9.0));
  const double top = bottom - pixel_height(layout.get());
  show(layout.get(), margin_, top, 0.72);
  return top;
}

double Page::draw_prompt(double bottom) {
  const std::string prompt = printable(painting_.prompt);
  if (prompt.empty()) return bottom;
  const double room = std::min(bottom - height_ * 0.3, height_ > width_ * 2 ? height_ * 0.5 : height_ * 0.32);
  const double smallest = std::max(unit_ * 0.026, 9.0);
  double size = unit_ * 0.068;
  Owned<PangoLayout> layout = make_layout(prompt, size);
  while (pixel_height(layout.get()) > room && size > smallest) {
    size = std::max(size * 0.9, smallest);
    layout = make_layout(prompt, size);
  }
  // What still does not fit ends in dots.
  pango_layout_set_height(layout.get(), static_cast<int>(room * PANGO_SCALE));
  pango_layout_set_ellipsize(layout.get(), PANGO_ELLIPSIZE_END);
  const double top = bottom - pixel_height(layout.get());
  show(layout.get(), margin_, top, 0.97);
  return top;
}

void Page::draw_prints(double bottom) {
  const std::size_t count = std::min(painting_.references.size(), kMaxReferences);
  if (count == 0) return;
  const double gap = unit_ * 0.018;
  const double fitting = (width_ - 2 * margin_ - gap * static_cast<double>(count - 1)) / static_cast<double>(count);
  const double side = std::min({unit_ * 0.17, fitting, bottom - margin_ * 2});
  if (side < 4) return;
  for (std::size_t i = 0; i < count; ++i) {
    draw_print(painting_.references[i], margin_ + static_cast<double>(i) * (side + gap), bottom - side, side);
  }
}

// The middle square of an encoded picture as a cairo surface; nothing if it cannot be read.
Surface read_square(const std::string& encoded, int side) {
  VipsImage* square = nullptr;
  void* data = const_cast<char*>(encoded.data());
  if (vips_thumbnail_buffer(data, encoded.size(), &square, side, "height", side, "crop", VIPS_INTERESTING_CENTRE,
                            nullptr) != 0) {
    vips_error_clear();
    return nullptr;
  }
  const Owned<VipsImage> owned_square(square);
  VipsImage* flat = nullptr;
  const bool has_alpha = vips_image_hasalpha(square) != 0;
  if ((has_alpha ? vips_flatten(square, &flat, nullptr) : vips_copy(square, &flat, nullptr)) != 0) return nullptr;
  const Owned<VipsImage> owned_flat(flat);
  VipsImage* colour = nullptr;
  if (vips_colourspace(flat, &colour, VIPS_INTERPRETATION_sRGB, nullptr) != 0) return nullptr;
  const Owned<VipsImage> owned_colour(colour);
  std::size_t size = 0;
  const std::unique_ptr<void, decltype(&g_free)> pixels(vips_image_write_to_memory(colour, &size), &g_free);
  if (!pixels || colour->Bands != 3 || colour->BandFmt != VIPS_FORMAT_UCHAR) return nullptr;

  Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, colour->Xsize, colour->Ysize));
  if (cairo_surface_status(surface.get()) != CAIRO_STATUS_SUCCESS) return nullptr;
  const auto* from = static_cast<const std::uint8_t*>(pixels.get());
  std::uint8_t* to = cairo_image_surface_get_data(surface.get());
  const int stride = cairo_image_surface_get_stride(surface.get());
  for (int y = 0; y < colour->Ysize; ++y) {
    auto* row = reinterpret_cast<std::uint32_t*>(to + static_cast<std::ptrdiff_t>(y) * stride);
    for (int x = 0; x < colour->Xsize; ++x, from += 3) {
      row[x] = static_cast<std::uint32_t>(from[0]) << 16 | static_cast<std::uint32_t>(from[1]) << 8 | from[2];
    }
  }
  cairo_surface_mark_dirty(surface.get());
  return surface;
}

void rounded_square(cairo_t* canvas, double x, double y, double side, double radius) {
  constexpr double kQuarter = std::numbers::pi / 2;
  cairo_new_sub_path(canvas);
  cairo_arc(canvas, x + side - radius, y + radius, radius, -kQuarter, 0);
  cairo_arc(canvas, x + side - radius, y + side - radius, radius, 0, kQuarter);
  cairo_arc(canvas, x + radius, y + side - radius, radius, kQuarter, 2 * kQuarter);
  cairo_arc(canvas, x + radius, y + radius, radius, 2 * kQuarter, 3 * kQuarter);
  cairo_close_path(canvas);
}

void Page::draw_print(const std::string& encoded, double x, double y, double side) {
  const double radius = side * 0.08;
  const double border = std::max(1.0, side * 0.028);
  cairo_set_source_rgba(canvas_, 0, 0, 0, 0.28);
  rounded_square(canvas_, x, y + border, side, radius);
  cairo_fill(canvas_);
  cairo_set_source_rgba(canvas_, 1, 1, 1, 0.94);
  rounded_square(canvas_, x, y, side, radius);
  cairo_fill(canvas_);
  const double inner = side - 2 * border;
  rounded_square(canvas_, x + border, y + border, inner, radius * 0.7);
  if (const auto square = read_square(encoded, static_cast<int>(std::ceil(inner)))) {
    cairo_set_source_surface(canvas_, square.get(), x + border, y + border);
  } else {
    cairo_set_source_rgb(canvas_, 0.55, 0.57, 0.6);
  }
  cairo_fill(canvas_);
}

// cairo keeps a pixel as 0x00RRGGBB; PNG wants three bytes.
std::vector<std::uint8_t> rgb_pixels(cairo_surface_t* surface) {
  const std::uint8_t* from = cairo_image_surface_get_data(surface);
  const int stride = cairo_image_surface_get_stride(surface);
  const int width = cairo_image_surface_get_width(surface);
  const int height = cairo_image_surface_get_height(surface);
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  std::uint8_t* to = pixels.data();
  for (int y = 0; y < height; ++y) {
    const auto* row = reinterpret_cast<const std::uint32_t*>(from + static_cast<std::ptrdiff_t>(y) * stride);
    for (int x = 0; x < width; ++x) {
      *to++ = static_cast<std::uint8_t>(row[x] >> 16);
      *to++ = static_cast<std::uint8_t>(row[x] >> 8);
      *to++ = static_cast<std::uint8_t>(row[x]);
    }
  }
  return pixels;
}

// A surface as the encoders read it.
class Pixels {
 public:
  explicit Pixels(cairo_surface_t* surface)
      : bytes_(rgb_pixels(surface)),
        image_(vips_image_new_from_memory(bytes_.data(), bytes_.size(), cairo_image_surface_get_width(surface),
                                          cairo_image_surface_get_height(surface), 3, VIPS_FORMAT_UCHAR)) {
    if (image_) image_->Type = VIPS_INTERPRETATION_sRGB;
  }
  // nullptr if the machine cannot.
  VipsImage* image() const { return image_.get(); }

 private:
  std::vector<std::uint8_t> bytes_;
  Owned<VipsImage> image_;
};

Result<std::string> take_encoded(bool done, void* data, std::size_t length) {
  if (!done) {
    vips_error_clear();
    return fail(Code::internal, "a picture could not be encoded");
  }
  std::string bytes(static_cast<const char*>(data), length);
  g_free(data);
  return bytes;
}

}  // namespace

bool vips_ready() {
  static const bool ready = [] {
    if (VIPS_INIT("darkroom") != 0) return false;
    vips_concurrency_set(1);
    vips_cache_set_max(0);
    vips_operation_block_set("VipsForeignLoad", TRUE);
    for (const char* loader : {"VipsForeignLoadPng", "VipsForeignLoadJpeg", "VipsForeignLoadWebp"}) {
      vips_operation_block_set(loader, FALSE);
    }
    return true;
  }();
  return ready;
}

Result<Surface> draw_page(const Painting& painting) {
  if (!vips_ready()) return fail(Code::internal, "the picture library does not start");
  Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, static_cast<int>(painting.size.width_pixels),
                                             static_cast<int>(painting.size.height_pixels)));
  if (cairo_surface_status(surface.get()) != CAIRO_STATUS_SUCCESS) {
    return fail(Code::internal, "no memory for a picture");
  }
  const Canvas canvas(cairo_create(surface.get()));
  Page(canvas.get(), painting).draw();
  cairo_surface_flush(surface.get());
  return surface;
}

Result<std::string> encode_png(cairo_surface_t* surface) {
  const Pixels pixels(surface);
  void* data = nullptr;
  std::size_t length = 0;
  const bool done =
      pixels.image() != nullptr && vips_pngsave_buffer(pixels.image(), &data, &length, "compression", kPngCompression,
                                                       "filter", VIPS_FOREIGN_PNG_FILTER_UP, nullptr) == 0;
  return take_encoded(done, data, length);
}

Result<std::string> encode_jpeg(cairo_surface_t* surface) {
  const Pixels pixels(surface);
  void* data = nullptr;
  std::size_t length = 0;
  const bool done = pixels.image() != nullptr &&
                    vips_jpegsave_buffer(pixels.image(), &data, &length, "Q", kJpegQuality, nullptr) == 0;
  return take_encoded(done, data, length);
}

Result<std::string> encode_webp(cairo_surface_t* surface) {
  const Pixels pixels(surface);
  void* data = nullptr;
  std::size_t length = 0;
  const bool done = pixels.image() != nullptr && vips_webpsave_buffer(pixels.image(), &data, &length, nullptr) == 0;
  return take_encoded(done, data, length);
}

}  // namespace darkroom::sandbox
