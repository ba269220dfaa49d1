#include "media/container.h"

#include <gtest/gtest.h>

#include <string>

namespace darkroom::media {
namespace {

using namespace std::string_literals;

std::string big(std::uint32_t value, int count) {
  std::string text;
  for (int i = count - 1; i >= 0; --i) text += static_cast<char>(value >> (8 * i));
  return text;
}
std::string little(std::uint32_t value, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}
std::string chunk(const std::string& type, const std::string& data) {
  return big(static_cast<std::uint32_t>(data.size()), 4) + type + data + "crc!";
}
std::string png(std::uint32_t width, std::uint32_t height) {
  return "\x89PNG\r\n\x1a\n"s + chunk("IHDR", big(width, 4) + big(height, 4) + "\x08\x02\0\0\0"s) +
         chunk("IDAT", "pixels") + chunk("IEND", "");
}
std::string segment(char marker, const std::string& data) {
  return "\xff"s + marker + big(static_cast<std::uint32_t>(data.size() + 2), 2) + data;
}
std::string jpeg(int scans) {
  std::string text = "\xff\xd8"s + segment('\xe1', "Exif with \xff\xc0 inside") +
                     segment('\xc2', "\x08"s + big(600, 2) + big(800, 2) + "\x01\x01\x11\0"s);
  for (int i = 0; i < scans; ++i) text += segment('\xda', "table") + "data \xff\0 and \xff\xd3 restart"s;
  return text + "\xff\xd9";
}
std::string riff(const std::string& chunks) {
  return "RIFF" + little(static_cast<std::uint32_t>(chunks.size() + 4), 4) + "WEBP" + chunks;
}
std::string webp_chunk(const std::string& type, const std::string& data) {
  return type + little(static_cast<std::uint32_t>(data.size()), 4) + data + (data.size() % 2 ? "\0"s : ""s);
}
std::string gif(int frames) {
  std::string text = "GIF89a" + little(32, 2) + little(16, 2) + "\x80\0\0"s + "rgbRGB";
  for (int i = 0; i < frames; ++i) {
    text += "\x21\xf9\x04"s + "ctrl" + "\0"s + "\x2c"s + little(0, 4) + little(32, 2) + little(16, 2) + "\0"s +
            "\x02\x03lzw\0"s;
  }
  return text + "\x3b";
}

struct Sample {
  const char* name;
  std::string bytes;
  Format format;
  std::uint32_t width;
  std::uint32_t height;
  Extent extent;
};

const std::vector<Sample>& samples() {
  static const std::vector<Sample> all{
      {"png", png(64250, 3), Format::png, 64250, 3, {1, 1}},
      {"progressive jpeg", jpeg(3), Format::jpeg, 800, 600, {1, 3}},
      {"webp, extended and moving",
       riff(webp_chunk("VP8X", "\x02\0\0\0"s + little(399, 3) + little(299, 3)) + webp_chunk("ANMF", "odd") +
            webp_chunk("ANMF", "even")),
       Format::webp,
       400,
       300,
       {2, 1}},
      {"webp, lossy",
       riff(webp_chunk("VP8 ", "tag\x9d\x01\x2a"s + little(176, 2) + little(144, 2))),
       Format::webp,
       176,
       144,
       {1, 1}},
      {"webp, lossless",
       riff(webp_chunk("VP8L", "\x2f"s + little(16383U << 14 | 99, 4) + "z")),
       Format::webp,
       100,
       16384,
       {1, 1}},
      {"gif", gif(2), Format::gif, 32, 16, {2, 1}},
  };
  return all;
}

TEST(Container, TellsFormatSizeAndExtent) {
  for (const Sample& sample : samples()) {
    SCOPED_TRACE(sample.name);
    const auto header = read_header(as_bytes(sample.bytes));
    ASSERT_TRUE(header);
    EXPECT_EQ(header->format, sample.format);
    EXPECT_EQ(header->width_pixels, sample.width);
    EXPECT_EQ(header->height_pixels, sample.height);
    const auto extent = walk_container(as_bytes(sample.bytes), header->format);
    ASSERT_TRUE(extent);
    EXPECT_EQ(extent->frames, sample.extent.frames);
    EXPECT_EQ(extent->scans, sample.extent.scans);
    EXPECT_TRUE(walk_container(as_bytes(sample.bytes + "<html>appended</html>"), header->format));
  }
}

TEST(Container, EveryPrefixIsRefused) {
  for (const Sample& sample : samples()) {
    for (std::size_t size = 0; size < sample.bytes.size(); ++size) {
      const std::string prefix = sample.bytes.substr(0, size);
      const auto header = read_header(as_bytes(prefix));
      if (!header) continue;
      EXPECT_FALSE(walk_container(as_bytes(prefix), header->format)) << sample.name << " cut at " << size;
    }
  }
}

TEST(Container, RefusesWhatIsNoPicture) {
  const std::string heic = big(24, 4) + "ftypheic" + "\0\0\0\0"s + "mif1heic";
  for (const std::string& bytes : {""s, "<html>"s, "<svg xmlns='http://www.w3.org/2000/svg'/>"s, "II*\0\x08\0\0\0"s,
                                   "MM\0*"s, "BM"s, "%PDF-1.7"s, "RIFF\0\0\0\0AVI "s, "\x89PNG"s, "\xff\xd8"s, heic}) {
    const auto header = read_header(as_bytes(bytes));
    ASSERT_FALSE(header) << bytes;
    EXPECT_EQ(header.error(), Verdict::not_a_picture) << bytes;
  }
}

TEST(Container, RefusesDamagedHeaders) {
  const std::string zero_wide = png(0, 5);
  const std::string wrong_first_chunk = "\x89PNG\r\n\x1a\n"s + chunk("tEXt", "thirteen byte") + chunk("IEND", "");
  const std::string without_pixels =
      "\x89PNG\r\n\x1a\n"s + chunk("IHDR", big(1, 4) + big(1, 4) + "\x08\x02\0\0\0"s) + chunk("IEND", "");
  EXPECT_EQ(read_header(as_bytes(zero_wide)).error(), Verdict::damaged);
  EXPECT_EQ(read_header(as_bytes(wrong_first_chunk)).error(), Verdict::damaged);
  EXPECT_EQ(walk_container(as_bytes(without_pixels), Format::png).error(), Verdict::damaged);
  EXPECT_EQ(read_header(as_bytes("\xff\xd8"s + segment('\xe0', "") + "\xff\xd9")).error(), Verdict::damaged);
  EXPECT_EQ(walk_container(as_bytes(gif(0)), Format::gif).error(), Verdict::damaged);
}

// A GIF whose frames are followed by a page instead of its end mark.
TEST(Container, RefusesAGifThatTurnsIntoSomethingElse) {
  std::string bytes = gif(1);
  bytes.pop_back();
  EXPECT_EQ(walk_container(as_bytes(bytes + "<html><script>"), Format::gif).error(), Verdict::damaged);
}

}  // namespace
}  // namespace darkroom::media
