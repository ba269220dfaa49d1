// Landscape: the painter's background, drawn with cairo: a sky with a sun or moon, and ridges that fade with distance.
// Threads: any, one surface each.
#pragma once

#include <cairo/cairo.h>

#include "sandbox/dice.h"

namespace darkroom::sandbox {

// Fills the whole surface of `width` x `height` pixels. Its lower third is dark enough for white letters.
void draw_landscape(cairo_t* canvas, double width, double height, Dice dice);

}  // namespace darkroom::sandbox
