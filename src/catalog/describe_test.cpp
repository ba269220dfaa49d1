#include "catalog/describe.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/check.h"
#include "catalog/catalog.h"

namespace darkroom::catalog {
namespace {

const Catalog& built_in() {
  static const auto catalog = load_catalog("");
  DR_CHECK(catalog.has_value());
  return *catalog;
}

TEST(Describe, ShowsWhatACallerNeeds) {
  const ModelSpec* model = built_in().find("gemini-2.5-flash-image-preview");
  ASSERT_NE(model, nullptr);
  const json::object tree = describe(*model);
  EXPECT_EQ(json::print(tree.at("price")), R"({"unit":"image","credits":"14.375","microcredits":14375000})");
  EXPECT_EQ(json::print(tree.at("modes")), R"(["text-to-image","image-to-image"])");
  EXPECT_EQ(json::print(tree.at("limits")), R"({"cap_seconds":900})");
  EXPECT_EQ(json::get_int(tree, "typical_seconds"), 10);
  EXPECT_EQ(
      json::print(tree.at("related")),
      R"(["gemini-2.5-flash-image-preview-official","gemini-3-pro-image-preview","gemini-3.1-flash-image-preview"])");

  const json::array& params = tree.at("parameters").as_array();
  ASSERT_EQ(params.size(), model->params.size());
  const json::object& size = params[1].as_object();
  EXPECT_EQ(json::get_string(size, "name"), "size");
  EXPECT_EQ(size.at("values").as_array().size(), 10U);
  EXPECT_EQ(json::get_string(size, "default"), "1:1");
  EXPECT_EQ(json::get_string(size, "default_unless"), "image_urls");
  const json::object& count = params[3].as_object();
  EXPECT_EQ(json::get_string(count, "type"), "integer");
  EXPECT_EQ(json::get_int(count, "minimum"), 1);
  EXPECT_EQ(json::get_int(count, "maximum"), 4);
  const json::object& urls = params[4].as_object();
  EXPECT_EQ(json::get_string(urls, "type"), "url[]");
  EXPECT_EQ(json::get_string(urls, "media"), "image");
  EXPECT_EQ(json::get_int(urls, "max_length"), 14);
  EXPECT_FALSE(json::get_bool(urls, "required", true));
}

// A customer buys a model; who makes the pictures, under which name and at which cost, is the operator's affair.
TEST(Describe, NeverShowsRoutes) {
  for (const ModelSpec& model : built_in().models()) {
    const std::string text = json::print(describe(model));
    for (const char* word : {"provider", "wire_model", "route\"", "routes\"", "call_cost", "repeat_unknown", "upstream",
                             "Google", "google.", "\"fal\"", "replicate", "dashscope", "openai", "OpenAI"}) {
      EXPECT_EQ(text.find(word), std::string::npos) << model.id << ": " << word;
    }
    for (const RouteSpec& route : model.routes) {
      // Some models have their maker's name, which is public then.
      if (built_in().find(route.wire_model) == nullptr) {
        EXPECT_EQ(text.find(fmt::format("\"{}\"", route.wire_model)), std::string::npos) << model.id;
      }
      EXPECT_EQ(text.find(fmt::format("\"{}\"", route.provider)), std::string::npos) << model.id;
      EXPECT_EQ(text.find(fmt::format("\"{}\"", route.call_cost.text())), std::string::npos) << model.id;
    }
  }
}

}  // namespace
}  // namespace darkroom::catalog
