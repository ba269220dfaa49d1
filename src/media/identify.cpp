#include "media/identify.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include "media/container.h"

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

}  // namespace

Result<Picture> identify(int fd, std::uint64_t pixels_limit) {
  const Mapping file(fd);
  if (file.bytes().empty()) return fail(Code::bad_media, "the file is empty");
  const auto header = read_header(file.bytes());
  if (!header) return fail(Code::bad_media, "the file is not a supported picture");
  if (std::uint64_t{header->width_pixels} * header->height_pixels > pixels_limit) {
    return fail(Code::bad_media, "the picture has too many pixels");
  }
  if (!walk_container(file.bytes(), header->format)) return fail(Code::bad_media, "the picture is cut off or damaged");
  return Picture{header->format, header->width_pixels, header->height_pixels};
}

}  // namespace darkroom::media
