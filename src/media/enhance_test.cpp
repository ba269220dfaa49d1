// The worker is this very executable, started again; main() is in probe_test.cpp.
#include "media/enhance.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "media/film_probe.h"
#include "tests/support/repository.h"

namespace darkroom::media {
namespace {

class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes = {}) : fd_(memfd_create("film", MFD_CLOEXEC)) {
    EXPECT_EQ(write(fd_, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { close(fd_); }
  int fd() const { return fd_; }

 private:
  int fd_;
};

std::string sample(const std::string& name) { return test::read_repository_file("tests/media/" + name); }

Result<Film> enhanced(const MemoryFile& input, const MemoryFile& output, EnhanceOrder order) {
  order.input_fd = input.fd();
  order.output_fd = output.fd();
  return enhance(order);
}

TEST(Enhance, MakesFilmsLargerAndSmoother) {
  struct Row {
    const char* name;
    std::uint32_t short_side;
    double rate;
    EnhanceQuality quality;
    Film film;
  };
  const auto film = [](std::uint32_t width, std::uint32_t height, double rate, bool audio) {
    return Film{FilmFormat::mp4, 1000, width, height, rate, audio};
  };
  using enum EnhanceQuality;
  for (const Row& row : {Row{"vp9_opus.webm", 720, 0, standard, film(960, 720, 12, true)},
                         Row{"vp9_opus.webm", 96, 30, professional, film(128, 96, 30, true)},
                         Row{"hevc.mov", 96, 24, standard, film(128, 96, 24, false)},
                         Row{"turned.mov", 96, 6, standard, film(96, 128, 6, false)},
                         Row{"fragments.mp4", 64, 0, professional, film(86, 64, 12, false)},
                         Row{"av1.mp4", 96, 0, standard, film(128, 96, 12, false)}}) {
    const MemoryFile input(sample(row.name));
    const MemoryFile output;
    ASSERT_EQ(lseek(input.fd(), 5, SEEK_SET), 5);
    std::vector<double> told;
    EnhanceOrder order;
    order.short_side_pixels = row.short_side;
    order.frame_rate = row.rate;
    order.quality = row.quality;
    order.progress = [&told](double part) { told.push_back(part); };
    const auto made = enhanced(input, output, order);
    ASSERT_TRUE(made) << row.name << ": " << made.error().message;
    EXPECT_EQ(made->duration_milliseconds, row.film.duration_milliseconds) << row.name;
    EXPECT_EQ(made->width_pixels, row.film.width_pixels) << row.name;
    EXPECT_EQ(made->height_pixels, row.film.height_pixels) << row.name;
    EXPECT_NEAR(made->frame_rate, row.film.frame_rate, 0.02) << row.name;
    EXPECT_EQ(made->has_audio, row.film.has_audio) << row.name;
    EXPECT_EQ(lseek(input.fd(), 0, SEEK_CUR), 5);
    EXPECT_FALSE(told.empty());
    EXPECT_TRUE(std::ranges::is_sorted(told));
    // A decoder agrees with the tables.
    const auto probed = make_film_prober(1)->probe_film(output.fd(), {});
    ASSERT_TRUE(probed) << row.name << ": " << probed.error().message;
    EXPECT_EQ(probed->width_pixels, row.film.width_pixels) << row.name;
    EXPECT_EQ(probed->duration_milliseconds, row.film.duration_milliseconds) << row.name;
  }
}

TEST(Enhance, EncodesSoundThatMp4CannotHold) {
  const MemoryFile input(sample("pcm.mov"));
  const MemoryFile output;
  const auto made = enhanced(input, output, {.short_side_pixels = 64});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_TRUE(made->has_audio);
  EXPECT_EQ(made->duration_milliseconds, 500U);
}

TEST(Enhance, RefusesWhatIsNoFilmOrTooMuch) {
  const auto refusal = [](const std::string& bytes, const EnhanceLimits& limits = {}) {
    const MemoryFile input(bytes);
    const MemoryFile output;
    const auto made = enhanced(input, output, {.short_side_pixels = 96, .limits = limits});
    if (made) return std::string("accepted");
    EXPECT_EQ(made.error().code, Code::bad_media);
    return made.error().message;
  };
  const std::string film = sample("hevc.mov");
  EXPECT_EQ(refusal(""), "the file cannot be read as a video");
  EXPECT_EQ(refusal("#EXTM3U\nfile:///etc/passwd\n"), "the file is not an MP4, MOV or WebM video");
  EXPECT_EQ(refusal(sample("tone.mp3")), "the file is not an MP4, MOV or WebM video");
  EXPECT_EQ(refusal(film.substr(0, film.size() / 2)), "the video is cut off");
  EXPECT_EQ(refusal(sample("ffv1.mov")), "the video is encoded in a way that is not supported");
  EXPECT_EQ(refusal(film, {.milliseconds = 999}), "the video is too long");
  EXPECT_EQ(refusal(film, {.pixels = 64 * 48 - 1}), "the video has too many pixels");
  EXPECT_EQ(refusal(film, {.output_bytes = 2000}), "the video cannot be enhanced within the limits");
  EXPECT_EQ(refusal(film), "accepted");
}

// Whatever a byte is changed to, the call comes back.
TEST(Enhance, SurvivesDamage) {
  const std::string whole = sample("vp9_opus.webm");
  for (std::size_t at = 100; at < whole.size(); at += 1 + whole.size() / 7) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(~bytes[at]);
    const MemoryFile input(bytes);
    const MemoryFile output;
    const auto made = enhanced(input, output, {.short_side_pixels = 64, .limits = {.cpu_seconds = 20}});
    EXPECT_TRUE(made || made.error().code == Code::bad_media) << at << ' ' << made.error().message;
  }
}

TEST(Enhance, EndsWhenItIsToldTo) {
  const MemoryFile input(sample("vp9_opus.webm"));
  const MemoryFile output;
  const std::atomic<bool> cancel = true;
  const auto cancelled = enhanced(input, output, {.short_side_pixels = 2160, .cancel = &cancel});
  ASSERT_FALSE(cancelled);
  EXPECT_EQ(cancelled.error().code, Code::cancelled);
  const auto late = enhanced(input, output, {.limits = {.wall_time = std::chrono::milliseconds(0)}});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Code::deadline_exceeded);
}

}  // namespace
}  // namespace darkroom::media
