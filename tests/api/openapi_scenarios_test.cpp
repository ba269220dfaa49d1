#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/api/api_world.h"

namespace darkroom::test {
namespace {

using testing::HasSubstr;
using testing::Not;

json::object get_description(ApiWorld& world) {
  return json::parse_object(body_text(world.call({"GET", "/openapi.json"}))).value();
}

// Calls `visit` with every value of the tree that is an object.
template <class Visit>
void for_each_object(const json::value& tree, const Visit& visit) {
  if (tree.is_object()) {
    visit(tree.get_object());
    for (const auto& member : tree.get_object()) for_each_object(member.value(), visit);
  } else if (tree.is_array()) {
    for (const json::value& entry : tree.get_array()) for_each_object(entry, visit);
  }
}

// "/a/{x}/b" with each name replaced by what `pattern_of_name` gives for it.
template <class Replace>
std::string replace_names(std::string path, const Replace& replace) {
  for (std::size_t at = path.find('{'); at != std::string::npos; at = path.find('{')) {
    const std::size_t end = path.find('}', at);
    path.replace(at, end + 1 - at, replace(path.substr(at + 1, end - at - 1)));
  }
  return path;
}

TEST(OpenApi, IsMadeOnceAndRevalidated) {
  ApiWorld world;
  const http::Response first = world.call({"GET", "/openapi.json"});
  const http::Response second = world.call({"GET", "/openapi.json"});
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(first.content_type, "application/json");
  EXPECT_EQ(std::get<std::shared_ptr<const std::string>>(first.body),
            std::get<std::shared_ptr<const std::string>>(second.body));
  const std::string etag = header_of(first, "ETag");
  EXPECT_EQ(world.call({.target = "/openapi.json", .headers = {{"If-None-Match", etag}}}).status, 304);
  EXPECT_EQ(world.call({.target = "/openapi.json", .headers = {{"If-None-Match", "\"other\""}}}).status, 200);
  const json::object document = get_description(world);
  EXPECT_EQ(json::get_string(document, "openapi"), "3.1.0");
  EXPECT_EQ(json::get_string(document.at("info").as_object(), "version"), "1.2.3");
}

TEST(OpenApi, HasEveryRouteAndNoOther) {
  ApiWorld world;
  const json::object document = get_description(world);
  std::set<std::string> described;
  for (const auto& path : document.at("paths").as_object()) {
    for (const auto& operation : path.value().as_object()) {
      std::string method(operation.key());
      for (char& c : method) c = static_cast<char>(std::toupper(c));
      described.insert(method + " " + std::string(path.key()));
    }
  }
  std::set<std::string> served;
  for (const api::Endpoint& endpoint : api::public_endpoints()) {
    const std::string_view path = endpoint.doc->path.empty() ? endpoint.pattern : endpoint.doc->path;
    served.insert(std::string(endpoint.method) + " " + std::string(path));
  }
  EXPECT_EQ(described, served);
  EXPECT_EQ(world.public_router.routes().size(), served.size());
  // A path of its own in the description still leads to the route.
  for (const std::string& operation : described) {
    const std::size_t blank = operation.find(' ');
    const std::string target = replace_names(operation.substr(blank + 1), [](const std::string&) { return "x"; });
    EXPECT_NE(error_code(world.call({operation.substr(0, blank), target, "live", "{}"})), 40004) << operation;
  }
}

TEST(OpenApi, EveryReferenceLeadsSomewhereAndEveryPathNameIsDescribed) {
  ApiWorld world;
  const json::object document = get_description(world);
  const json::object& components = document.at("components").as_object();
  std::size_t references = 0;
  for_each_object(document, [&](const json::object& object) {
    const json::value* reference = json::find(object, "$ref");
    if (reference == nullptr) return;
    ++references;
    const std::string path(reference->as_string());
    ASSERT_TRUE(path.starts_with("#/components/")) << path;
    const std::size_t slash = path.find('/', 13);
    const json::value* kind = json::find(components, path.substr(13, slash - 13));
    ASSERT_NE(kind, nullptr) << path;
    EXPECT_NE(json::find(kind->as_object(), path.substr(slash + 1)), nullptr) << path;
  });
  EXPECT_GT(references, 100U);

  std::set<std::string> ids;
  for (const auto& path : document.at("paths").as_object()) {
    for (const auto& operation : path.value().as_object()) {
      const json::object& tree = operation.value().as_object();
      EXPECT_TRUE(ids.insert(json::get_string(tree, "operationId")).second) << path.key();
      std::set<std::string> names;
      if (const json::value* parameters = json::find(tree, "parameters")) {
        for (const json::value& parameter : parameters->as_array()) {
          const std::string name = json::get_string(parameter.as_object(), "$ref").substr(24);
          const json::object& described = components.at("parameters").as_object().at(name).as_object();
          if (json::get_string(described, "in") == "path") names.insert(json::get_string(described, "name"));
        }
      }
      std::set<std::string> in_path;
      replace_names(path.key(), [&](const std::string& name) { return in_path.insert(name).first->substr(0, 0); });
      EXPECT_EQ(names, in_path) << path.key();
    }
  }
}

TEST(OpenApi, DescribesEveryModelByItsOwnParameters) {
  ApiWorld world;
  const json::object document = get_description(world);
  const json::object& schemas = document.at("components").as_object().at("schemas").as_object();
  for (const catalog::ModelSpec& model : world.catalog.models()) {
    const json::object& schema = schemas.at(model.id).as_object();
    const json::object& properties = schema.at("properties").as_object();
    EXPECT_EQ(properties.size(), model.spellings.size() + 4);  // and model, dry_run, callback_url, callback_events
    EXPECT_EQ(properties.at("model").as_object().at("const"), json::value(model.id));
    const json::object& body = document.at("paths").as_object().at(model.endpoint).as_object().at("post").as_object();
    EXPECT_THAT(json::print(body.at("requestBody")), HasSubstr("#/components/schemas/" + model.id + "\""));
  }
  EXPECT_THAT(json::print(document), Not(HasSubstr("wire_model")));
  EXPECT_THAT(json::print(document), Not(HasSubstr("/admin/")));
}

}  // namespace
}  // namespace darkroom::test
