// The prober starts this very executable again as its workers, so main() below is part of the test.
#include "media/probe.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vips/vips.h>

#include <chrono>
#include <csignal>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "media/confinement.h"
#include "media/container.h"
#include "media/enhance.h"
#include "media/film_probe.h"

namespace darkroom::media {
namespace {

using namespace std::string_literals;

// A file in memory that holds `bytes`.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : fd_(memfd_create("picture", MFD_CLOEXEC)) {
    EXPECT_EQ(write(fd_, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { close(fd_); }
  int fd() const { return fd_; }

 private:
  int fd_;
};

// A picture of `bands` bands with something to compress, saved as `suffix` asks.
std::string saved(int width, int height, const std::string& suffix, int pages = 1, int bands = 3) {
  VipsImage* ramp = nullptr;
  VipsImage* cast = nullptr;
  VipsImage* joined = nullptr;
  EXPECT_EQ(vips_grey(&ramp, width, height * pages, "uchar", TRUE, nullptr), 0);
  VipsImage* planes[4] = {ramp, ramp, ramp, ramp};
  EXPECT_EQ(vips_bandjoin(planes, &joined, bands, nullptr), 0);
  EXPECT_EQ(vips_copy(joined, &cast, "interpretation",
                      bands == 4 && suffix.starts_with(".jpg") ? VIPS_INTERPRETATION_CMYK : VIPS_INTERPRETATION_sRGB,
                      nullptr),
            0);
  if (pages > 1) vips_image_set_int(cast, VIPS_META_PAGE_HEIGHT, height);
  void* data = nullptr;
  std::size_t size = 0;
  EXPECT_EQ(vips_image_write_to_buffer(cast, suffix.c_str(), &data, &size, nullptr), 0) << vips_error_buffer();
  std::string bytes(static_cast<const char*>(data), size);
  g_free(data);
  for (VipsImage* image : {ramp, joined, cast}) g_object_unref(image);
  return bytes;
}

std::string big_endian(std::uint32_t value) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(value >> shift);
  return text;
}
std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = ~0U;
  for (const char c : bytes) {
    crc ^= static_cast<std::uint8_t>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320U : 0U);
  }
  return ~crc;
}
std::string png_chunk(const std::string& type, const std::string& data) {
  return big_endian(static_cast<std::uint32_t>(data.size())) + type + data + big_endian(crc32(type + data));
}
// `zeros` zero bytes as a zlib stream.
std::string deflated(std::size_t zeros) {
  GZlibCompressor* compressor = g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_ZLIB, 9);
  const std::string plain(zeros, '\0');
  std::string packed(zeros / 500 + 1000, '\0');
  gsize read = 0;
  gsize written = 0;
  const GConverterResult result =
      g_converter_convert(G_CONVERTER(compressor), plain.data(), plain.size(), packed.data(), packed.size(),
                          G_CONVERTER_INPUT_AT_END, &read, &written, nullptr);
  EXPECT_EQ(result, G_CONVERTER_FINISHED);
  g_object_unref(compressor);
  packed.resize(written);
  return packed;
}
// A black PNG, greyscale of 8 bits, whose pixel data ends after `rows` rows.
std::string png(std::uint32_t width, std::uint32_t height, std::size_t rows, const std::string& extra = "") {
  return "\x89PNG\r\n\x1a\n"s + png_chunk("IHDR", big_endian(width) + big_endian(height) + "\x08\0\0\0\0"s) + extra +
         png_chunk("IDAT", deflated(rows * (width + 1))) + png_chunk("IEND", "");
}

// The process ids of this process's children, as the kernel lists them.
std::vector<pid_t> children() {
  std::vector<pid_t> pids;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream list(task.path() / "children");
    for (pid_t pid = 0; list >> pid;) pids.push_back(pid);
  }
  return pids;
}

double cpu_seconds(pid_t pid) {
  clockid_t clock = 0;
  timespec used{};
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0) return 0;
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

