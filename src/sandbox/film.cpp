#include "sandbox/film.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "media/film_writer.h"
#include "sandbox/balloon.h"
#include "sandbox/calls.h"
#include "sandbox/dice.h"
#include "sandbox/page.h"

namespace darkroom::sandbox {
namespace {

// The balloon's way there and back. Only this much is encoded, so a long film costs no more than a short one.
constexpr unsigned kLoopSeconds = 3;

unsigned count_frames(const FilmOrder& order) {
  const auto length = std::clamp(order.length, milliseconds(0), kLongestFilm).count();
  return std::max(1U, static_cast<unsigned>((length * order.frames_per_second + 500) / 1000));
}

FilmOrder with_even_sides(FilmOrder order) {
  PixelSize& size = order.picture.size;
  size = {std::max(size.width_pixels & ~1U, 2U), std::max(size.height_pixels & ~1U, 2U)};
  return order;
}

struct Pixel {
  int red;
  int green;
  int blue;
};

// RGB to BT.709 of studio range, in 16 bits of fraction.
std::uint8_t luma(Pixel p) {
  return static_cast<std::uint8_t>((11'966 * p.red + 40'254 * p.green + 4'064 * p.blue + (16 << 16) + 32'768) >> 16);
}
std::uint8_t blue_difference(Pixel p) {
  return static_cast<std::uint8_t>((-6'596 * p.red - 22'189 * p.green + 28'784 * p.blue + (128 << 16) + 32'768) >> 16);
}
std::uint8_t red_difference(Pixel p) {
  return static_cast<std::uint8_t>((28'784 * p.red - 26'145 * p.green - 2'639 * p.blue + (128 << 16) + 32'768) >> 16);
}

// Copies a surface into the planes of a frame, its left upper corner at `left`, `top`. All four sides are even.
class Copier {
 public:
  Copier(cairo_surface_t* surface, const media::Planes& planes, int left, int top)
      : bytes_(cairo_image_surface_get_data(surface)),
        stride_bytes_(cairo_image_surface_get_stride(surface)),
        width_(cairo_image_surface_get_width(surface)),
        height_(cairo_image_surface_get_height(surface)),
        planes_(planes),
        left_(static_cast<std::size_t>(left)),
        top_(static_cast<std::size_t>(top)) {}

  void copy() const {
    for (int y = 0; y < height_; y += 2) copy_two_lines(y);
  }

 private:
  static Pixel unpack(std::uint32_t pixel) {
    return {static_cast<int>(pixel >> 16 & 255), static_cast<int>(pixel >> 8 & 255), static_cast<int>(pixel & 255)};
  }
  const std::uint32_t* line(int y) const {
    return reinterpret_cast<const std::uint32_t*>(bytes_ + static_cast<std::ptrdiff_t>(y) * stride_bytes_);
  }
  static std::uint8_t* place(const media::Planes::Plane& plane, std::size_t x, std::size_t y) {
    return plane.at + y * plane.stride_bytes + x;
  }
  void copy_two_lines(int y) const {
    const std::size_t to_y = top_ + static_cast<std::size_t>(y);
    const std::array<const std::uint32_t*, 2> from{line(y), line(y + 1)};
    const std::array<std::uint8_t*, 2> lumas{place(planes_.luma, left_, to_y), place(planes_.luma, left_, to_y + 1)};
    std::uint8_t* blues = place(planes_.blue, left_ / 2, to_y / 2);
    std::uint8_t* reds = place(planes_.red, left_ / 2, to_y / 2);
    for (int x = 0; x < width_; x += 2) {
      Pixel sum{2, 2, 2};
      for (std::size_t row = 0; row < 2; ++row) {
        for (int column = x; column < x + 2; ++column) {
          const Pixel pixel = unpack(from[row][column]);
          lumas[row][column] = luma(pixel);
          sum = {sum.red + pixel.red, sum.green + pixel.green, sum.blue + pixel.blue};
        }
      }
      const Pixel mean{sum.red / 4, sum.green / 4, sum.blue / 4};
      *blues++ = blue_difference(mean);
      *reds++ = red_difference(mean);
    }
  }

  const std::uint8_t* bytes_;
  int stride_bytes_;
  int width_;
  int height_;
  const media::Planes& planes_;
  std::size_t left_;
  std::size_t top_;
};

class Scene {
 public:
  static Result<Scene> make(const FilmOrder& order) {
    auto page = draw_page(order.picture);
    if (!page) return fail(std::move(page.error()));
    return Scene(std::move(*page), Balloon(order.picture.size, order.picture.seed),
                 kLoopSeconds * order.frames_per_second);
  }

  // Only what has changed since the frame before it.
  void draw(unsigned index, const media::Planes& planes) {
    if (index == 0) Copier(page_.get(), planes, 0, 0).copy();
    const Area reach = balloon_.reach();
    const Surface part(
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, reach.right - reach.left, reach.bottom - reach.top));
    {
      const Canvas canvas(cairo_create(part.get()));
      cairo_translate(canvas.get(), -reach.left, -reach.top);
      cairo_set_source_surface(canvas.get(), page_.get(), 0, 0);
      cairo_paint(canvas.get());
      balloon_.draw(canvas.get(), phase(index));
    }
    cairo_surface_flush(part.get());
    Copier(part.get(), planes, reach.left, reach.top).copy();
  }
  Result<std::string> print(unsigned frame) {
    {
      const Canvas canvas(cairo_create(page_.get()));
      balloon_.draw(canvas.get(), phase(frame % loop_frames_));
    }
    cairo_surface_flush(page_.get());
    return encode_png(page_.get());
  }
  unsigned loop_frames() const { return loop_frames_; }

