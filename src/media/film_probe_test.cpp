// The prober starts this very executable again as its workers; main() is in probe_test.cpp.
#include "media/film_probe.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "media/film_writer.h"
#include "media/identify.h"
#include "tests/support/repository.h"

namespace darkroom::media {
namespace {

// A file in memory.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes = {}) : fd_(memfd_create("film", MFD_CLOEXEC)) {
    EXPECT_EQ(write(fd_, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { close(fd_); }
  int fd() const { return fd_; }
  std::string bytes() const {
    std::string bytes(static_cast<std::size_t>(lseek(fd_, 0, SEEK_END)), '\0');
    EXPECT_EQ(pread(fd_, bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
    return bytes;
  }

 private:
  int fd_;
};

std::string sample(const std::string& name) { return test::read_repository_file("tests/media/" + name); }

// A film of a bright block on a dark ground.
std::string written(std::uint32_t width, std::uint32_t height, unsigned frames, bool sound = false) {
  const MemoryFile file;
  const FilmForm form{width, height, 24, frames, std::min(frames, 24U), sound};
  const auto fill = [](const Planes::Plane& plane, std::size_t wide, std::size_t high, std::uint8_t value) {
    for (std::size_t y = 0; y < high; ++y) std::fill_n(plane.at + y * plane.stride_bytes, wide, value);
  };
  const auto draw = [&](unsigned index, const Planes& planes) {
    fill(planes.luma, width, height, 40);
    fill(planes.luma, std::min(width, 16 + index), 16, 200);
    fill(planes.blue, width / 2, height / 2, 110);
    fill(planes.red, width / 2, height / 2, 150);
  };
  const auto play = [](std::uint64_t, std::span<float> samples) { std::ranges::fill(samples, 0.1F); };
  EXPECT_TRUE(write_film(file.fd(), form, draw, play));
  return file.bytes();
}

class FilmProbeTest : public testing::Test {
 protected:
  Result<Film> film(const std::string& bytes, const FilmLimits& limits = {}) {
    const MemoryFile file(bytes);
    return prober_->probe_film(file.fd(), limits);
  }
  Result<Sound> sound(const std::string& bytes, const FilmLimits& limits = {}) {
    const MemoryFile file(bytes);
    return prober_->probe_sound(file.fd(), limits);
  }
  template <class T>
  static std::string refusal(const Result<T>& result) {
    if (result) return "accepted";
    EXPECT_EQ(result.error().code, Code::bad_media) << result.error().message;
    return result.error().message;
  }

  std::unique_ptr<FilmProber> prober_ = make_film_prober(1);
};

TEST_F(FilmProbeTest, KnowsRealFilms) {
  struct Row {
    const char* name;
    Film film;
  };
  for (const Row& row : {Row{"av1.mp4", {FilmFormat::mp4, 1000, 64, 48, 12, false}},
                         Row{"fragments.mp4", {FilmFormat::mp4, 1000, 64, 48, 12, false}},
                         Row{"hevc.mov", {FilmFormat::mov, 1000, 64, 48, 12, false}},
                         Row{"turned.mov", {FilmFormat::mov, 1000, 48, 64, 12, false}},
                         Row{"vp8.webm", {FilmFormat::webm, 1000, 64, 48, 12, false}},
                         Row{"vp9_opus.webm", {FilmFormat::webm, 1000, 64, 48, 12, true}}}) {
    const auto found = film(sample(row.name));
    ASSERT_TRUE(found) << row.name << ": " << found.error().message;
    EXPECT_EQ(found->format, row.film.format) << row.name;
    EXPECT_NEAR(static_cast<double>(found->duration_milliseconds), 1000, 1) << row.name;
    EXPECT_EQ(found->width_pixels, row.film.width_pixels) << row.name;
    EXPECT_EQ(found->height_pixels, row.film.height_pixels) << row.name;
    EXPECT_NEAR(found->frame_rate, row.film.frame_rate, 0.02) << row.name;
    EXPECT_EQ(found->has_audio, row.film.has_audio) << row.name;
  }
}

TEST_F(FilmProbeTest, AgreesWithTheWalkThroughTheBoxes) {
  for (const bool with_sound : {false, true}) {
    const MemoryFile file(written(320, 180, 96, with_sound));
    ASSERT_EQ(lseek(file.fd(), 7, SEEK_SET), 7);
    const auto probed = prober_->probe_film(file.fd(), {});
    ASSERT_TRUE(probed) << probed.error().message;
    EXPECT_EQ(lseek(file.fd(), 0, SEEK_CUR), 7);
    const auto walked = std::get<Film>(*identify_any(file.fd(), 1'000'000));
    EXPECT_EQ(probed->duration_milliseconds, 4000U);
    EXPECT_EQ(walked.duration_milliseconds, 4000U);
    EXPECT_DOUBLE_EQ(probed->frame_rate, walked.frame_rate);
    EXPECT_EQ(probed->width_pixels, walked.width_pixels);
    EXPECT_EQ(probed->height_pixels, walked.height_pixels);
    EXPECT_EQ(probed->has_audio, with_sound);
    EXPECT_EQ(walked.has_audio, with_sound);
  }
}

TEST_F(FilmProbeTest, KnowsRealSounds) {
  struct Row {
    const char* name;
    SoundFormat format;
  };
  for (const Row& row :
       {Row{"tone.mp3", SoundFormat::mp3}, Row{"cover.mp3", SoundFormat::mp3}, Row{"tone.aac", SoundFormat::aac},
        Row{"tone.m4a", SoundFormat::m4a}, Row{"tone.wav", SoundFormat::wav}, Row{"vorbis.ogg", SoundFormat::ogg},
        Row{"opus.ogg", SoundFormat::ogg}}) {
    const auto found = sound(sample(row.name));
    ASSERT_TRUE(found) << row.name << ": " << found.error().message;
    EXPECT_EQ(found->format, row.format) << row.name;
    // Encoders add up to a tenth of a second.
    EXPECT_NEAR(static_cast<double>(found->duration_milliseconds), 1050, 90) << row.name;
  }
}

TEST_F(FilmProbeTest, RefusesOtherKinds) {
  EXPECT_EQ(refusal(film("")), "the file cannot be read as a video");
  EXPECT_EQ(refusal(sound("")), "the file cannot be read as audio");
  for (const std::string& bytes : {std::string("<html>"), sample("tone.mp3"), sample("tone.m4a"), sample("vp8.mkv")}) {
    EXPECT_EQ(refusal(film(bytes)), "the file is not an MP4, MOV or WebM video");
  }
  for (const std::string& bytes : {std::string("<html>"), sample("av1.mp4"), sample("vp8.webm")}) {
    EXPECT_EQ(refusal(sound(bytes)), "the file is not an MP3, WAV, M4A, AAC or Ogg audio file");
  }
  EXPECT_EQ(refusal(film(sample("ffv1.mov"))), "the video is encoded in a way that is not supported");
  // Lists that name other files, in the words of the formats that have them.
  EXPECT_EQ(refusal(film("#EXTM3U\n#EXTINF:10\nfile:///etc/passwd\n#EXT-X-ENDLIST\n")),
            "the file is not an MP4, MOV or WebM video");
  EXPECT_EQ(refusal(film("ffconcat version 1.0\nfile /etc/passwd\n")), "the file is not an MP4, MOV or WebM video");
}

TEST_F(FilmProbeTest, RefusesWhatIsNotWholeOrTooMuch) {
  const std::string whole = written(320, 180, 48, true);
  for (std::size_t length = 1; length < whole.size(); length += 1 + whole.size() / 17) {
    EXPECT_NE(refusal(film(whole.substr(0, length))), "accepted") << length;
  }
  EXPECT_EQ(refusal(film(whole, {.pixels = 320 * 180 - 1})), "the video has too many pixels");
  EXPECT_EQ(refusal(film(sample("vp8.webm"), {.pixels = 64 * 48 - 1})), "the video has too many pixels");
  EXPECT_EQ(refusal(film(whole, {.milliseconds = 1999})), "the video is too long");
  EXPECT_EQ(refusal(sound(sample("tone.mp3"), {.milliseconds = 500})), "the audio is too long");
  EXPECT_TRUE(film(whole, {.pixels = 320 * 180, .milliseconds = 2000}));
  // All boxes are there, the pictures are not.
  std::string blank = whole;
  const std::size_t data = blank.find("mdat") + 4;
  std::fill(blank.begin() + static_cast<std::ptrdiff_t>(data), blank.end(), '\xff');
  EXPECT_EQ(refusal(film(blank)), "the video is damaged");
}

// A header may say what it likes: what counts are the samples.
TEST_F(FilmProbeTest, DoesNotBelieveTheHeader) {
  std::string film_bytes = written(64, 64, 48);
  const std::size_t head = film_bytes.find("mvhd") + 4;
  film_bytes.replace(head + 16, 4, std::string(3, '\0') + '\1');
  const auto found = film(film_bytes);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->duration_milliseconds, 2000U);
}

// Whatever a byte is changed to, there is an answer, and the next film gets one too.
TEST_F(FilmProbeTest, SurvivesDamage) {
  for (const std::string& whole : {written(64, 64, 24, true), sample("vp9_opus.webm"), sample("hevc.mov")}) {
    for (std::size_t at = 0; at < whole.size(); at += 1 + whole.size() / 41) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(~bytes[at]);
      const auto found = film(bytes);
      EXPECT_TRUE(found || found.error().code == Code::bad_media) << at;
    }
    EXPECT_TRUE(film(whole));
  }
}

TEST_F(FilmProbeTest, WritesTheFirstFrameAsAPicture) {
  struct Row {
    std::string bytes;
    std::uint32_t width;
    std::uint32_t height;
  };
  for (const Row& row :
       {Row{written(320, 180, 24), 320, 180}, Row{written(2560, 1440, 1), 1280, 720},
        Row{written(144, 2560, 1), 72, 1280}, Row{sample("vp9_opus.webm"), 64, 48}, Row{sample("hevc.mov"), 64, 48}}) {
    const MemoryFile file(row.bytes);
    const MemoryFile picture;
    const auto preview = prober_->preview_film(file.fd(), picture.fd(), {});
    ASSERT_TRUE(preview) << preview.error().message;
    const auto probed = prober_->probe_film(file.fd(), {});
    ASSERT_TRUE(probed) << probed.error().message;
    EXPECT_EQ(preview->film.duration_milliseconds, probed->duration_milliseconds);
    EXPECT_EQ(preview->film.width_pixels, probed->width_pixels);
    const auto& poster = preview->poster;
    ASSERT_TRUE(poster);
    const auto found = identify(picture.fd(), 10'000'000);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->format, Format::jpeg);
    EXPECT_EQ(found->width_pixels, row.width);
    EXPECT_EQ(found->height_pixels, row.height);
    EXPECT_EQ(poster->width_pixels, row.width);
    EXPECT_EQ(poster->height_pixels, row.height);
  }
  const MemoryFile file("no film");
  const MemoryFile picture;
  EXPECT_EQ(refusal(prober_->preview_film(file.fd(), picture.fd(), {})), "the file is not an MP4, MOV or WebM video");
  EXPECT_EQ(picture.bytes(), "");
}

}  // namespace
}  // namespace darkroom::media
