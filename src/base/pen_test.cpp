#include "base/pen.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "base/json_pen.h"

namespace darkroom {
namespace {

TEST(Pen, WritesTheSameWhateverRoomItWasGiven) {
  for (const std::size_t room : {0, 1, 7, 64, 4096}) {
    Pen pen(room, "so far: ");
    std::string expected = "so far: ";
    for (int i = 0; i < 200; ++i) {
      pen.put("text");
      pen.put(std::string_view());
      pen.put(',');
      pen.put_number(i);
      std::ranges::fill(std::span(pen.claim(3), 3), 'x');
      expected += "text," + std::to_string(i) + "xxx";
    }
    EXPECT_EQ(pen.take(), expected) << room;
  }
}

TEST(Pen, WritesNumbersOfAnySize) {
  Pen pen(0);
  pen.put_number(std::numeric_limits<std::int64_t>::min());
  pen.put(' ');
  pen.put_number(std::numeric_limits<std::uint64_t>::max());
  pen.put(' ');
  pen.put_number(std::uint8_t{7});
  EXPECT_EQ(pen.take(), "-9223372036854775808 18446744073709551615 7");
}

TEST(JsonPen, WritesWhatTheTreePrinterWrites) {
  for (const std::string_view text :
       {R"({})", R"({"a":1,"b":-2,"c":18446744073709551615,"d":2.5E0,"e":true,"f":false,"g":null,"h":"x\"y\\z"})",
        R"({"list":[1,"two",{"three":[]}],"object":{"":{},"é":"ü"}})"}) {
    const json::object tree = json::parse_object(text).value();
    Pen pen(0);
    json::put_object(pen, tree);
    EXPECT_EQ(pen.take(), json::print(tree));
  }
}

TEST(JsonPen, WritesObjectsMemberAfterMember) {
  Pen pen(0);
  json::ObjectPen object(pen);
  object.text_unless_empty("empty", "");
  object.number_unless_zero("zero", 0);
  object.flag_if_true("no", false);
  object.text("text", "a\"b");
  object.list("none", std::vector<int>(), [](Pen& into, int number) { into.put_number(number); });
  object.list("some", std::vector<int>{1, 2}, [](Pen& into, int number) { into.put_number(number); });
  object.flag("flag", false);
  json::ObjectPen(object.member("inner")).end();
  object.end();
  EXPECT_EQ(pen.take(), R"({"text":"a\"b","none":[],"some":[1,2],"flag":false,"inner":{}})");
}

}  // namespace
}  // namespace darkroom