 private:
  Scene(Surface page, Balloon balloon, unsigned loop_frames)
      : page_(std::move(page)), balloon_(balloon), loop_frames_(loop_frames) {}
  double phase(unsigned index) const { return static_cast<double>(index) / loop_frames_; }

  Surface page_;
  Balloon balloon_;
  unsigned loop_frames_;
};

// A quiet chord that swells and fades with the balloon's way.
class Chord {
 public:
  explicit Chord(const FilmOrder& order)
      : samples_(std::uint64_t{count_frames(order)} * media::kSoundRate / order.frames_per_second) {
    Dice dice(order.picture.seed);
    const double root = 130.8 * std::exp2(static_cast<double>(dice.below(12)) / 12);
    const double third = dice.below(2) == 0 ? 1.25 : 1.2;
    notes_ = {root, root * third, root * 1.5, root * 2};
  }

  void play(std::uint64_t first, std::span<float> samples) const {
    for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = at(first + i);
  }

 private:
  float at(std::uint64_t sample) const {
    constexpr double kFadeSamples = media::kSoundRate / 4.0;
    const double time = static_cast<double>(sample) / media::kSoundRate;
    double sum = 0;
    for (const double note : notes_) sum += std::sin(2 * std::numbers::pi * note * time);
    const double swell = 0.75 - 0.25 * std::cos(2 * std::numbers::pi * time / kLoopSeconds);
    const double from_end = static_cast<double>(std::min(sample, samples_ - std::min(samples_, sample)));
    return static_cast<float>(0.06 * sum * swell * std::min(1.0, from_end / kFadeSamples));
  }

  std::array<double, 4> notes_{};  // in hertz
  std::uint64_t samples_;          // of the whole film
};

// A "free" box at the end (ISO 14496-12, 8.1.2). It is a hole in the file: it travels, but takes no memory.
Status pad(int fd, std::uint64_t& bytes, std::uint64_t at_least_bytes) {
  constexpr std::uint64_t kBoxHead = 8;
  if (bytes >= at_least_bytes) return {};
  const std::uint64_t box = std::max(at_least_bytes - bytes, kBoxHead);
  const std::array<std::uint8_t, kBoxHead> head{static_cast<std::uint8_t>(box >> 24),
                                                static_cast<std::uint8_t>(box >> 16),
                                                static_cast<std::uint8_t>(box >> 8),
                                                static_cast<std::uint8_t>(box),
                                                'f',
                                                'r',
                                                'e',
                                                'e'};
  const bool written = pwrite(fd, head.data(), head.size(), static_cast<off_t>(bytes)) == kBoxHead &&
                       ftruncate(fd, static_cast<off_t>(bytes + box)) == 0;
  if (!written) return fail(Code::internal, "no memory for a film");
  bytes += box;
  return {};
}

std::uint64_t hash_order(const FilmOrder& order) {
  const Painting& picture = order.picture;
  std::uint64_t hash = 0;
  for (const std::uint64_t number :
       {std::uint64_t{picture.size.width_pixels}, std::uint64_t{picture.size.height_pixels}, picture.seed,
        picture.at_least_bytes, static_cast<std::uint64_t>(order.length.count()),
        std::uint64_t{order.frames_per_second}, std::uint64_t{order.sound}}) {
    hash = hash_text(std::to_string(number), hash);
  }
  for (const std::string& text : {picture.prompt, picture.model, picture.label}) hash = hash_text(text, hash);
  for (const std::string& reference : picture.references) hash = hash_text(reference, hash);
  return hash;
}

// What it takes in memory, which for a padded film is less than its length.
std::uint64_t held_bytes(const Film& film) {
  struct stat status{};
  if (fstat(film.file->fd(), &status) != 0) return film.bytes;
  return static_cast<std::uint64_t>(status.st_blocks) * 512;
}

}  // namespace

Result<Film> paint_film(const FilmOrder& asked) {
  const FilmOrder order = with_even_sides(asked);
  auto scene = Scene::make(order);
  if (!scene) return fail(std::move(scene.error()));
  const int fd = memfd_create("film", MFD_CLOEXEC);
  if (fd < 0) return fail(Code::internal, "no memory for a film");
  Film film{std::make_shared<const http::OpenFile>(fd)};

  const media::FilmForm form{.width_pixels = order.picture.size.width_pixels,
                             .height_pixels = order.picture.size.height_pixels,
                             .frames_per_second = order.frames_per_second,
                             .frames = count_frames(order),
                             .loop_frames = scene->loop_frames(),
                             .sound = order.sound};
  const Chord chord(order);
  DR_TRY(media::write_film(
      fd, form, [&scene](unsigned index, const media::Planes& planes) { scene->draw(index, planes); },
      [&chord](std::uint64_t first, std::span<float> samples) { chord.play(first, samples); }));
  struct stat status{};
  if (fstat(fd, &status) != 0) return fail(Code::internal, "no memory for a film");
  film.bytes = static_cast<std::uint64_t>(status.st_size);
  DR_TRY(pad(fd, film.bytes, order.picture.at_least_bytes));
  return film;
}

Result<std::string> paint_frame(const FilmOrder& asked, Moment moment) {
  const FilmOrder order = with_even_sides(asked);
  auto scene = Scene::make(order);
  if (!scene) return fail(std::move(scene.error()));
  return scene->print(moment == Moment::first ? 0 : count_frames(order) - 1);
}

Result<Film> FilmShelf::get(const FilmOrder& order) {
  const std::uint64_t key = hash_order(order);
  {
    auto held = films_.lock();
    if (const Film* film = held->find(key)) return *film;
  }
  auto film = paint_film(order);
  if (film) films_.lock()->put(key, *film, held_bytes(*film));
  return film;
}

}  // namespace darkroom::sandbox
