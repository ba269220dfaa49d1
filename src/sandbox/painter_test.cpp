#include "sandbox/painter.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>

namespace darkroom::sandbox {
namespace {

Painting fox(PixelSize size) {
  Painting painting;
  painting.size = size;
  painting.prompt = "a red fox in fresh snow, morning light";
  painting.model = "gemini-2.5-flash-image";
  painting.label = "1:1";
  painting.seed = 7;
  return painting;
}

TEST(Painter, PaintsTheAskedSize) {
  for (const PixelSize size :
       {PixelSize{1024, 1024}, PixelSize{1344, 768}, PixelSize{192, 1536}, PixelSize{1536, 192}, PixelSize{16, 16}}) {
    const auto png = paint(fox(size));
    ASSERT_TRUE(png);
    EXPECT_EQ(find_picture_size(as_bytes(*png)), size);
  }
}

TEST(Painter, PaintsJpegToo) {
  Painting painting = fox({640, 360});
  painting.format = PictureFormat::jpeg;
  const auto jpeg = paint(painting);
  ASSERT_TRUE(jpeg);
  EXPECT_TRUE(jpeg->starts_with("\xFF\xD8\xFF"));
  EXPECT_EQ(find_picture_size(as_bytes(*jpeg)), (PixelSize{640, 360}));
  for (const std::uint64_t bytes : {jpeg->size() + 1, jpeg->size() + 65'536, std::size_t{2'000'000}}) {
    painting.at_least_bytes = bytes;
    const auto big = paint(painting);
    ASSERT_TRUE(big);
    EXPECT_GE(big->size(), bytes);
    EXPECT_LE(big->size(), bytes + 8);
    EXPECT_EQ(find_picture_size(as_bytes(*big)), (PixelSize{640, 360}));
  }
}

TEST(Painter, TheSamePaintingGivesTheSameBytes) {
  const Painting one = fox({512, 384});
  Painting other = one;
  other.seed = 8;
  Painting text = one;
  text.prompt += "!";
  EXPECT_EQ(*paint(one), *paint(one));
  EXPECT_NE(*paint(one), *paint(other));
  EXPECT_NE(*paint(one), *paint(text));
}

TEST(Painter, TakesAnyPrompt) {
  std::string endless;
  for (int i = 0; i < 3000; ++i) endless += "word ";
  using namespace std::string_literals;
  for (const std::string& prompt : {""s, "竹林小径上的月光，水墨画"s, "ثعلب أحمر في الثلج"s, "שועל אדום"s,
                                    "🦊❄️👩‍👩‍👧‍👦"s, "\xff\xfe broken \xc3"s, "nul \0 inside"s,
                                    "<b>&amp; markup</b>"s, "line\nbreak\r\n\ttab"s, endless, std::string(5000, 'W')}) {
    Painting painting = fox({320, 240});
    painting.prompt = prompt;
    EXPECT_TRUE(paint(painting)) << prompt.substr(0, 40);
  }
}

TEST(Painter, ShowsReferencesAndToleratesUnreadableOnes) {
  const std::string reference = *paint(fox({300, 200}));
  Painting painting = fox({640, 640});
  const std::string without = *paint(painting);
  painting.references = {reference, "no picture", ""};
  EXPECT_NE(*paint(painting), without);
  painting.references.assign(40, reference);
  EXPECT_TRUE(paint(painting));
}

TEST(Painter, PadsToAboutTheAskedLength) {
  Painting painting = fox({256, 256});
  const std::string plain = *paint(painting);
  for (const std::uint64_t bytes : {plain.size() + 1, plain.size() + 30, std::size_t{2'500'000}}) {
    painting.at_least_bytes = bytes;
    const auto png = paint(painting);
    ASSERT_TRUE(png);
    EXPECT_GE(png->size(), bytes);
    EXPECT_LE(png->size(), bytes + 32);
    EXPECT_EQ(find_picture_size(as_bytes(*png)), painting.size);
    EXPECT_EQ(png->substr(0, 64), plain.substr(0, 64));
    EXPECT_TRUE(png->ends_with(plain.substr(plain.size() - 12)));
  }
}

TEST(Painter, KnowsThePictureSizesOfReferencesOnly) {
  EXPECT_EQ(find_picture_size(as_bytes("<svg xmlns='http://www.w3.org/2000/svg' width='10' height='10'/>")),
            std::nullopt);
  EXPECT_EQ(find_picture_size(as_bytes("")), std::nullopt);
}

}  // namespace
}  // namespace darkroom::sandbox

