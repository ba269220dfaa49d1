#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <vips/vips.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "media/confinement.h"
#include "media/probe.h"
#include "media/worker_wire.h"

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

// A received picture, mapped: the descriptor's position stays where it is, as the caller was promised.
class Mapping {
 public:
  Mapping(int fd, std::uint64_t size) : size_(static_cast<std::size_t>(size)) {
    if (size_ == 0) return;
    void* at = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd, 0);
    if (at != MAP_FAILED) at_ = at;
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() {
    if (at_) munmap(at_, size_);
  }
  bool ok() const { return at_ != nullptr; }
  ByteView bytes() const { return ByteView(static_cast<const std::uint8_t*>(at_), size_); }

 private:
  void* at_ = nullptr;
  std::size_t size_;
};

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

Verdict check_cost(const Header& header, const Extent& extent, const Question& question) {
  const std::uint64_t pixels = std::uint64_t{header.width_pixels} * header.height_pixels;
  // The frames of a moving picture count together: that many pixels would have to be decoded.
  if (extent.frames > question.pixels / pixels) return Verdict::too_many_frames;
  if (extent.scans > kMaxScans) return Verdict::too_many_scans;
  return Verdict::ok;
}

Answer examine(ByteView bytes, const Question& question) {
  const auto header = read_header(bytes);
  if (!header) return {.verdict = header.error()};
  if (header->format == Format::gif && !question.accept_gif) return {.verdict = Verdict::gif_not_accepted};
  const std::uint64_t pixels = std::uint64_t{header->width_pixels} * header->height_pixels;
  if (pixels > question.pixels) return {.verdict = Verdict::too_many_pixels};
  const auto extent = walk_container(bytes, header->format);
  if (!extent) return {.verdict = extent.error()};
  if (const Verdict cost = check_cost(*header, *extent, question); cost != Verdict::ok) return {.verdict = cost};

  const Image image = open_image(bytes, header->format);
  const bool as_announced = image && std::cmp_equal(image->Xsize, header->width_pixels) &&
                            std::cmp_equal(vips_image_get_page_height(image.get()), header->height_pixels);
  const bool whole = as_announced && decode_all(image.get());
  vips_error_clear();
  if (!whole) return {.verdict = Verdict::damaged};
  return {Verdict::ok, header->format, header->width_pixels, header->height_pixels};
}

// The next question and its descriptor. False at the end of the conversation or when nothing came for kIdleSeconds.
bool receive(int socket, Question& question, int& picture) {
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
  iovec part{&question, sizeof(question)};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) != sizeof(question)) return false;
  const cmsghdr* rights = CMSG_FIRSTHDR(&message);
  if (!rights || rights->cmsg_type != SCM_RIGHTS || rights->cmsg_len != CMSG_LEN(sizeof(int))) return false;
  std::memcpy(&picture, CMSG_DATA(rights), sizeof(int));
  return true;
}

template <class Packet>
bool send_packet(int socket, const Packet& packet) {
  Packet copy = packet;
  iovec part{&copy, sizeof(copy)};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  return sendmsg(socket, &message, MSG_NOSIGNAL) == sizeof(copy);
}

// The address space in use now, so that the parent can allow a picture that much more.
std::uint64_t address_space_bytes() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return 0;  // The sanitizers' shadow is terabytes of address space.
#else
  const std::unique_ptr<FILE, int (*)(FILE*)> statm(std::fopen("/proc/self/statm", "re"), &std::fclose);
  unsigned long long pages = 0;
  if (!statm || std::fscanf(statm.get(), "%llu", &pages) != 1) return 0;
  return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
#endif
}

GLogWriterOutput drop_log(GLogLevelFlags, const GLogField*, gsize, gpointer) { return G_LOG_WRITER_HANDLED; }

// Only the loaders that a picture may need; no caches, and no talk: the filter would end it.
bool start_vips() {
  setenv("VIPS_BLOCK_UNTRUSTED", "1", 1);
  setenv("VIPS_CONCURRENCY", "1", 1);
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
  const timeval idle{kIdleSeconds, 0};
  if (setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &idle, sizeof(idle)) != 0) return 1;
  prctl(PR_SET_NAME, "media-worker");
  if (!start_vips()) return 1;
  const Hello hello{address_space_bytes()};
  if (!confine_this_process()) return 1;
  if (!send_packet(socket, hello)) return 1;
  for (;;) {
    Question question;
    int picture = -1;
    if (!receive(socket, question, picture)) _exit(0);
    Answer answer;
    {
      const Mapping mapping(picture, question.file_bytes);
      close(picture);
      if (mapping.ok()) answer = examine(mapping.bytes(), question);
    }
    if (!send_packet(socket, answer)) _exit(0);
  }
}

}  // namespace darkroom::media
