#include "base/decimal.h"

#include <gtest/gtest.h>

#include "base/json_exact.h"

namespace darkroom {
namespace {

TEST(Decimal, IsWhatWasWritten) {
  struct Row {
    const char* given;
    const char* text;  // null: no amount
  };
  for (const Row& row : {Row{"0", "0"},
                         Row{"-0.0", "0"},
                         Row{"12.30", "12.3"},
                         Row{"0.1", "0.1"},
                         Row{"-7.005", "-7.005"},
                         Row{"1e-7", "0.0000001"},
                         Row{"1.2345678901234567e-7", "0.00000012345678901234567"},
                         Row{"25E+2", "2500"},
                         Row{"9999999999999.999999999999999999999999", "9999999999999.999999999999999999999999"},
                         Row{"10000000000000", nullptr},
                         Row{"1e-25", nullptr},
                         Row{"1e999999999999", nullptr},
                         Row{"0e5", "0"},
                         Row{"", nullptr},
                         Row{"-", nullptr},
                         Row{"1.", nullptr},
                         Row{".5", nullptr},
                         Row{"1e", nullptr},
                         Row{"1 ", nullptr},
                         Row{"$1", nullptr},
                         Row{"NaN", nullptr}}) {
    const auto decimal = Decimal::parse(row.given);
    ASSERT_EQ(decimal.has_value(), row.text != nullptr) << row.given;
    if (decimal) EXPECT_EQ(decimal->text(), row.text) << row.given;
  }
}

TEST(Decimal, AddsAndSubtractsExactly) {
  const Decimal tenth = *Decimal::parse("0.1"), fifth = *Decimal::parse("0.2");
  EXPECT_EQ(add(tenth, fifth)->text(), "0.3");
  EXPECT_EQ(subtract(tenth, fifth)->text(), "-0.1");
  EXPECT_DOUBLE_EQ(subtract(*Decimal::parse("100.5"), *Decimal::parse("25.75"))->approximate(), 74.75);
  const Decimal most = *Decimal::parse("9999999999999");
  EXPECT_FALSE(add(most, most));
}

TEST(JsonExact, KeepsNumbersAsTheyStand) {
  const auto tree = json::parse_exact(R"({"a":0.30,"b":[1e-7,-12,18446744073709551615],"c":"x","d":1e999,"e":null})");
  ASSERT_TRUE(tree) << tree.error().message;
  EXPECT_EQ(json::print(*tree),
            R"({"a":"0.30","b":["1e-7","-12","18446744073709551615"],"c":"x","d":"1e999","e":null})");
  EXPECT_FALSE(json::parse_exact("{"));
}

TEST(JsonExact, PointersFindWhatTheyName) {
  const json::value tree = *json::parse(R"({"data":{"a/b":[{"~":"deep"},7]},"":1})");
  struct Row {
    const char* pointer;
    const char* found;  // null: nothing
  };
  for (const Row& row :
       {Row{"/data/a~1b/0/~0", "\"deep\""}, Row{"/data/a~1b/1", "7"}, Row{"/", "1"}, Row{"/data/a~1b/2", nullptr},
        Row{"/data/a~1b/01", nullptr}, Row{"/data/a~1b/-", nullptr}, Row{"/data/x", nullptr},
        Row{"/data/a~1b/1/x", nullptr}, Row{"data", nullptr}, Row{"/~2", nullptr}}) {
    const json::value* found = json::find_at(tree, row.pointer);
    ASSERT_EQ(found != nullptr, row.found != nullptr) << row.pointer;
    if (found != nullptr) EXPECT_EQ(json::print(*found), row.found) << row.pointer;
  }
  EXPECT_EQ(json::find_at(tree, ""), &tree);
  EXPECT_TRUE(json::is_pointer("/data/total"));
  EXPECT_FALSE(json::is_pointer("/~"));
}

}  // namespace
}  // namespace darkroom
