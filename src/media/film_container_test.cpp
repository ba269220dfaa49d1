#include "media/film_container.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>

#include "media/film_writer.h"
#include "media/identify.h"
#include "media/sound_container.h"
#include "tests/support/film_container_property.h"
#include "tests/support/repository.h"

namespace darkroom::media {
namespace {

using namespace std::string_literals;

std::string big(std::uint64_t value, int count = 4) {
  std::string text;
  for (int i = count - 1; i >= 0; --i) text += static_cast<char>(value >> (8 * i));
  return text;
}
std::string zeros(std::size_t count) { return std::string(count, '\0'); }
std::string box(const std::string& type, const std::string& body) { return big(body.size() + 8) + type + body; }
std::string long_box(const std::string& type, const std::string& body) {
  return big(1) + type + big(body.size() + 16, 8) + body;
}

const std::string kFileType = box("ftyp", "isom" + zeros(4));
const std::string kData = box("mdat", zeros(64));

// A track as a table of what is in it.
struct TrackRow {
  std::string handler = "vide";
  std::uint32_t rate = 24000;
  std::string times = big(1) + big(48) + big(1000);  // entries; then how often, how long
  std::uint32_t width = 640;
  std::uint32_t height = 360;
  bool turned = false;
  std::string more = {};  // boxes of the sample table
  std::uint32_t id = 1;
};
std::string track(const TrackRow& row) {
  const std::string one = big(0x10000);
  const std::string matrix =
      row.turned ? zeros(4) + one + zeros(4) + big(0xFFFF0000) + zeros(20) : one + zeros(12) + one + zeros(16);
  const std::string head = box("tkhd", zeros(12) + big(row.id) + zeros(24) + matrix + zeros(8));
  const std::string description = box(
      "stsd", zeros(4) + big(1) + big(86) + "avc1" + zeros(24) + big(row.width, 2) + big(row.height, 2) + zeros(50));
  const std::string table = box("stbl", description + box("stts", zeros(4) + row.times) + row.more);
  return box("trak", head + box("mdia", box("mdhd", zeros(12) + big(row.rate) + zeros(8)) +
                                            box("hdlr", zeros(8) + row.handler + zeros(13)) + box("minf", table)));
}
std::string film(const std::string& tracks, const std::string& before = kFileType, const std::string& after = kData) {
  return before + box("moov", box("mvhd", zeros(100)) + tracks) + after;
}
const std::string kSoundTrack = track({.handler = "soun", .rate = 48000, .times = big(1) + big(94) + big(1024)});

std::expected<FilmHeader, Verdict> read(const std::string& bytes) { return read_film_header(as_bytes(bytes)); }

TEST(FilmContainer, ReadsWhatTheTablesSay) {
  struct Row {
    const char* name;
    std::string bytes;
    FilmHeader header;
  };
  const std::string run = box("trun", big(0x101) + big(2) + zeros(4) + big(12000) + big(36000));
  const std::string fragment = box("moof", box("traf", box("tfhd", zeros(4) + big(1)) + run));
  const std::string default_run = box("trun", zeros(4) + big(24));
  const std::string fragment_of_defaults =
      box("moof", box("traf", box("tfhd", big(0x8) + big(1) + big(1000)) + default_run)) +
      box("moof", box("traf", box("tfhd", zeros(4) + big(1)) + default_run));
  const std::string extends = box("mvex", box("trex", zeros(4) + big(1) + zeros(4) + big(500) + zeros(8)));
  const std::string empty = track({.times = big(0)});
  for (const Row& row : {
           Row{"mp4", film(track({})), {FilmFormat::mp4, true, false, 2000, 640, 360, 24}},
           Row{"with sound", film(kSoundTrack + track({})), {FilmFormat::mp4, true, true, 2000, 640, 360, 24}},
           Row{"turned", film(track({.turned = true})), {FilmFormat::mp4, true, false, 2000, 360, 640, 24}},
           Row{"mov",
               film(track({}), box("ftyp", "qt  " + zeros(4))),
               {FilmFormat::mov, true, false, 2000, 640, 360, 24}},
           Row{"old mov", film(track({}), box("wide", "")), {FilmFormat::mov, true, false, 2000, 640, 360, 24}},
           Row{"m4a", film(kSoundTrack), {FilmFormat::mp4, false, true, 2005, 0, 0, 0}},
           Row{"two durations",
               film(track({.times = big(2) + big(24) + big(1000) + big(12) + big(2000)})),
               {FilmFormat::mp4, true, false, 2000, 640, 360, 18}},
           Row{"data first",
               kFileType + long_box("mdat", zeros(64)) + film(track({}), "", ""),
               {FilmFormat::mp4, true, false, 2000, 640, 360, 24}},
           Row{"data to the end",
               film(track({}), kFileType, big(0) + "mdat" + zeros(64)),
               {FilmFormat::mp4, true, false, 2000, 640, 360, 24}},
           Row{"in fragments", film(empty) + fragment, {FilmFormat::mp4, true, false, 2000, 640, 360, 1}},
           Row{"in fragments of defaults",
               film(empty + extends) + fragment_of_defaults,
               {FilmFormat::mp4, true, false, 1500, 640, 360, 32}},
       }) {
    const auto header = read(row.bytes);
    ASSERT_TRUE(header) << row.name << ' ' << static_cast<int>(header.error());
    EXPECT_EQ(header->format, row.header.format) << row.name;
    EXPECT_EQ(header->has_pictures, row.header.has_pictures) << row.name;
    EXPECT_EQ(header->has_sound, row.header.has_sound) << row.name;
    EXPECT_EQ(header->duration_milliseconds, row.header.duration_milliseconds) << row.name;
    EXPECT_EQ(header->width_pixels, row.header.width_pixels) << row.name;
    EXPECT_EQ(header->height_pixels, row.header.height_pixels) << row.name;
    EXPECT_DOUBLE_EQ(header->frame_rate, row.header.frame_rate) << row.name;
    test::check_film_container(row.bytes);
  }
}

TEST(FilmContainer, RefusesWhatIsNotWhole) {
  struct Row {
    const char* name;
    std::string bytes;
    Verdict verdict;
  };
  const std::string good = film(track({}));
  for (const Row& row : {
           Row{"nothing", "", Verdict::not_a_film},
           Row{"text", "<!doctype html><html></html>", Verdict::not_a_film},
           Row{"heic", box("ftyp", "heic" + zeros(4)) + film(track({}), ""), Verdict::not_a_film},
           Row{"no index", kFileType + kData, Verdict::damaged},
           Row{"two indexes", film(track({})) + film(track({}), ""), Verdict::damaged},
           Row{"no tracks", film(""), Verdict::damaged},
           Row{"no pictures and no sound", film(track({.handler = "text"})), Verdict::damaged},
           Row{"no samples", film(track({.times = big(0)})), Verdict::damaged},
           Row{"no time", film(track({.times = big(1) + big(48) + big(0)})), Verdict::damaged},
           Row{"no clock", film(track({.rate = 0})), Verdict::damaged},
           Row{"no width", film(track({.width = 0})), Verdict::damaged},
           Row{"a box of nothing", film(track({}) + zeros(16)), Verdict::damaged},
           Row{"a box shorter than its head", film(track({}) + big(7) + "free"), Verdict::damaged},
           Row{"a box larger than its parent", film(big(1 << 20) + "trak"), Verdict::damaged},
           Row{"a box beyond the file", good + big(1 << 20) + "free", Verdict::cut_off},
           Row{"a box of all there is", good + big(1) + "free" + big(~0ULL, 8), Verdict::cut_off},
           Row{"a long box shorter than its head", good + big(1) + "free" + big(15, 8), Verdict::damaged},
           Row{"half a head", good + "\0\0\0"s, Verdict::cut_off},
           Row{"more entries than there are", film(track({.times = big(~0U) + big(1) + big(1)})), Verdict::damaged},
           Row{"longer than time", film(track({.times = big(2) + big(~0U) + big(~0U) + big(~0U) + big(~0U)})),
               Verdict::damaged},
           Row{"samples beyond the file", film(track({.more = box("stco", zeros(4) + big(1) + big(9999))})),
               Verdict::cut_off},
           Row{"far samples beyond the file",
               film(track({.more = box("co64", zeros(4) + big(1) + big(1ULL << 40, 8))})), Verdict::cut_off},
           Row{"samples larger than the file", film(track({.more = box("stsz", zeros(4) + big(100) + big(48))})),
               Verdict::cut_off},
           Row{"sizes that are missing", film(track({.more = box("stsz", zeros(4) + big(0) + big(~0U))})),
               Verdict::damaged},
           Row{"more tracks than anyone has", film([] {
                 std::string many;
                 for (int i = 0; i < 100; ++i) many += track({});
                 return many;
               }()),
               Verdict::damaged},
       }) {
    const auto header = read(row.bytes);
    ASSERT_FALSE(header) << row.name;
    EXPECT_EQ(header.error(), row.verdict) << row.name;
    test::check_film_container(row.bytes);
  }
}

TEST(FilmContainer, IsDoneSoonWhateverItIsGiven) {
  std::string tiny_boxes;
  for (int i = 0; i < 2'000'000; ++i)
    tiny_boxes +=
        "\0\0\0\x08"
        "free"s;
  std::string nested =
      "\0\0\0\x08"
      "trak"s;
  for (int i = 0; i < 2000; ++i) nested = box("trak", box("mdia", box("minf", box("stbl", nested))));
  std::string entries;
  for (int i = 0; i < 2'000'000; ++i) entries += big(1) + big(1);
  const std::string many_entries = film(track({.times = big(2'000'000) + entries}));
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(read(film(track({})) + tiny_boxes));
  EXPECT_FALSE(read(film(nested)));
  EXPECT_TRUE(read(many_entries));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

// A file in memory with a film as the sandbox makes them.
class RealFilm {
 public:
  explicit RealFilm(bool sound) : fd_(memfd_create("film", MFD_CLOEXEC)) {
    const FilmForm form{.width_pixels = 64, .height_pixels = 48, .frames = 36, .loop_frames = 24, .sound = sound};
    const auto draw = [](unsigned index, const Planes& planes) {
      for (std::size_t y = 0; y < 48; ++y) {
        std::fill_n(planes.luma.at + y * planes.luma.stride_bytes, 64, static_cast<std::uint8_t>(16 + index * 8));
      }
      for (std::size_t y = 0; y < 24; ++y) {
        std::fill_n(planes.blue.at + y * planes.blue.stride_bytes, 32, std::uint8_t{128});
        std::fill_n(planes.red.at + y * planes.red.stride_bytes, 32, std::uint8_t{128});
      }
    };
    const auto play = [](std::uint64_t, std::span<float> samples) { std::ranges::fill(samples, 0.F); };
    EXPECT_TRUE(write_film(fd_, form, draw, play));
  }
  RealFilm(const RealFilm&) = delete;
  RealFilm& operator=(const RealFilm&) = delete;
  ~RealFilm() { close(fd_); }
  int fd() const { return fd_; }
  std::string bytes() const {
    std::string bytes(static_cast<std::size_t>(lseek(fd_, 0, SEEK_END)), '\0');
    EXPECT_EQ(pread(fd_, bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
    return bytes;
  }

 private:
  int fd_;
};

TEST(IdentifyAny, TellsKindsApart) {
  for (const bool sound : {false, true}) {
    const RealFilm file(sound);
    const auto medium = identify_any(file.fd(), 64 * 48);
    ASSERT_TRUE(medium) << medium.error().message;
    const auto* film = std::get_if<Film>(&*medium);
    ASSERT_TRUE(film);
    EXPECT_EQ(film->duration_milliseconds, 1500U);
    EXPECT_EQ(film->width_pixels, 64U);
    EXPECT_EQ(film->height_pixels, 48U);
    EXPECT_DOUBLE_EQ(film->frame_rate, 24);
    EXPECT_EQ(film->has_audio, sound);
    EXPECT_EQ(mime_type(*medium), "video/mp4");
    EXPECT_EQ(extension(*medium), "mp4");
    const auto refused = identify_any(file.fd(), 64 * 48 - 1);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::bad_media);
    EXPECT_EQ(refused.error().message, "the video has too many pixels");
  }
  const auto medium_of = [](const std::string& bytes) {
    const int fd = memfd_create("medium", MFD_CLOEXEC);
    EXPECT_EQ(write(fd, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    auto medium = identify_any(fd, 1'000'000);
    close(fd);
    return medium;
  };
  EXPECT_EQ(mime_type(*medium_of(film(kSoundTrack))), "audio/mp4");
  EXPECT_EQ(mime_type(*medium_of("ID3" + zeros(20))), "audio/mpeg");
  EXPECT_EQ(mime_type(*medium_of("GIF89a"
                                 "\1\0\1\0\0\0\0\x2c\0\0\0\0\1\0\1\0\0\x02\0\x3b"s)),
            "image/gif");
  EXPECT_EQ(medium_of(kFileType + kData).error().message, "the video is damaged");
  EXPECT_EQ(medium_of("").error().message, "the file is empty");
  EXPECT_EQ(medium_of("<html>").error().code, Code::bad_media);
}

TEST(FilmContainer, NoticesEveryWayOfCuttingARealFilm) {
  const std::string whole = RealFilm(true).bytes();
  ASSERT_TRUE(read(whole));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(read(whole.substr(0, length))) << length << " of " << whole.size();
  }
}

TEST(SoundContainer, KnowsItsKinds) {
  for (const auto& [bytes, format] : {std::pair{"ID3\x04"s, SoundFormat::mp3},
                                      {"\xff\xfb\x90"s, SoundFormat::mp3},
                                      {"\xff\xe3\x90"s, SoundFormat::mp3},
                                      {"\xff\xf1\x50"s, SoundFormat::aac},
                                      {"\xff\xf9\x50"s, SoundFormat::aac},
                                      {"OggS\0\2"s, SoundFormat::ogg},
                                      {"RIFF\1\2\3\4WAVEfmt "s, SoundFormat::wav}}) {
    EXPECT_EQ(find_sound_format(as_bytes(bytes)), format) << bytes;
  }
  for (const std::string& bytes : {""s, "\xff"s, "\xff\xd8\xff\xe0"s, "RIFF\1\2\3\4WEBP"s, "RIFF"s, "\xff\xe0"s,
                                   "\xff\xeb"s, "\xff\xfd"s, "text"s}) {
    EXPECT_EQ(find_sound_format(as_bytes(bytes)), std::nullopt) << bytes;
  }
}

TEST(FilmContainer, HoldsItsPropertyOverTheCorpus) {
  int files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(test::repository_root() / "fuzz/corpus/film_container")) {
    test::check_film_container(
        test::read_repository_file("fuzz/corpus/film_container/" + entry.path().filename().string()));
    ++files;
  }
  EXPECT_GT(files, 10);
}

}  // namespace
}  // namespace darkroom::media
