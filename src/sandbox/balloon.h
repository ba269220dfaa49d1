// Balloon: what moves in the sandbox's films: a hot-air balloon that sways in the sky, in colours that the seed
// decides. It comes back to where it was, so its movement can be repeated. Threads: any; a value.
#pragma once

#include <cairo/cairo.h>

#include <cstdint>

#include "sandbox/painter.h"

namespace darkroom::sandbox {

// Edges in pixels, all even: the colours of a film belong to two pixels by two.
struct Area {
  int left = 0;
  int top = 0;
  int right = 0;  // the first pixel beyond
  int bottom = 0;
};

class Balloon {
 public:
  Balloon(PixelSize page, std::uint64_t seed);

  // Where it can be seen; it never leaves this part of the page.
  Area reach() const;
  // At `phase` of its way, 0 to 1; both ends are the same place. The canvas has the page's coordinates.
  void draw(cairo_t* canvas, double phase) const;

 private:
  double page_width_;
  double page_height_;
  double radius_;  // of the envelope
  double x_;       // the middle of its way
  double y_;
  double sway_;  // to each side
  double rise_;  // up and down
  std::size_t colours_;
};

}  // namespace darkroom::sandbox
