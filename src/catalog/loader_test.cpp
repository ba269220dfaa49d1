#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/check.h"
#include "catalog/built_in.h"
#include "catalog/catalog.h"
#include "catalog/field_reader.h"
#include "catalog/spec_reader.h"

namespace darkroom::catalog {
namespace {

namespace fs = std::filesystem;

// A folder of its own for each test, removed at its end.
class LoaderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "darkroom-catalog-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write(const std::string& name, std::string_view text) const {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }

  fs::path folder_;
};

json::object& body_of(json::object& model) { return model["examples"].as_array()[0].as_object()["body"].as_object(); }

// A small model that is right in every respect.
json::object make_model(std::string_view id) {
  auto tree = json::parse_object(R"({
    "id": "", "family": "pen", "kind": "image", "endpoint": "/api/v1/images/generations", "title": "Pen",
    "summary": "Draws.", "modes": [{"name": "draw"}],
    "parameters": [
      {"name": "prompt", "type": "string", "required": true, "max_length": 9, "description": "What to draw."},
      {"name": "ink", "type": "string", "values": ["blue", "black"], "default": "blue", "description": "Its colour."}],
    "price": {"unit": "image", "credits": "2.5"},
    "routes": [{"provider": "pen", "wire_model": "pen-1", "call_cost": "1"}],
    "cap_seconds": 60, "typical_seconds": 1,
    "examples": [{"title": "A cat", "body": {"model": "", "prompt": "a cat"}}]})");
  DR_CHECK(tree.has_value());
  (*tree)["id"] = id;
  body_of(*tree)["model"] = id;
  return *tree;
}

TEST(BuiltIn, AllFilesLoad) {
  EXPECT_FALSE(built_in_files().empty());
  const auto catalog = load_catalog("");
  ASSERT_TRUE(catalog) << fmt::format("{}", fmt::join(catalog.error(), "\n"));
  EXPECT_EQ(catalog->models().size(), built_in_files().size());
  const ModelSpec* model = catalog->find("gemini-2.5-flash-image-preview");
  ASSERT_NE(model, nullptr);
  EXPECT_EQ(model->endpoint, "/api/v1/images/generations");
  EXPECT_EQ(model->cap_seconds, 900);
  ASSERT_EQ(model->routes.size(), 2U);
  EXPECT_EQ(model->routes[0].provider, "gemini");
  EXPECT_EQ(model->routes[0].wire_model, "gemini-2.5-flash-image");
  EXPECT_TRUE(model->routes[0].repeat_unknown);
  EXPECT_EQ(catalog->find("gemini-2.5"), nullptr);
  EXPECT_EQ(catalog->find(""), nullptr);
}

TEST(BuiltIn, FilesAreNamedAfterTheirModel) {
  for (const EmbeddedFile& file : built_in_files()) {
    std::vector<std::string> errors;
    EXPECT_EQ(fs::path(file.path).stem().string(), read_model(file.path, file.text, errors).id);
  }
}

TEST_F(LoaderTest, FolderReplacesAndAdds) {
  write("deep/er/pen.json", json::print(make_model("pen")));
  write("own.json", json::print(make_model("gemini-2.5-flash-image-preview")));
  write("notes.txt", "not a model");
  write(".trash/old.json", "not a model");
  write(".own.json.swp.json", "not a model");
  const auto catalog = load_catalog(folder_.string());
  ASSERT_TRUE(catalog) << fmt::format("{}", fmt::join(catalog.error(), "\n"));
  ASSERT_NE(catalog->find("pen"), nullptr);
  EXPECT_EQ(catalog->find("pen")->price.lowest().text(), "2.5");
  EXPECT_FALSE(catalog->find("pen")->routes[0].repeat_unknown);
  EXPECT_EQ(catalog->find("gemini-2.5-flash-image-preview")->title, "Pen");
  EXPECT_NE(catalog->find("gemini-2.5-flash-image-preview-official"), nullptr);
}

TEST_F(LoaderTest, AllErrorsOfAllFilesComeAtOnce) {
  json::object first = make_model("pen");
  first["titel"] = "Pen";
  first.erase("title");
  write("a.json", json::print(first));
  write("b.json", "{\"id\": ");
  write("c.json", "[]");
  json::object last = make_model("brush");
  last["price"].as_object()["credits"] = 2.5;
  write("d.json", json::print(last));
  const auto catalog = load_catalog(folder_.string());
  ASSERT_FALSE(catalog);
  const std::string prefix = folder_.string() + "/";
  const std::vector<std::string>& errors = catalog.error();
  ASSERT_EQ(errors.size(), 5U) << fmt::format("{}", fmt::join(errors, "\n"));
  EXPECT_EQ(errors[0], prefix + "a.json: title: is missing");
  EXPECT_EQ(errors[1], prefix + "a.json: titel: is no field of a model file; did you mean \"title\"?");
  EXPECT_TRUE(errors[2].starts_with(prefix + "b.json: the file is not valid JSON: ")) << errors[2];
  EXPECT_EQ(errors[3], prefix + "c.json: the file must be a JSON object");
  EXPECT_EQ(errors[4], prefix +
                           "d.json: price.credits: must be credits as a decimal string with at most six decimals, "
                           "such as \"14.375\"");
}

TEST_F(LoaderTest, SameIdTwiceInOneFolder) {
  write("a.json", json::print(make_model("pen")));
  write("b.json", json::print(make_model("pen")));
  const auto catalog = load_catalog(folder_.string());
  ASSERT_FALSE(catalog);
  ASSERT_EQ(catalog.error().size(), 1U);
  EXPECT_EQ(catalog.error()[0], fmt::format("{0}/b.json: id: pen is already the id of {0}/a.json", folder_.string()));
}

TEST_F(LoaderTest, ExamplesAndRelatedMustHold) {
  json::object model = make_model("pen");
  body_of(model)["ink"] = "red";
  model["modes"].as_array().push_back(json::parse(R"({"name": "trace", "media": ["image"]})").value());
  model["related"] = json::array{"pencil"};
  write("a.json", json::print(model));
  json::object brush = make_model("brush");
  body_of(brush)["model"] = "pen";
  body_of(brush)["pressure"] = 3;
  write("b.json", json::print(brush));
  const auto catalog = load_catalog(folder_.string());
  ASSERT_FALSE(catalog);
  const std::string prefix = folder_.string() + "/";
  EXPECT_EQ(catalog.error(), (std::vector<std::string>{
                                 prefix + "b.json: examples[0].body.model: must be brush",
                                 prefix + "b.json: examples[0].body.pressure: is no parameter of brush in this mode",
                                 prefix + "a.json: examples[0].body.ink: pen: ink must be one of blue, black",
                                 prefix + "a.json: examples: none shows the mode trace",
                                 prefix + "a.json: related[0]: no model has the id pencil",
                             }));
}

TEST_F(LoaderTest, FolderThatIsNotThere) {
  const auto catalog = load_catalog((folder_ / "none").string());
  ASSERT_FALSE(catalog);
  EXPECT_TRUE(catalog.error()[0].ends_with(": cannot be read: No such file or directory")) << catalog.error()[0];
}

TEST(Nearest, NamesOnlyWhatIsNear) {
  const std::vector<std::string> names{"title", "summary", "routes"};
  EXPECT_EQ(find_nearest("tilte", names), "title");
  EXPECT_EQ(find_nearest("route", names), "routes");
  EXPECT_EQ(find_nearest("price", names), std::nullopt);
  EXPECT_EQ(find_nearest("", names), std::nullopt);
}

}  // namespace
}  // namespace darkroom::catalog
