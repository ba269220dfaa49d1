#include <unistd.h>
#include <vips/vips.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <utility>

#include "media/container.h"
#include "media/probe.h"
#include "media/thumbnail.h"
#include "media/worker_side.h"

namespace darkroom::media {
namespace {

// A progressive JPEG may ask for a pass over the whole picture with every scan; cameras and encoders use about ten.
constexpr std::uint64_t kMaxScans = 100;
// Pixels decoded at a time.
constexpr std::uint64_t kStripPixels = 1 << 20;

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
using Image = std::unique_ptr<VipsImage, Unref>;

Image open_image(ByteView bytes, Format format) {
  VipsImage* image = nullptr;
  void* data = const_cast<std::uint8_t*>(bytes.data());
  const std::size_t size = bytes.size();
  constexpr auto kAccess = VIPS_ACCESS_SEQUENTIAL;
  // Errors and missing data fail; a mere warning does not, since cameras and encoders cause them.
  constexpr auto kFailOn = VIPS_FAIL_ON_ERROR;
  constexpr int kAllFrames = -1;
  switch (format) {
    case Format::png: vips_pngload_buffer(data, size, &image, "access", kAccess, "fail_on", kFailOn, nullptr); break;
    case Format::jpeg: vips_jpegload_buffer(data, size, &image, "access", kAccess, "fail_on", kFailOn, nullptr); break;
    case Format::webp:
      vips_webpload_buffer(data, size, &image, "access", kAccess, "fail_on", kFailOn, "n", kAllFrames, nullptr);
      break;
    case Format::gif:
      vips_gifload_buffer(data, size, &image, "access", kAccess, "fail_on", kFailOn, "n", kAllFrames, nullptr);
      break;
  }
  return Image(image);
}

// Pulls every pixel through the decoder, a strip at a time and on this thread.
bool decode_all(VipsImage* image) {
  const std::unique_ptr<VipsRegion, Unref> region(vips_region_new(image));
  const int step =
      static_cast<int>(std::clamp<std::uint64_t>(kStripPixels / static_cast<std::uint64_t>(image->Xsize), 1, 128));
  for (int top = 0; top < image->Ysize; top += step) {
    const VipsRect strip{0, top, image->Xsize, std::min(step, image->Ysize - top)};
    if (vips_region_prepare(region.get(), &strip) != 0) return false;
  }
  return true;
}

Verdict check_cost(const Header& header, const Extent& extent, const PictureQuestion& question) {
  const std::uint64_t pixels = std::uint64_t{header.width_pixels} * header.height_pixels;
  // The frames of a moving picture count together: that many pixels would have to be decoded.
  if (extent.frames > question.pixels / pixels) return Verdict::too_many_frames;
  if (extent.scans > kMaxScans) return Verdict::too_many_scans;
  return Verdict::ok;
}

PictureAnswer examine(ByteView bytes, const PictureQuestion& question, std::span<std::uint8_t> room) {
  const auto header = read_header(bytes);
  if (!header) return {.verdict = header.error()};
  if (header->format == Format::gif && !question.accept_gif) return {.verdict = Verdict::gif_not_accepted};
  const std::uint64_t pixels = std::uint64_t{header->width_pixels} * header->height_pixels;
  if (pixels > question.pixels) return {.verdict = Verdict::too_many_pixels};
  const auto extent = walk_container(bytes, header->format);
  if (!extent) return {.verdict = extent.error()};
  if (const Verdict cost = check_cost(*header, *extent, question); cost != Verdict::ok) return {.verdict = cost};

  const PictureAnswer fine{Verdict::ok, header->format, header->width_pixels, header->height_pixels};
  if (!room.empty()) {
    PictureAnswer answer = fine;
    answer.thumbnail_bytes = make_thumbnail(bytes, question.thumbnail_side_pixels, room).value_or(0);
    vips_error_clear();
    return answer;
  }
  const Image image = open_image(bytes, header->format);
  const bool as_announced = image && std::cmp_equal(image->Xsize, header->width_pixels) &&
                            std::cmp_equal(vips_image_get_page_height(image.get()), header->height_pixels);
  const bool whole = as_announced && decode_all(image.get());
  vips_error_clear();
  if (!whole) return {.verdict = Verdict::damaged};
  return fine;
}

GLogWriterOutput drop_log(GLogLevelFlags, const GLogField*, gsize, gpointer) { return G_LOG_WRITER_HANDLED; }

// Only the loaders that a picture may need; no caches, and no talk: the filter would end it.
bool start_vips() {
  setenv("VIPS_BLOCK_UNTRUSTED", "1", 1);
  setenv("VIPS_CONCURRENCY", "1", 1);
  setenv("VIPS_NOVECTOR", "1", 1);  // code that is made while it runs: the filter would end the process
  g_log_set_writer_func(&drop_log, nullptr, nullptr);
  if (VIPS_INIT("darkroom") != 0) return false;
  vips_cache_set_max(0);
  vips_operation_block_set("VipsForeignLoad", TRUE);
  for (const char* loader :
       {"VipsForeignLoadPng", "VipsForeignLoadJpeg", "VipsForeignLoadWebp", "VipsForeignLoadNsgif"}) {
    vips_operation_block_set(loader, FALSE);
  }
  return true;
}

}  // namespace

int run_media_worker(int socket) {
  if (!begin_worker(socket, "media-worker")) return 1;
  if (!start_vips() || !confine_worker(socket)) return 1;
  for (PictureQuestion question;;) {
    Files files;
    if (!take_question(socket, std::as_writable_bytes(std::span(&question, 1)), files)) _exit(0);
    PictureAnswer answer;
    {
      const Mapping picture(files[0], question.file_bytes);
      const bool with_room = question.thumbnail_bytes > 0 && files.size() > 1;
      Mapping room(with_room ? files[1] : -1, with_room ? question.thumbnail_bytes : 0, Mapping::Access::write);
      const auto writable = room.ok() ? room.writable() : std::span<std::uint8_t>();
      if (picture.ok() && with_room == room.ok()) answer = examine(picture.bytes(), question, writable);
    }
    if (!give_answer(socket, std::as_bytes(std::span(&answer, 1)))) _exit(0);
  }
}

}  // namespace darkroom::media
