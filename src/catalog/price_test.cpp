// What a model costs now, beside what its file says.
#include "catalog/price.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "catalog/describe.h"
#include "catalog/place.h"
#include "tests/support/model_cases.h"

namespace darkroom::catalog {
namespace {

MicroCredits credits(std::string_view text) { return MicroCredits::parse_credits(text).value(); }

std::string quoted(const ModelSpec& model, const char* members) {
  const auto request = validate(model, test::make_body(model.id, members));
  return quote(model, *request).value().total.text();
}

TEST(PriceNow, IsTheFilesUntilItIsSet) {
  Catalog catalog = load_catalog("").value();
  const ModelSpec& model = *catalog.find("gpt-image-2");
  const std::int64_t edition = catalog.edition();
  EXPECT_EQ(quoted(model, R"("prompt":"p","resolution":"2k")"), "50");
  const auto place = find_place(model.price, {{"resolution", "2k"}});
  ASSERT_TRUE(place);

  const PlacePrice dearer{*place, credits("60.000001")};
  catalog.set_price(model, {&dearer, 1});
  EXPECT_EQ(quoted(model, R"("prompt":"p","resolution":"2k")"), "60.000001");
  EXPECT_EQ(quoted(model, R"("prompt":"p")"), "30") << "another place";
  EXPECT_EQ(model.price.table[*place]->text(), "50") << "the file's";
  EXPECT_GT(catalog.edition(), edition);
  const std::string shown = json::print(describe(model).at("price"));
  EXPECT_NE(shown.find(R"("credits":"60.000001","microcredits":60000001)"), std::string::npos) << shown;

  const PlacePrice free{*place, MicroCredits()};
  catalog.set_price(model, {&free, 1});
  EXPECT_EQ(model.price.lowest().text(), "0");
  EXPECT_EQ(model.price.highest().text(), "80");
}

TEST(PriceNow, OfACopyIsItsOwn) {
  const ModelSpec& model = test::get_model("gpt-image-2");
  ModelSpec copy = model;
  const PlacePrice other{*find_place(copy.price, {{"resolution", "1k"}}), credits("1")};
  copy.price.set({&other, 1});
  EXPECT_EQ(copy.price.lowest().text(), "1");
  EXPECT_EQ(model.price.lowest().text(), "30");
}

TEST(PriceNow, TheCeilingIsStillExact) {
  for (const ModelSpec& model : test::built_in_models().models()) {
    const std::int64_t seconds = model.price.is_by_second() ? Price::kMaxSeconds : 1;
    EXPECT_TRUE(model.price.ceiling().times(100 * seconds)) << model.id;
    EXPECT_GE(model.price.ceiling(), credits("25000")) << model.id;
    EXPECT_GT(model.price.ceiling(), model.price.highest()) << model.id;
  }
}

TEST(PriceNow, EveryPlaceHasADescriptionAndANameOfItsOwn) {
  for (const ModelSpec& model : test::built_in_models().models()) {
    std::set<std::string> names;
    for (std::size_t place = 0; place < model.price.table.size(); ++place) {
      const json::object when = describe_place(model.price, place);
      const auto found = find_place(model.price, when);
      EXPECT_EQ(found.has_value(), model.price.table[place].has_value()) << model.id << json::print(when);
      if (found) EXPECT_EQ(*found, place) << model.id;
      EXPECT_TRUE(names.insert(name_place(model.price, place)).second) << model.id << json::print(when);
    }
    EXPECT_FALSE(find_place(model.price, {{"colour", "red"}})) << model.id;
  }
}

// One thread sets, the others never see anything but what was set.
TEST(PriceNow, IsSetWhileOthersQuote) {
  constexpr int kChanges = 2000;
  Catalog catalog = load_catalog("").value();
  const ModelSpec& model = *catalog.find("gemini-2.5-flash-image-preview");
  std::atomic<bool> has_ended = false;
  std::thread writer([&] {
    for (int i = 0; i < kChanges; ++i) {
      const PlacePrice price{0, credits(i % 2 == 0 ? "20" : "14.375")};
      catalog.set_price(model, {&price, 1});
    }
    has_ended = true;
  });
  std::set<std::string> seen;
  do {
    seen.insert(quoted(model, R"("prompt":"p")"));
  } while (!has_ended);
  writer.join();
  for (const std::string& price : seen) EXPECT_TRUE(price == "20" || price == "14.375") << price;
  EXPECT_EQ(catalog.edition(), kChanges);
}

}  // namespace
}  // namespace darkroom::catalog
