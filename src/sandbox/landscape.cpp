#include "sandbox/landscape.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <numbers>

namespace darkroom::sandbox {
namespace {

struct Colour {
  double red;
  double green;
  double blue;
};

constexpr Colour rgb(std::uint32_t hex) {
  return {static_cast<double>(hex >> 16 & 255) / 255, static_cast<double>(hex >> 8 & 255) / 255,
          static_cast<double>(hex & 255) / 255};
}

Colour mix(Colour a, Colour b, double part_of_b) {
  const double part_of_a = 1 - part_of_b;
  return {a.red * part_of_a + b.red * part_of_b, a.green * part_of_a + b.green * part_of_b,
          a.blue * part_of_a + b.blue * part_of_b};
}

// From the zenith down to the haze at the horizon, then the light itself and the nearest ridge.
struct Palette {
  Colour zenith;
  Colour sky;
  Colour haze;
  Colour light;
  Colour ridge;
};

constexpr std::array kPalettes{
    Palette{rgb(0x2B1B5A), rgb(0x9A3B7B), rgb(0xFFA877), rgb(0xFFE7C2), rgb(0x160B2E)},  // dusk
    Palette{rgb(0x0A3D62), rgb(0x2A9DA8), rgb(0xBFEBDD), rgb(0xFFF8DC), rgb(0x04202C)},  // lagoon
    Palette{rgb(0x20503F), rgb(0x6FA36B), rgb(0xEBE3A8), rgb(0xFFFBE0), rgb(0x0B1F17)},  // forest
    Palette{rgb(0x3B0D16), rgb(0xC2412D), rgb(0xFFB45C), rgb(0xFFF0C4), rgb(0x1B0808)},  // ember
    Palette{rgb(0x122058), rgb(0x3D74CF), rgb(0xBFE3F7), rgb(0xFFFFFF), rgb(0x080E2B)},  // polar
    Palette{rgb(0x2E1A5E), rgb(0x8257BD), rgb(0xF3BFDD), rgb(0xFFF3F8), rgb(0x170C2B)},  // orchid
    Palette{rgb(0x58402F), rgb(0xB98C66), rgb(0xF3DDB4), rgb(0xFFFAEC), rgb(0x22160F)},  // sand
    Palette{rgb(0x0B2530), rgb(0x1F7F78), rgb(0x9BE3B6), rgb(0xF4FFE0), rgb(0x051116)},  // mint
    Palette{rgb(0x4A1E3C), rgb(0xC65D73), rgb(0xFBCBAE), rgb(0xFFF4E6), rgb(0x1D0C17)},  // rose
    Palette{rgb(0x1A1F6B), rgb(0x6657E8), rgb(0xFFB584), rgb(0xFFF0BF), rgb(0x0A0D2E)},  // ultramarine
    Palette{rgb(0x050A1C), rgb(0x14315F), rgb(0x5C7FA8), rgb(0xF2F5FF), rgb(0x02050E)},  // night
    Palette{rgb(0x3A4A63), rgb(0x8296AD), rgb(0xDFE3E0), rgb(0xFFFDF5), rgb(0x10161F)},  // fog
};

struct DestroyPattern {
  void operator()(cairo_pattern_t* pattern) const { cairo_pattern_destroy(pattern); }
};
using Pattern = std::unique_ptr<cairo_pattern_t, DestroyPattern>;

void stop(const Pattern& pattern, double at, Colour colour, double alpha = 1) {
  cairo_pattern_add_color_stop_rgba(pattern.get(), at, colour.red, colour.green, colour.blue, alpha);
}

struct Scene {
  cairo_t* canvas;
  double width;
  double height;
  Palette palette;
  double horizon;  // y of the farthest ridge
};

void draw_sky(const Scene& scene) {
  const Pattern sky(cairo_pattern_create_linear(0, 0, 0, scene.horizon * 1.15));
  stop(sky, 0, scene.palette.zenith);
  stop(sky, 0.55, scene.palette.sky);
  stop(sky, 1, scene.palette.haze);
  cairo_set_source(scene.canvas, sky.get());
  cairo_paint(scene.canvas);
}

void draw_glow(const Scene& scene, double x, double y, double radius, Colour colour, double alpha) {
  const Pattern glow(cairo_pattern_create_radial(x, y, 0, x, y, radius));
  stop(glow, 0, colour, alpha);
  stop(glow, 0.35, colour, alpha * 0.42);
  stop(glow, 0.7, colour, alpha * 0.1);
  stop(glow, 1, colour, 0);
  cairo_set_source(scene.canvas, glow.get());
  cairo_rectangle(scene.canvas, x - radius, y - radius, 2 * radius, 2 * radius);
  cairo_fill(scene.canvas);
}

void draw_stars(const Scene& scene, Dice& dice) {
  const double unit = std::min(scene.width, scene.height);
  for (int i = 0; i < 90; ++i) {
    const double x = dice.between(0, scene.width);
    const double depth = dice.between(0, 1);
    const double y = depth * depth * scene.horizon * 0.8;
    const double size = unit * dice.between(0.0006, 0.0018);
    const double alpha = dice.between(0.25, 0.9) * (1 - y / scene.horizon);
    cairo_set_source_rgba(scene.canvas, 1, 1, 1, alpha);
    cairo_arc(scene.canvas, x, y, size, 0, 2 * std::numbers::pi);
    cairo_fill(scene.canvas);
  }
}

void draw_sun(const Scene& scene, Dice& dice) {
  const double unit = std::min(scene.width, scene.height);
  const double x = scene.width * dice.between(0.22, 0.78);
  const double radius = unit * dice.between(0.05, 0.1);
  const double y = scene.horizon * dice.between(0.45, 0.85);
  draw_glow(scene, x, y, unit * 0.75, scene.palette.light, 0.55);
  const Pattern disc(cairo_pattern_create_linear(x, y - radius, x, y + radius));
  stop(disc, 0, scene.palette.light);
  stop(disc, 1, mix(scene.palette.light, scene.palette.haze, 0.55));
  cairo_set_source(scene.canvas, disc.get());
  cairo_arc(scene.canvas, x, y, radius, 0, 2 * std::numbers::pi);
  cairo_fill(scene.canvas);
}

// The outline of a ridge: a sum of waves, sharpened towards peaks as `ruggedness` grows from 0 to 1.
class Outline {
 public:
  Outline(Dice& dice, double ruggedness) : ruggedness_(ruggedness) {
    double frequency = dice.between(0.7, 1.3);
    double amplitude = 1;
    for (Wave& wave : waves_) {
      wave = {frequency, amplitude, dice.between(0, 2 * std::numbers::pi)};
      frequency *= dice.between(1.7, 2.3);
      amplitude *= 0.36 + 0.16 * ruggedness;
    }
  }
  // In about [-1, 1]; `x` in units of the picture's shorter side.
  double at(double x) const {
    double sum = 0;
    double total = 0;
    for (const Wave& wave : waves_) {
      const double smooth = std::sin(x * wave.frequency * 2 * std::numbers::pi + wave.phase);
      const double sharp = 1 - 2 * std::abs(smooth);
      sum += wave.amplitude * std::lerp(smooth, sharp, ruggedness_);
      total += wave.amplitude;
    }
    return sum / total;
  }

