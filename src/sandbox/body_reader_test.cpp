#include "sandbox/body_reader.h"

#include <gtest/gtest.h>

#include "sandbox/media_links.h"

namespace darkroom::sandbox {
namespace {

std::string mistake_of(std::string_view text, void (*read)(BodyReader&)) {
  const auto tree = json::parse_object(text);
  EXPECT_TRUE(tree);
  BodyReader reader(*tree, "in.");
  read(reader);
  const auto mistake = reader.finish();
  return mistake ? mistake->field + " " + mistake->sentence + (mistake->missing ? "!" : "") : "";
}

TEST(BodyReader, GivesWhatIsThereAndDefaultsForTheRest) {
  const auto tree = json::parse_object(R"({"a":"x","b":7,"c":true,"d":[1],"e":{"f":1},"g":null})");
  ASSERT_TRUE(tree);
  BodyReader reader(*tree);
  EXPECT_EQ(reader.word("a", {"x", "y"}, "y"), "x");
  EXPECT_EQ(reader.integer("b", 0, 9, 1), 7);
  EXPECT_TRUE(reader.flag("c", false));
  EXPECT_EQ(reader.list("d", 0, 1)->size(), 1U);
  EXPECT_EQ(reader.object("e")->size(), 1U);
  EXPECT_EQ(reader.text("g"), "");
  EXPECT_EQ(reader.integer("absent", 0, 9, 3), 3);
  EXPECT_EQ(reader.word("absent", {"x"}, "x"), "x");
  EXPECT_FALSE(reader.finish());
}

TEST(BodyReader, TheFirstMistakeStands) {
  EXPECT_EQ(mistake_of(R"({"a":1})", [](BodyReader& r) { r.text("a"); }), "in.a must be a string");
  EXPECT_EQ(mistake_of(R"({"a":"z"})", [](BodyReader& r) { r.word("a", {"x", "y"}); }), "in.a must be one of x, y");
  for (const char* wrong : {R"({"a":10})", R"({"a":-1})", R"({"a":1.5})", R"({"a":"1"})", R"({"a":1e40})"}) {
    EXPECT_EQ(mistake_of(wrong, [](BodyReader& r) { r.integer("a", 0, 9, 0); }),
              "in.a must be a whole number from 0 to 9");
  }
  EXPECT_EQ(mistake_of(R"({"a":1})", [](BodyReader& r) { r.flag("a", true); }), "in.a must be true or false");
  EXPECT_EQ(mistake_of(R"({"a":[1,2]})", [](BodyReader& r) { r.list("a", 0, 1); }),
            "in.a must have from 0 to 1 entries");
  EXPECT_EQ(mistake_of("{}", [](BodyReader& r) { r.require("a"); }), "in.a is required!");
  EXPECT_EQ(mistake_of(R"({"a":null})", [](BodyReader& r) { r.require("a"); }), "in.a is required!");
  EXPECT_EQ(mistake_of(R"({"b":1})", [](BodyReader&) {}), "in.b is no parameter of this model");
  EXPECT_EQ(mistake_of(R"({"b":1})", [](BodyReader& r) { r.pass({"b"}); }), "");
  EXPECT_EQ(mistake_of(R"({"a":1,"b":1})",
                       [](BodyReader& r) {
                         r.flag("a", true);
                         r.refuse("b", "is wrong too");
                       }),
            "in.a must be true or false");
}

TEST(MediaLinks, TakesLinksAndData) {
  EXPECT_EQ(read_link("https://cdn.example/a.png", Medium::picture), "");
  EXPECT_EQ(read_link("http://cdn.example/v.mp4", Medium::film), "");
  EXPECT_EQ(read_link("data:audio/mpeg;base64,SUQz", Medium::sound), "ID3");
  for (const char* bad : {"", "ftp://a/b", "data:image/png;base64,", "data:image/png;base64,AAAA", "data:image/png,AA",
                          "data:video/mp4;base64,AAAA", "a.png"}) {
    EXPECT_EQ(read_link(bad, Medium::picture), std::nullopt) << bad;
  }
  EXPECT_EQ(read_link("data:video/mp4;base64,AAAA", Medium::film), std::nullopt);
}

TEST(MediaLinks, ShapesFilms) {
  EXPECT_EQ(parse_ratio("21:9")->width, 21U);
  for (const char* bad : {"", "16", "16:", ":9", "0:1", "16x9", "a:b", "16:9 "}) EXPECT_FALSE(parse_ratio(bad)) << bad;
  EXPECT_EQ(find_nearest_ratio({320, 420}, {"16:9", "1:1", "3:4"}), "3:4");
  EXPECT_EQ(size_of_short_side({16, 9}, 720), (PixelSize{1280, 720}));
  EXPECT_EQ(size_of_short_side({9, 16}, 720), (PixelSize{720, 1280}));
  EXPECT_EQ(size_of_short_side({16, 9}, 480), (PixelSize{852, 480}));
  EXPECT_EQ(size_of_area({1, 1}, 921'600), (PixelSize{960, 960}));
}

}  // namespace
}  // namespace darkroom::sandbox