class ProbeTest : public testing::Test {
 protected:
  Result<Picture> probe(std::string_view bytes, const ProbeLimits& limits = {}) {
    const MemoryFile file(bytes);
    return prober_->probe(file.fd(), limits);
  }
  void expect_refused(std::string_view bytes, std::string_view part_of_sentence, const ProbeLimits& limits = {}) {
    const auto picture = probe(bytes, limits);
    ASSERT_FALSE(picture) << part_of_sentence;
    EXPECT_EQ(picture.error().code, Code::bad_media);
    EXPECT_NE(picture.error().message.find(part_of_sentence), std::string::npos) << picture.error().message;
  }
  static void SetUpTestSuite() {
    if (VIPS_INIT("probe_test") != 0) std::abort();
    vips_concurrency_set(1);
  }

  std::unique_ptr<Prober> prober_ = make_confined_prober(2);
};

TEST_F(ProbeTest, KnowsRealPictures) {
  const ProbeLimits with_gif{.accept_gif = true};
  struct Case {
    std::string bytes;
    Picture expected;
  };
  for (const Case& c :
       {Case{saved(1344, 768, ".png"), {Format::png, 1344, 768}},
        Case{saved(1024, 1024, ".png[interlace,bitdepth=8]"), {Format::png, 1024, 1024}},
        Case{saved(832, 1248, ".jpg"), {Format::jpeg, 832, 1248}},
        Case{saved(640, 480, ".jpg[interlace]"), {Format::jpeg, 640, 480}},
        Case{saved(64, 48, ".jpg", 1, 4), {Format::jpeg, 64, 48}},
        Case{saved(864, 1184, ".webp"), {Format::webp, 864, 1184}},
        Case{saved(200, 100, ".webp[lossless]"), {Format::webp, 200, 100}},
        Case{saved(50, 40, ".gif", 3), {Format::gif, 50, 40}}, Case{saved(1, 1, ".png"), {Format::png, 1, 1}}}) {
    const auto picture = probe(c.bytes, with_gif);
    ASSERT_TRUE(picture) << picture.error().message << ' ' << mime_type(c.expected.format);
    EXPECT_EQ(picture->format, c.expected.format);
    EXPECT_EQ(picture->width_pixels, c.expected.width_pixels);
    EXPECT_EQ(picture->height_pixels, c.expected.height_pixels);
  }
}

TEST_F(ProbeTest, LeavesTheFilePositionAlone) {
  const MemoryFile file(saved(64, 64, ".png"));
  ASSERT_EQ(lseek(file.fd(), 7, SEEK_SET), 7);
  ASSERT_TRUE(prober_->probe(file.fd(), {}));
  EXPECT_EQ(lseek(file.fd(), 0, SEEK_CUR), 7);
}

TEST_F(ProbeTest, RefusesEveryWayOfCutting) {
  for (const char* suffix : {".png", ".png[interlace]", ".jpg", ".jpg[interlace]", ".webp", ".webp[lossless]"}) {
    const std::string whole = saved(120, 90, suffix);
    for (std::size_t cut = 1; cut < whole.size(); cut += 1 + whole.size() / 23) {
      EXPECT_FALSE(probe(whole.substr(0, whole.size() - cut))) << suffix << " without its last " << cut;
    }
  }
}

// The frame says that all is there, the pixels do not.
TEST_F(ProbeTest, RefusesPixelsThatAreMissingInsideAWholeFrame) {
  expect_refused(png(400, 300, 200), "damaged");
  std::string flipped = saved(200, 200, ".png");
  flipped[flipped.size() / 2] = static_cast<char>(~flipped[flipped.size() / 2]);
  expect_refused(flipped, "damaged");
}

