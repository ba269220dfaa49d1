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

// A small model that is right in every respect.
json::object make_model(std::string_view id) {
  auto tree = json::parse_object(R"({
    "id": "", "family": "pen", "kind": "image", "endpoint": "/api/v1/images/generations", "title": "Pen",
    "summary": "Draws.",
    "parameters": [
      {"name": "prompt", "type": "string", "required": true, "max_length": 9, "description": "What to draw."},
      {"name": "ink", "type": "string", "values": ["blue", "black"], "default": "blue", "description": "Its colour."}],
    "price": {"unit": "image", "credits": "2.5"},
    "routes": [{"provider": "pen", "wire_model": "pen-1", "call_cost": "1"}],
    "cap_seconds": 60, "typical_seconds": 1, "example": {"model": "", "prompt": "a cat"}})");
  DR_CHECK(tree.has_value());
  (*tree)["id"] = id;
  (*tree)["example"].as_object()["model"] = id;
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
  ASSERT_EQ(model->routes.size(), 1U);
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
  EXPECT_EQ(catalog->find("pen")->unit_price.text(), "2.5");
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

TEST_F(LoaderTest, ExampleAndRelatedMustHold) {
  json::object model = make_model("pen");
  model["example"].as_object()["ink"] = "red";
  model["related"] = json::array{"pencil"};
  write("a.json", json::print(model));
  json::object brush = make_model("brush");
  brush["example"].as_object()["model"] = "pen";
  brush["example"].as_object()["pressure"] = 3;
  write("b.json", json::print(brush));
  const auto catalog = load_catalog(folder_.string());
  ASSERT_FALSE(catalog);
  const std::string prefix = folder_.string() + "/";
  EXPECT_EQ(catalog.error(), (std::vector<std::string>{
                                 prefix + "b.json: example.model: must be brush",
                                 prefix + "b.json: example.pressure: is no parameter of brush",
                                 prefix + "a.json: example.ink: pen: ink must be one of blue, black",
                                 prefix + "a.json: related[0]: no model has the id pencil",
                             }));
}

TEST_F(LoaderTest, FolderThatIsNotThere) {
  const auto catalog = load_catalog((folder_ / "none").string());
  ASSERT_FALSE(catalog);
  EXPECT_TRUE(catalog.error()[0].ends_with(": cannot be read: No such file or directory")) << catalog.error()[0];
}

struct Fault {
  const char* pointer;  // JSON pointer of the member to set
  const char* value;
  const char* error;
};

TEST(ReadModel, EveryRuleHasItsSentence) {
  const Fault rows[] = {
      {"/id", "\"\"", "id: must be a string that is not empty"},
      {"/id", "7", "id: must be a string that is not empty"},
      {"/kind", "\"song\"", "kind: must be one of image, video, tool"},
      {"/endpoint", "\"/images\"", "endpoint: must start with /api/v1/"},
      {"/modes", "[\"\"]", "modes: must be an array of strings that are not empty"},
      {"/parameters", "[]", "parameters: must be an array of objects that is not empty"},
      {"/parameters", "[7]", "parameters: must be an array of objects that is not empty"},
      {"/parameters/0/name", "\"model\"", "parameters[0].name: must not be \"model\": that is the request's own field"},
      {"/parameters/0/type", "\"text\"",
       "parameters[0].type: must be one of string, integer, number, boolean, string_list, url_list"},
      {"/parameters/0/type", "\"url_list\"", "parameters[0].type: must be string for the parameter prompt"},
      {"/parameters/0/required", "1", "parameters[0].required: must be true or false"},
      {"/parameters/0/min_length", "\"1\"", "parameters[0].min_length: must be an integer"},
      {"/parameters/0/min_length", "10", "parameters[0].min_length: must not be above max_length"},
      {"/parameters/0/minimum", "1", "parameters[0].minimum: is for types integer and number only"},
      {"/parameters/0/default", "\"cat\"", "parameters[0].default: is for optional parameters only"},
      {"/parameters/0/refusal", "\"no\"", "parameters[0].refusal: needs values"},
      {"/parameters/0/description", "\"\"", "parameters[0].description: must be a string that is not empty"},
      {"/parameters/1/name", "\"prompt\"", "parameters[1]: the name prompt appears twice"},
      {"/parameters/1/max_length", "3", "parameters[1].max_length: is for free strings and lists only"},
      {"/parameters/1/default", "\"red\"", "parameters[1].default: pen: ink must be one of blue, black"},
      {"/parameters/1/default_unless", "\"pressure\"",
       "parameters[1].default_unless: must name a parameter of this model"},
      {"/price/unit", "null", "price.unit: must be a string that is not empty"},
      {"/price/credits", "\"1e3\"",
       "price.credits: must be credits as a decimal string with at most six decimals, such as \"14.375\""},
      {"/price/credits", "\"9000000000\"", "price.credits: is too high to be multiplied by a count"},
      {"/price/tiers", "[]", "price.tiers: is no field of a model file"},
      {"/routes", "[]", "routes: must be an array of objects that is not empty"},
      {"/routes/0/provider", "\"\"", "routes[0].provider: must be a string that is not empty"},
      {"/routes/0/wiremodel", "\"x\"",
       "routes[0].wiremodel: is no field of a model file; did you mean \"wire_model\"?"},
      {"/cap_seconds", "0", "cap_seconds: must be an integer from 1 to 86400"},
      {"/typical_seconds", "1.5", "typical_seconds: must be an integer from 1 to 86400"},
      {"/example", "[]", "example: must be an object"},
  };
  for (const Fault& row : rows) {
    json::value tree = make_model("pen");
    const std::string_view pointer = row.pointer;
    const std::size_t slash = pointer.rfind('/');
    json::object& parent = tree.at_pointer(pointer.substr(0, slash)).as_object();
    parent[pointer.substr(slash + 1)] = json::parse(row.value).value();
    std::vector<std::string> errors;
    read_model("pen.json", json::print(tree), errors);
    ASSERT_FALSE(errors.empty()) << row.pointer << " " << row.value;
    EXPECT_EQ(errors[0], fmt::format("pen.json: {}", row.error)) << row.pointer;
  }
}

TEST(ReadModel, CountNeedsItsBounds) {
  json::object tree = make_model("pen");
  tree["parameters"].as_array().push_back(
      json::parse(R"({"name":"n","type":"integer","minimum":1,"description":"How many."})").value());
  std::vector<std::string> errors;
  read_model("pen.json", json::print(tree), errors);
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0], "pen.json: parameters[2].minimum: and maximum of the parameter n must be given, from 1 to 100");
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
