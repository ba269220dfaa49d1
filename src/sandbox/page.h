// Page: what a painting shows, drawn: the landscape, the prompt, the references, the caption; and drawn pages as PNG.
// Threads: any, one page each. Fails with Code::internal when the machine cannot (no memory, no picture library).
#pragma once

#include <cairo/cairo.h>

#include <memory>
#include <string>

#include "sandbox/painter.h"

namespace darkroom::sandbox {

struct DestroyCairo {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
  void operator()(cairo_t* canvas) const { cairo_destroy(canvas); }
};
using Surface = std::unique_ptr<cairo_surface_t, DestroyCairo>;
using Canvas = std::unique_ptr<cairo_t, DestroyCairo>;

// Starts the picture library at the first call, so that an idle server has never touched it; whether it runs.
bool vips_ready();
// Of the painting's size, pixels as 0x00RRGGBB, opaque.
Result<Surface> draw_page(const Painting& painting);
Result<std::string> encode_png(cairo_surface_t* surface);
Result<std::string> encode_jpeg(cairo_surface_t* surface);
Result<std::string> encode_webp(cairo_surface_t* surface);

}  // namespace darkroom::sandbox
