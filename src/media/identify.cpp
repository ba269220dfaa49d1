#include "media/identify.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include "media/container.h"
#include "media/film_container.h"
#include "media/sound_container.h"

namespace darkroom::media {
namespace {

class Mapping {
 public:
  explicit Mapping(int fd) {
    struct stat status{};
    if (::fstat(fd, &status) != 0 || status.st_size <= 0) return;
    size_ = static_cast<std::size_t>(status.st_size);
    address_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd, 0);
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() {
    if (address_ != MAP_FAILED) ::munmap(address_, size_);
  }
  ByteView bytes() const {
    if (address_ == MAP_FAILED) return {};
    return {static_cast<const std::uint8_t*>(address_), size_};
  }

 private:
  void* address_ = MAP_FAILED;
  std::size_t size_ = 0;
};

Result<Picture> identify_picture(ByteView bytes, std::uint64_t pixels_limit) {
  const auto header = read_header(bytes);
  if (!header) return fail(Code::bad_media, "the file is not a supported picture");
  if (std::uint64_t{header->width_pixels} * header->height_pixels > pixels_limit) {
    return fail(Code::bad_media, "the picture has too many pixels");
  }
  if (!walk_container(bytes, header->format)) return fail(Code::bad_media, "the picture is cut off or damaged");
  return Picture{header->format, header->width_pixels, header->height_pixels};
}

Result<Medium> identify_film(ByteView bytes, std::uint64_t pixels_limit) {
  const auto header = read_film_header(bytes);
  if (!header) return fail(Code::bad_media, sentence(header.error(), "video"));
  if (!header->has_pictures) return Sound{SoundFormat::m4a, header->duration_milliseconds};
  if (std::uint64_t{header->width_pixels} * header->height_pixels > pixels_limit) {
    return fail(Code::bad_media, sentence(Verdict::too_many_pixels, "video"));
  }
  return Film{header->format,       header->duration_milliseconds,
              header->width_pixels, header->height_pixels,
              header->frame_rate,   header->has_sound};
}

}  // namespace

Result<Picture> identify(int fd, std::uint64_t pixels_limit) {
  const Mapping file(fd);
  if (file.bytes().empty()) return fail(Code::bad_media, "the file is empty");
  return identify_picture(file.bytes(), pixels_limit);
}

Result<Medium> identify_any(int fd, std::uint64_t pixels_limit) {
  const Mapping file(fd);
  const ByteView bytes = file.bytes();
  if (bytes.empty()) return fail(Code::bad_media, "the file is empty");
  if (looks_like_film(bytes)) return identify_film(bytes, pixels_limit);
  if (const auto sound = find_sound_format(bytes)) return Sound{*sound};
  const auto picture = identify_picture(bytes, pixels_limit);
  if (!picture) return fail(picture.error());
  return *picture;
}

}  // namespace darkroom::media