TEST_F(ProbeTest, RefusesTooManyPixelsWithoutDecodingThem) {
  const auto before = std::chrono::steady_clock::now();
  expect_refused(png(64250, 64250, 1), "too many pixels");
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(3));
  expect_refused(saved(101, 100, ".png"), "too many pixels", {.pixels = 10'000});
  EXPECT_TRUE(probe(saved(100, 100, ".png"), {.pixels = 10'000}));
}

TEST_F(ProbeTest, RefusesOtherFiles) {
  expect_refused("", "cannot be read");
  expect_refused("<!doctype html><html></html>", "not a PNG, JPEG or WebP");
  expect_refused("<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>", "not a PNG");
  expect_refused(saved(16, 16, ".tif"), "not a PNG");
  expect_refused("\0\0\0\x18"s + "ftypheic" + std::string(64, '\0'), "not a PNG");
  expect_refused("GIF89a<script>alert(1)</script>", "GIF pictures are not accepted");
}

TEST_F(ProbeTest, MakesThumbnailsOfRealPictures) {
  struct Row {
    std::string bytes;
    int width, height;
  };
  const std::vector<Row> rows = {{saved(1000, 500, ".png"), 320, 160},
                                 {saved(300, 900, ".jpg"), 107, 320},
                                 {saved(64, 48, ".webp"), 64, 48},
                                 {saved(1000, 500, ".png", 1, 4), 320, 160},
                                 {saved(640, 640, ".jpg", 1, 4), 320, 320}};
  for (const Row& row : rows) {
    const MemoryFile file(row.bytes);
    const Result<std::string> small = prober_->make_thumbnail(file.fd(), {});
    ASSERT_TRUE(small) << small.error().message;
    EXPECT_LE(small->size(), kThumbnailBytes);
    const auto header = read_header(as_bytes(*small));
    ASSERT_TRUE(header);
    EXPECT_EQ(header->format, Format::webp);
    EXPECT_NEAR(header->width_pixels, row.width, 1);
    EXPECT_NEAR(header->height_pixels, row.height, 1);
  }
}

TEST_F(ProbeTest, AThumbnailOfNoiseHasItsPlaceToo) {
  VipsImage* noise = nullptr;
  ASSERT_EQ(vips_gaussnoise(&noise, 900, 900, "mean", 128.0, "sigma", 90.0, nullptr), 0);
  void* bytes = nullptr;
  std::size_t size = 0;
  ASSERT_EQ(vips_image_write_to_buffer(noise, ".png", &bytes, &size, nullptr), 0);
  const MemoryFile file(std::string_view(static_cast<char*>(bytes), size));
  g_free(bytes);
  g_object_unref(noise);
  const Result<std::string> small = prober_->make_thumbnail(file.fd(), {});
  ASSERT_TRUE(small) << small.error().message;
  EXPECT_LE(small->size(), kThumbnailBytes);
}

TEST_F(ProbeTest, MakesNoThumbnailOfWhatIsNoPicture) {
  const std::string whole = saved(1000, 500, ".png");
  ProbeLimits few;
  few.pixels = 1000;
  const MemoryFile big(whole);
  EXPECT_EQ(prober_->make_thumbnail(big.fd(), few).error().code, Code::bad_media);
  for (const std::string& bytes : {std::string("<svg/>"), std::string(), whole.substr(0, whole.size() / 2)}) {
    const MemoryFile file(bytes);
    const Result<std::string> small = prober_->make_thumbnail(file.fd(), {});
    ASSERT_FALSE(small);
    EXPECT_EQ(small.error().code, Code::bad_media);
  }
}

TEST_F(ProbeTest, TakesGifByOptionOnly) {
  const ProbeLimits with_gif{.pixels = 10'000, .accept_gif = true};
  expect_refused(saved(50, 40, ".gif"), "GIF pictures are not accepted");
  EXPECT_TRUE(probe(saved(50, 40, ".gif", 5), with_gif));
  expect_refused(saved(50, 40, ".gif", 6), "frames have too many pixels", with_gif);
  expect_refused("GIF89a/*\0\0\0\0\0*/=1;alert(1)//<html>"s, "", with_gif);
}

TEST_F(ProbeTest, SurvivesCompressionBombs) {
  // 200 MB of text in 200 KB, thrice: each chunk alone stays within what a decoder takes at once.
  const std::string text = png_chunk("zTXt", "Comment\0\0"s + deflated(200'000'000));
  const auto picture = probe(png(8, 8, 8, text + text + text), {.cpu_seconds = 3});
  EXPECT_TRUE(picture || picture.error().code == Code::bad_media);
  const auto profile = probe(png(8, 8, 8, png_chunk("iCCP", "p\0\0"s + deflated(200'000'000))), {.cpu_seconds = 3});
  EXPECT_TRUE(profile || profile.error().code == Code::bad_media);
  EXPECT_TRUE(probe(saved(64, 64, ".png")));
}

TEST_F(ProbeTest, RefusesAProgressiveJpegOfManyScans) {
  const std::string jpeg = saved(64, 64, ".jpg[interlace]");
  const std::size_t first = jpeg.find("\xff\xda");
  std::size_t next = jpeg.find("\xff\xda", first + 2);
  const std::size_t tables = jpeg.find("\xff\xc4", first + 2);
  if (tables != std::string::npos) next = std::min(next, tables);
  ASSERT_NE(next, std::string::npos);
  std::string many = jpeg.substr(0, next);
  for (int i = 0; i < 200; ++i) many += jpeg.substr(first, next - first);
  expect_refused(many + jpeg.substr(next), "too many scans");
}

TEST_F(ProbeTest, StopsADecodeThatUsesUpItsTime) {
  // 1,800 megapixels of one bit each: seconds of work in a file of 220 KB.
  const std::string bomb = "\x89PNG\r\n\x1a\n"s +
                           png_chunk("IHDR", big_endian(30000) + big_endian(60000) + "\x01\0\0\0\0"s) +
                           png_chunk("IDAT", deflated(60000 * 3751)) + png_chunk("IEND", "");
  expect_refused(bomb, "too long", {.pixels = 2'000'000'000, .cpu_seconds = 0});
  EXPECT_TRUE(probe(saved(64, 64, ".png")));
}

TEST_F(ProbeTest, ReplacesAWorkerThatHangs) {
  ASSERT_TRUE(probe(saved(64, 64, ".png")));
  ASSERT_EQ(children().size(), 1U);
  kill(children().front(), SIGSTOP);
  expect_refused(saved(64, 64, ".png"), "too long", {.cpu_seconds = 0});
  EXPECT_TRUE(probe(saved(64, 64, ".png")));
}

TEST_F(ProbeTest, RecoversWhenAWorkerIsKilledOverAPicture) {
  ASSERT_TRUE(probe(saved(64, 64, ".png")));
  ASSERT_EQ(children().size(), 1U);
  const pid_t worker = children().front();
  const double before = cpu_seconds(worker);
  const std::string slow = png(8000, 8000, 8000);
  Result<Picture> picture = fail(Code::internal);
  std::thread caller([&] { picture = probe(slow, {.cpu_seconds = 60}); });
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (cpu_seconds(worker) < before + 0.05 && std::chrono::steady_clock::now() < give_up) std::this_thread::yield();
  kill(worker, SIGKILL);
  caller.join();
  ASSERT_FALSE(picture);
  EXPECT_EQ(picture.error().code, Code::bad_media);
  EXPECT_TRUE(probe(saved(64, 64, ".png")));
}

TEST_F(ProbeTest, ReplacesAWorkerThatEndedWhileItRested) {
  ASSERT_TRUE(probe(saved(64, 64, ".png")));
  ASSERT_EQ(children().size(), 1U);
  const pid_t worker = children().front();
  kill(worker, SIGKILL);
  siginfo_t info{};
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(worker), &info, WEXITED | WNOWAIT), 0);
  EXPECT_TRUE(probe(saved(64, 64, ".png")));
}

TEST_F(ProbeTest, StartsNoMoreWorkersThanItMayAndEndsThem) {
  EXPECT_TRUE(children().empty());
  std::vector<std::thread> callers;
  for (int i = 0; i < 6; ++i) callers.emplace_back([&] { EXPECT_TRUE(probe(saved(300, 300, ".png"))); });
  for (std::thread& caller : callers) caller.join();
  const auto count = children().size();
  EXPECT_GE(count, 1U);
  EXPECT_LE(count, 2U);
  prober_.reset();
  EXPECT_TRUE(children().empty());
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_F(ProbeTest, KeepsADecodeWithinItsMemory) {
  // Interlaced pictures have to be held whole: 36 megapixels of four bytes are more than 64 MiB.
  const std::string wide = saved(6000, 6000, ".png[interlace]");
  EXPECT_FALSE(probe(wide, {.memory_bytes = 64 << 20}));
  EXPECT_TRUE(probe(wide, {.cpu_seconds = 20}));
}
#endif

// Runs `what` in a fresh confined process of this executable; gives its wait status.
int after_confinement(std::string what) {
  std::string program = "probe_test";
  std::string command = "confined";
  char* arguments[] = {program.data(), command.data(), what.data(), nullptr};
  pid_t child = -1;
  EXPECT_EQ(posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, arguments, environ), 0);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return status;
}

TEST(Confinement, KillsOrRefusesWhatADecoderHasNoUseFor) {
  for (const char* fatal : {"socket", "fork", "exec", "code", "signal", "limits", "session", "place", "writer socket",
                            "writer fork", "writer exec", "writer code", "writer signal", "writer limits"}) {
    const int status = after_confinement(fatal);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS) << fatal << ' ' << status;
  }
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  const auto refusals = {"open", "writer open"};  // the sanitizers' runtime has to write
#else
  const auto refusals = {"open", "write", "writer open", "writer write"};
#endif
  for (const char* refused : refusals) {
    const int status = after_confinement(refused);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << refused << ' ' << status;
  }
  for (const char* allowed : {"memory", "writer memory", "writer place"}) {
    const int status = after_confinement(allowed);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << allowed << ' ' << status;
  }
}

// The other side of after_confinement(): 0 when the call was refused, or allowed where it should be.
int try_confined(std::string_view what) {
  // The right to write is to files that it was handed; everything else stays refused.
  const bool may_write = what.starts_with("writer ");
  const int file = memfd_create("handed", 0);
  if (!confine_this_process(may_write ? Rights::compute_and_write : Rights::compute)) return 9;
  if (may_write) what.remove_prefix(what.find(' ') + 1);
  if (what == "place") return pwrite(file, "x", 1, 0) == 1 ? 0 : 2;
  if (what == "socket") return socket(AF_INET, SOCK_STREAM, 0) < 0 ? 1 : 2;
  if (what == "fork") return vfork() == 0 ? 1 : 2;
  if (what == "exec") return execl("/bin/true", "true", nullptr) < 0 ? 1 : 2;
  if (what == "code")
    return mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? 1 : 2;
  if (what == "signal") return kill(getppid(), 0) != 0 ? 1 : 2;
  if (what == "session") return setsid() < 0 ? 1 : 2;
  if (what == "limits") {
    const rlimit wide{RLIM_INFINITY, RLIM_INFINITY};
    return setrlimit(RLIMIT_CPU, &wide) != 0 ? 1 : 2;
  }
  if (what == "open") return open("/etc/passwd", O_RDONLY) < 0 && errno == EACCES ? 0 : 2;
  if (what == "write") return write(2, "x", 1) < 0 && errno == EACCES ? 0 : 2;
  if (what == "memory")
    return mmap(nullptr, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED ? 0 : 2;
  return 3;
}

}  // namespace
}  // namespace darkroom::media

int main(int argc, char** argv) {
  const std::string_view command = argc > 2 ? argv[1] : "";
  if (command == "media-worker") return darkroom::media::run_media_worker(argv[2][0] - '0');
  if (command == "film-worker") return darkroom::media::run_film_worker(argv[2][0] - '0');
  if (command == "enhance-worker") return darkroom::media::run_enhance_worker(argv[2][0] - '0');
  if (command == "confined") _exit(darkroom::media::try_confined(argv[2]));
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