 private:
  struct Wave {
    double frequency;
    double amplitude;
    double phase;
  };
  std::array<Wave, 6> waves_{};
  double ruggedness_;
};

// `nearness` runs from 0 (lost in the haze) to 1 (in front of everything).
void draw_ridge(const Scene& scene, const Outline& outline, double nearness, double base, double swing) {
  const double unit = std::min(scene.width, scene.height);
  const double step = std::max(1.0, unit / 512);
  cairo_move_to(scene.canvas, 0, scene.height);
  for (double x = 0; x < scene.width + step; x += step) {
    cairo_line_to(scene.canvas, x, base - swing * outline.at(x / unit * std::lerp(0.9, 0.55, nearness)));
  }
  cairo_line_to(scene.canvas, scene.width, scene.height);
  cairo_close_path(scene.canvas);

  const Colour body =
      mix(mix(scene.palette.haze, scene.palette.sky, 0.55), scene.palette.ridge, std::pow(nearness, 0.75));
  const Colour mist = mix(body, scene.palette.haze, 0.34 * (1 - nearness));
  const Pattern fill(cairo_pattern_create_linear(0, base - swing, 0, base + swing + scene.height * 0.16));
  stop(fill, 0, body);
  stop(fill, 1, mist);
  cairo_set_source(scene.canvas, fill.get());
  cairo_fill(scene.canvas);
}

}  // namespace

void draw_landscape(cairo_t* canvas, double width, double height, Dice dice) {
  Scene scene{canvas, width, height, kPalettes[dice.below(kPalettes.size())], 0};
  scene.horizon = height * dice.between(0.5, 0.6);
  const double ruggedness = dice.between(0, 1) < 0.5 ? dice.between(0, 0.15) : dice.between(0.55, 0.9);
  const int ridges = 5 + static_cast<int>(dice.below(3));

  draw_sky(scene);
  draw_stars(scene, dice);
  draw_sun(scene, dice);
  for (int i = 0; i < ridges; ++i) {
    const double nearness = static_cast<double>(i) / (ridges - 1);
    const double base = std::lerp(scene.horizon, height * 0.83, std::pow(nearness, 1.25));
    const double swing = std::min(height * 0.16, width * 0.2) * std::lerp(0.75, 0.5, nearness);
    draw_ridge(scene, Outline(dice, ruggedness), nearness, base, swing);
  }
}

}  // namespace darkroom::sandbox
