#include "sandbox/balloon.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <numbers>

#include "sandbox/dice.h"

namespace darkroom::sandbox {
namespace {

struct Colour {
  double red;
  double green;
  double blue;
};
struct Stripes {
  Colour dark;
  Colour light;
};
constexpr std::array kStripes{
    Stripes{{0.78, 0.20, 0.18}, {0.98, 0.91, 0.78}},  // red and cream
    Stripes{{0.10, 0.42, 0.46}, {0.96, 0.94, 0.86}},  // teal and ivory
    Stripes{{0.93, 0.55, 0.16}, {0.99, 0.93, 0.80}},  // orange and sand
    Stripes{{0.24, 0.24, 0.52}, {0.95, 0.72, 0.36}},  // indigo and gold
    Stripes{{0.62, 0.18, 0.40}, {0.98, 0.84, 0.84}},  // plum and rose
};
constexpr Colour kBasket{0.42, 0.27, 0.16};
constexpr Colour kRope{0.16, 0.12, 0.10};

// In radii, measured from the middle of the envelope downwards.
constexpr double kMouth = 1.30;
constexpr double kMouthHalfWidth = 0.20;
constexpr double kBasketTop = 1.62;
constexpr double kBasketBottom = 1.86;
constexpr double kBasketHalfWidth = 0.16;
constexpr double kTilt = 0.05;  // radians at the ends of its way
constexpr double kFullTurn = 2 * std::numbers::pi;

void choose(cairo_t* canvas, Colour colour, double alpha = 1) {
  cairo_set_source_rgba(canvas, colour.red, colour.green, colour.blue, alpha);
}

// Its outline around the origin, one radius wide at `width` 1 and narrower below that.
void outline(cairo_t* canvas, double width) {
  cairo_save(canvas);
  cairo_scale(canvas, width, 1);
  cairo_new_path(canvas);
  cairo_move_to(canvas, -kMouthHalfWidth, kMouth);
  cairo_curve_to(canvas, -0.42, 0.98, -1, 0.62, -1, 0);
  cairo_arc(canvas, 0, 0, 1, std::numbers::pi, kFullTurn);
  cairo_curve_to(canvas, 1, 0.62, 0.42, 0.98, kMouthHalfWidth, kMouth);
  cairo_close_path(canvas);
  cairo_restore(canvas);
}

void draw_envelope(cairo_t* canvas, const Stripes& stripes) {
  // Each narrower outline leaves a stripe of the one before it on both sides.
  constexpr std::array kWidths{1.0, 0.86, 0.60, 0.22};
  for (std::size_t i = 0; i < kWidths.size(); ++i) {
    choose(canvas, i % 2 == 0 ? stripes.dark : stripes.light);
    outline(canvas, kWidths[i]);
    cairo_fill(canvas);
  }
  const std::unique_ptr<cairo_pattern_t, decltype(&cairo_pattern_destroy)> light(
      cairo_pattern_create_radial(-0.38, -0.42, 0.05, -0.1, 0.1, 1.5), &cairo_pattern_destroy);
  cairo_pattern_add_color_stop_rgba(light.get(), 0, 1, 1, 1, 0.45);
  cairo_pattern_add_color_stop_rgba(light.get(), 0.35, 1, 1, 1, 0.05);
  cairo_pattern_add_color_stop_rgba(light.get(), 0.6, 0, 0, 0, 0.04);
  cairo_pattern_add_color_stop_rgba(light.get(), 1, 0, 0, 0, 0.42);
  cairo_set_source(canvas, light.get());
  outline(canvas, 1);
  cairo_fill(canvas);
}

void draw_basket(cairo_t* canvas) {
  choose(canvas, kRope, 0.8);
  cairo_set_line_width(canvas, 0.025);
  for (const double side : {-1.0, -0.4, 0.4, 1.0}) {
    cairo_move_to(canvas, side * kMouthHalfWidth, kMouth);
    cairo_line_to(canvas, side * kBasketHalfWidth, kBasketTop);
  }
  cairo_stroke(canvas);
  choose(canvas, kBasket);
  cairo_rectangle(canvas, -kBasketHalfWidth, kBasketTop, 2 * kBasketHalfWidth, kBasketBottom - kBasketTop);
  cairo_fill(canvas);
  choose(canvas, kRope, 0.5);
  cairo_rectangle(canvas, -kBasketHalfWidth, kBasketTop, 2 * kBasketHalfWidth, 0.05);
  cairo_fill(canvas);
}

int even_floor(double value) { return static_cast<int>(std::floor(value / 2)) * 2; }

}  // namespace

Balloon::Balloon(PixelSize page, std::uint64_t seed)
    : page_width_(page.width_pixels), page_height_(page.height_pixels) {
  Dice dice(seed);
  const double unit = std::min(page_width_, page_height_);
  radius_ = unit * dice.between(0.075, 0.095);
  sway_ = unit * 0.05;
  rise_ = unit * 0.022;
  x_ = page_width_ * dice.between(0.58, 0.8);
  y_ = page_height_ * dice.between(0.2, 0.27);
  colours_ = dice.below(kStripes.size());
}

Area Balloon::reach() const {
  const double side = sway_ + radius_ * 1.2;
  const double above = rise_ + radius_ * 1.1;
  const double below = rise_ + radius_ * 2.0;
  const int width = even_floor(page_width_);
  const int height = even_floor(page_height_);
  return {std::clamp(even_floor(x_ - side), 0, width), std::clamp(even_floor(y_ - above), 0, height),
          std::clamp(even_floor(x_ + side) + 2, 0, width), std::clamp(even_floor(y_ + below) + 2, 0, height)};
}

void Balloon::draw(cairo_t* canvas, double phase) const {
  const double turn = phase * kFullTurn;
  cairo_save(canvas);
  cairo_translate(canvas, x_ + sway_ * std::sin(turn), y_ + rise_ * std::cos(turn * 2));
  cairo_rotate(canvas, -kTilt * std::sin(turn));
  cairo_scale(canvas, radius_, radius_);
  draw_basket(canvas);
  draw_envelope(canvas, kStripes[colours_]);
  cairo_restore(canvas);
}

}  // namespace darkroom::sandbox
