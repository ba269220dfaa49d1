#include "sandbox/film.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

namespace darkroom::sandbox {
namespace {

FilmOrder boat(PixelSize size = {320, 180}, milliseconds length = milliseconds(2000)) {
  FilmOrder order;
  order.picture.size = size;
  order.picture.prompt = "a paper boat drifts down a mountain stream at dawn";
  order.picture.model = "veo-3.1-generate-preview";
  order.picture.label = "16:9";
  order.picture.seed = 7;
  order.length = length;
  return order;
}

std::string contents(const Film& film) {
  std::string bytes(film.bytes, '\0');
  EXPECT_EQ(pread(film.file->fd(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  return bytes;
}
std::string bytes_of(const FilmOrder& order) {
  const auto film = paint_film(order);
  EXPECT_TRUE(film) << (film ? "" : film.error().message);
  return film ? contents(*film) : "";
}

std::uint64_t number(std::string_view bytes, std::size_t at) {
  std::uint64_t value = 0;
  for (std::size_t i = at; i < at + 4; ++i) value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
  return value;
}
struct Box {
  std::string type;
  std::string_view body;
};
std::vector<Box> boxes(std::string_view bytes) {
  std::vector<Box> all;
  while (bytes.size() >= 8) {
    const std::uint64_t length = number(bytes, 0);
    EXPECT_GE(length, 8U);
    EXPECT_LE(length, bytes.size());
    if (length < 8 || length > bytes.size()) break;
    all.push_back({std::string(bytes.substr(4, 4)), bytes.substr(8, length - 8)});
    bytes.remove_prefix(length);
  }
  EXPECT_TRUE(bytes.empty());
  return all;
}
std::string types(const std::vector<Box>& all) {
  std::string line;
  for (const Box& box : all) line += box.type + " ";
  return line;
}

// What the index says: ISO 14496-12, 8.2.2 (mvhd) and 8.3.2 (tkhd), both of version 0.
struct Index {
  std::uint64_t milliseconds = 0;
  std::vector<PixelSize> tracks;
};
Index read_index(std::string_view film) {
  Index index;
  for (const Box& outer : boxes(film)) {
    if (outer.type != "moov") continue;
    for (const Box& box : boxes(outer.body)) {
      if (box.type == "mvhd") index.milliseconds = number(box.body, 16) * 1000 / number(box.body, 12);
      if (box.type != "trak") continue;
      const std::string_view head = boxes(box.body).front().body;
      index.tracks.push_back(
          {static_cast<std::uint32_t>(number(head, 76) >> 16), static_cast<std::uint32_t>(number(head, 80) >> 16)});
    }
  }
  return index;
}

TEST(Film, HasTheAskedLengthAndSize) {
  struct Row {
    PixelSize size;
    int milliseconds;
    unsigned rate;
    PixelSize painted;
    std::uint64_t told;
  };
  for (const Row& row : {Row{{640, 360}, 4000, 24, {640, 360}, 4000}, Row{{180, 320}, 8000, 24, {180, 320}, 8000},
                         Row{{96, 96}, 15000, 30, {96, 96}, 15000}, Row{{101, 57}, 500, 24, {100, 56}, 500},
                         Row{{64, 64}, 0, 25, {64, 64}, 40}, Row{{64, 64}, 3'600'000, 8, {64, 64}, 60'000},
                         Row{{2, 2}, 1000, 24, {2, 2}, 1000}}) {
    FilmOrder order = boat(row.size, milliseconds(row.milliseconds));
    order.frames_per_second = row.rate;
    for (const bool sound : {false, true}) {
      order.sound = sound;
      const std::string film = bytes_of(order);
      const Index index = read_index(film);
      EXPECT_EQ(index.milliseconds, row.told) << row.milliseconds;
      ASSERT_EQ(index.tracks.size(), sound ? 2U : 1U);
      EXPECT_EQ(index.tracks[0], row.painted);
    }
  }
}

TEST(Film, BeginsWithItsIndex) {
  FilmOrder order = boat({64, 64}, kLongestFilm);
  order.sound = true;
  const std::string film = bytes_of(order);
  EXPECT_EQ(types(boxes(film)), "ftyp moov free free mdat ");
  EXPECT_EQ(film.find("creation_time"), std::string::npos);
}

TEST(Film, TheSameOrderGivesTheSameBytes) {
  FilmOrder order = boat();
  order.sound = true;
  const std::string film = bytes_of(order);
  EXPECT_EQ(bytes_of(order), film);
  FilmOrder other = order;
  other.picture.seed = 8;
  EXPECT_NE(bytes_of(other), film);
  other = order;
  other.picture.prompt += "!";
  EXPECT_NE(bytes_of(other), film);
}

TEST(Film, PadsToTheAskedLengthWithoutTakingMemory) {
  FilmOrder order = boat({64, 64});
  const std::string plain = bytes_of(order);
  for (const std::uint64_t bytes : {plain.size() - 1, plain.size(), plain.size() + 1, std::size_t{20'000'000}}) {
    order.picture.at_least_bytes = bytes;
    const auto film = paint_film(order);
    ASSERT_TRUE(film);
    EXPECT_GE(film->bytes, bytes);
    EXPECT_LE(film->bytes, std::max<std::uint64_t>(bytes + 8, plain.size()));
    struct stat status{};
    ASSERT_EQ(fstat(film->file->fd(), &status), 0);
    EXPECT_LT(status.st_blocks * 512, 1'000'000);
    const std::string padded = contents(*film);
    EXPECT_TRUE(padded.starts_with(plain));
    if (padded.size() > plain.size()) {
      EXPECT_EQ(boxes(padded).back().type, "free");
    }
  }
}

TEST(Film, ItsFramesArePictures) {
  FilmOrder order = boat({101, 57});
  const auto first = paint_frame(order, Moment::first);
  const auto last = paint_frame(order, Moment::last);
  ASSERT_TRUE(first && last);
  EXPECT_EQ(find_picture_size(as_bytes(*first)), (PixelSize{100, 56}));
  EXPECT_NE(*first, *last);
  EXPECT_EQ(*paint_frame(order, Moment::last), *last);
}

TEST(FilmShelf, KeepsWhatWasPainted) {
  FilmShelf shelf;
  const FilmOrder order = boat({64, 64});
  const auto one = shelf.get(order);
  ASSERT_TRUE(one);
  EXPECT_EQ(shelf.get(order)->file, one->file);
  FilmOrder other = order;
  other.sound = true;
  EXPECT_NE(shelf.get(other)->file, one->file);
  other = order;
  other.picture.references = {"something else"};
  EXPECT_NE(shelf.get(other)->file, one->file);
}

}  // namespace
}  // namespace darkroom::sandbox
