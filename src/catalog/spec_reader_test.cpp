// Every rule of catalog/SCHEMA.md that the reader holds a file to, each with the sentence that names the fault.
#include "catalog/spec_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <span>

#include "base/check.h"

namespace darkroom::catalog {
namespace {

// A model that has a bit of everything and is right in every respect.
constexpr const char* kPen = R"({
  "id": "pen", "family": "pen", "kind": "video", "endpoint": "/api/v1/videos/generations", "title": "Pen",
  "summary": "Draws.", "notes": ["In ink."],
  "modes": [{"name": "write"},
            {"name": "copy", "media": ["video"], "with": ["image"], "source_seconds": {"minimum": 1, "maximum": 9}},
            {"name": "trace", "media": ["image", "mask"], "needs": ["image"]}],
  "parameters": [
    {"name": "prompt", "type": "string", "required": true, "max_length": 9, "description": "What to write."},
    {"name": "ink", "aliases": ["colour"], "type": "string", "values": ["blue", "black"], "default": "blue",
     "limits": [{"when": {"length": [7], "mode": ["write"]}, "values": ["black"]}], "description": "Its colour."},
    {"name": "length", "passed_as": "duration", "type": "integer", "values": [5, 7], "default": 5,
     "modes": ["write", "trace"], "elsewhere": "ignored", "description": "Seconds."},
    {"name": "image_urls", "type": "url_list", "role": "image", "max_length": 3,
     "limits": [{"when": {"mode": ["copy"]}, "max_length": 1}], "description": "What to trace."},
    {"name": "marks", "type": "object_list", "description": "Masks.",
     "fields": [{"name": "url", "type": "url", "required": true, "role_from": "role", "description": "A link."},
                {"name": "role", "type": "string", "required": true, "values": ["mask"], "description": "Its role."}]},
    {"name": "film", "type": "url", "role": "video", "description": "What to copy."},
    {"name": "box", "type": "object", "passed": false, "description": "A box.",
     "fields": [{"name": "most", "type": "integer", "minimum": 1, "maximum": 4, "description": "How many."}]}],
  "set": {"when": {"ink": ["black"]}, "size": "box.most"},
  "price": {"unit": "second", "by": ["ink", "with_image"],
            "credits": {"blue": {"false": "2.5", "true": "3"}, "black": {"true": "4"}}},
  "routes": [{"provider": "pen", "wire_model": {"write": "w", "copy": "c", "trace": "t"}, "call_cost": "1"}],
  "cap_seconds": 60, "typical_seconds": 1,
  "examples": [{"title": "A cat", "body": {"model": "pen", "prompt": "a cat"}}]})";

struct Fault {
  const char* pointer;  // JSON pointer of the member to set; "null" as value takes it away
  const char* value;
  const char* error;
};

std::vector<std::string> read_with(const Fault& row) {
  json::value tree = json::parse(kPen).value();
  const std::string_view pointer = row.pointer;
  const std::size_t slash = pointer.rfind('/');
  json::object& parent = tree.at_pointer(pointer.substr(0, slash)).as_object();
  const std::string_view name = pointer.substr(slash + 1);
  json::value value = json::parse(row.value).value();
  if (value.is_null()) {
    parent.erase(name);
  } else {
    parent[name] = std::move(value);
  }
  std::vector<std::string> errors;
  read_model("pen.json", json::print(tree), errors);
  return errors;
}

void expect_faults(std::span<const Fault> rows) {
  for (const Fault& row : rows) {
    const std::vector<std::string> errors = read_with(row);
    ASSERT_FALSE(errors.empty()) << row.pointer << " " << row.value;
    EXPECT_EQ(errors[0], fmt::format("pen.json: {}", row.error)) << row.pointer << " " << row.value;
  }
}

TEST(ReadModel, TakesWhatIsRight) {
  std::vector<std::string> errors;
  const ModelSpec model = read_model("pen.json", kPen, errors);
  ASSERT_TRUE(errors.empty()) << fmt::format("{}", fmt::join(errors, "\n"));
  EXPECT_EQ(model.find_param("colour"), 1U);
  EXPECT_EQ(model.find_param("length"), 2U);
  EXPECT_EQ(model.find_param("duration"), kNone);
  EXPECT_EQ(model.params[2].passed_as, "duration");
  EXPECT_EQ(model.routes[0].wire_model_of(model.find_mode("trace")), "t");
  ASSERT_EQ(model.price.table.size(), 4U);
  EXPECT_EQ(model.price.table[1]->text(), "3");
  EXPECT_FALSE(model.price.table[2].has_value());
  EXPECT_EQ(model.price.lowest().text(), "2.5");
  EXPECT_EQ(model.price.highest().text(), "4");
}

TEST(ReadModel, TextsAndModes) {
  const Fault rows[] = {
      {"/id", "\"\"", "id: must be a string that is not empty"},
      {"/id", "7", "id: must be a string that is not empty"},
      {"/kind", "\"song\"", "kind: must be one of image, video, tool"},
      {"/endpoint", "\"/images\"", "endpoint: must start with /api/v1/"},
      {"/notes", "[\"\"]", "notes: must be an array of strings that are not empty"},
      {"/modes", "[]", "modes: must be an array of objects that is not empty"},
      {"/modes", "null", "modes: is missing"},
      {"/modes/0/media", "[\"audio\"]", "modes: must have one without media, unless a required parameter brings them"},
      {"/modes/2/media", "null", "modes: must have one without media, unless a required parameter brings them"},
      {"/modes/1/media", "[\"film\"]", "modes[1].media: must be of image, first_frame, last_frame, video, audio, mask"},
      {"/modes/2/media", "[\"image\"]", "parameters[4]: no mode takes these media"},
      {"/modes/1/source_seconds/maximum", "0", "modes[1].source_seconds.maximum: must be an integer of at least 1"},
      {"/modes/1/source_seconds/maximum", "3601", "modes[1].source_seconds.maximum: must be at most 3600"},
      {"/modes/0/source_seconds", "{\"maximum\": 9}",
       "modes[0].source_seconds: is for modes with the media video only"},
      {"/cap_seconds", "0", "cap_seconds: must be an integer from 1 to 86400"},
      {"/typical_seconds", "1.5", "typical_seconds: must be an integer from 1 to 86400"},
      {"/examples", "[]", "examples: must be an array of objects that is not empty"},
      {"/examples/0/body", "[]", "examples[0].body: must be an object"},
      {"/titel", "\"Pen\"", "titel: is no field of a model file; did you mean \"title\"?"},
      {"/set/size", "\"box\"", "set.size: must be <parameter>.<field>, an integer from 1 to 100"},
      {"/set/when/ink", "\"black\"", "set.when.ink: must be an array of values that is not empty"},
      {"/set/when/paper", "[1]", "set.when.paper: must name a parameter of this model"},
  };
  expect_faults(rows);
}

TEST(ReadModel, Parameters) {
  const Fault rows[] = {
      {"/parameters", "[]", "parameters: must be an array of objects that is not empty"},
      {"/parameters", "[7]", "parameters: must be an array of objects that is not empty"},
      {"/parameters/0/name", "\"model\"", "parameters[0].name: must not be \"model\": that is the request's own field"},
      {"/parameters/0/name", "\"dry_run\"",
       "parameters[0].name: must not be \"dry_run\": that is the request's own field"},
      {"/parameters/0/type", "\"text\"",
       "parameters[0].type: must be one of string, integer, number, boolean, string_list, url, url_list, object, "
       "object_list, task"},
      {"/parameters/0/type", "\"string_list\"", "parameters[0].type: must be string for the parameter prompt"},
      {"/parameters/0/required", "1", "parameters[0].required: must be true or false"},
      {"/parameters/0/required", "[\"draw\"]",
       "parameters[0].required: must name modes of this model: write, copy, trace"},
      {"/parameters/0/min_length", "\"1\"", "parameters[0].min_length: must be an integer"},
      {"/parameters/0/min_length", "10", "parameters[0].min_length: must not be above max_length"},
      {"/parameters/0/minimum", "1", "parameters[0].minimum: is for types integer and number only"},
      {"/parameters/0/default", "\"cat\"", "parameters[0].default: is for optional parameters only"},
      {"/parameters/0/refusal", "\"no\"", "parameters[0].refusal: needs values"},
      {"/parameters/0/as_flag", "true", "parameters[0].as_flag: is for lists only"},
      {"/parameters/0/role", "\"image\"", "parameters[0].role: is for types url, url_list and task only"},
      {"/parameters/0/elsewhere", "\"ignored\"", "parameters[0].elsewhere: is no field of a model file"},
      {"/parameters/0/description", "\"\"", "parameters[0].description: must be a string that is not empty"},
      {"/parameters/0/aliases", "[\"ink\"]", "parameters[1]: the name ink appears twice"},
      {"/parameters/5/name", "\"ink\"", "parameters[5]: the name ink appears twice"},
      {"/parameters/1/passed_as", "\"prompt\"", "parameters[1].passed_as: prompt is that of prompt too"},
      {"/parameters/1/max_length", "3", "parameters[1].max_length: is for free strings and lists only"},
      {"/parameters/1/default", "\"red\"", "parameters[1].default: pen: ink must be one of blue, black"},
      {"/parameters/1/default_unless", "\"pressure\"",
       "parameters[1].default_unless: must name a parameter of this model"},
      {"/parameters/1/pixels", "{\"multiple_of\": 8}", "parameters[1].pixels.max_side: is missing"},
      {"/parameters/2/values", "[\"5\"]",
       "parameters[2].values: must be strings for string and string_list, integers for integer, one of true and false "
       "for boolean, and is for no other type"},
      {"/parameters/2/modes", "[\"draw\"]", "parameters[2].modes: must name modes of this model: write, copy, trace"},
      {"/parameters/2/elsewhere", "\"kept\"", "parameters[2].elsewhere: must be one of ignored, refused"},
      {"/parameters/2/elsewhere", "null", "parameters[2].elsewhere: is missing"},
      {"/parameters/3/role", "null",
       "parameters[3].role: must be image, first_frame, last_frame, video, audio or mask, or an array of them"},
      {"/parameters/3/default", "[\"https://a.example/\"]", "parameters[3].default: is not for media"},
      {"/parameters/5/role", "[\"video\", \"image\"]", "parameters[5].role: must be one for types url and task"},
      {"/parameters/5/frames_by", "\"ink\"", "parameters[5].frames_by: is for type url_list only"},
      {"/parameters/4/fields", "null", "parameters[4].fields: is missing"},
  };
  expect_faults(rows);
}

TEST(ReadModel, FieldsAndLimits) {
  const Fault rows[] = {
      {"/parameters/4/fields/0/type", "\"object\"",
       "parameters[4].fields[0].type: must be one of string, integer, boolean, string_list, url"},
      {"/parameters/4/fields/0/role_from", "null",
       "parameters[4].fields[0].role_from: must be given for type url, and for no other"},
      {"/parameters/4/fields/0/required", "false",
       "parameters[4].fields: a link needs to be required, in an object_list, with a required field of roles as "
       "values"},
      {"/parameters/4/fields/1/values", "[\"hat\"]",
       "parameters[4].fields: a link needs to be required, in an object_list, with a required field of roles as "
       "values"},
      {"/parameters/4/type", "\"object\"",
       "parameters[4].fields: a link needs to be required, in an object_list, with a required field of roles as "
       "values"},
      {"/parameters/1/limits/0/values", "null",
       "parameters[1].limits[0].values: or max_length must be given, and not both"},
      {"/parameters/1/limits/0/max_length", "1",
       "parameters[1].limits[0].values: or max_length must be given, and not both"},
      {"/parameters/3/limits/0/values", "[1]",
       "parameters[3].limits[0].values: or max_length must be given, and not both"},
      {"/parameters/1/limits/0/values", "[\"red\"]",
       "parameters[1].limits[0].values: pen: ink must be one of blue, black"},
      {"/parameters/1/limits/0/when", "{\"length\": [6]}",
       "parameters[1].limits[0].when: pen: length must be one of 5, 7"},
      {"/parameters/1/limits/0/when", "{\"length\": 7}",
       "parameters[1].limits[0].when.length: must be an array of values that is not empty"},
      {"/parameters/1/limits/0/when", "{\"mode\": [\"draw\"]}",
       "parameters[1].limits[0].when.mode: must name modes of this model: write, copy, trace"},
  };
  expect_faults(rows);
}

TEST(ReadModel, PriceAndRoutes) {
  constexpr const char* kCredits = "must be credits as a decimal string with at most six decimals, such as \"14.375\"";
  const std::string flat = fmt::format("price.credits.blue.true: {}", kCredits);
  const Fault rows[] = {
      {"/price/unit", "null", "price.unit: is missing"},
      {"/price/unit", "\"picture\"", "price.unit: must be one of image, second, generation"},
      {"/price/by", "[\"ink\", \"prompt\"]",
       "price.by: prompt must be a passed parameter with values, with_<role> or above_30_fps"},
      {"/price/by", "[\"ink\", \"with_hat\"]",
       "price.by: with_hat must be a passed parameter with values, with_<role> or above_30_fps"},
      {"/parameters/1/passed", "false",
       "price.by: ink must be a passed parameter with values, with_<role> or above_30_fps"},
      {"/price/credits", "\"2.5\"", "price.credits: must be an object with prices by ink"},
      {"/price/credits/blue", "{}", "price.credits.blue: must be an object with prices by with_image"},
      {"/price/credits/green", "{\"true\": \"1\"}", "price.credits.green: must be one of blue, black"},
      {"/price/credits/blue/yes", "\"1\"", "price.credits.blue.yes: must be one of false, true"},
      {"/price/credits/blue/true", "2.5", flat.c_str()},
      {"/price/credits/blue/true", "\"1e3\"", flat.c_str()},
      {"/price/credits/blue/true", "\"1.0000001\"", flat.c_str()},
      {"/price/credits/blue/true", "\"-1\"", flat.c_str()},
      {"/price/credits/blue/true", "\"90000\"", "price.credits: is too high to be multiplied by a count"},
      {"/price/priced_as", "{\"length\": {}}", "price.priced_as.length: must be an object and named in by"},
      {"/price/priced_as", "{\"ink\": {\"blue\": \"red\"}}",
       "price.priced_as.ink: must lead from one value to another that has a price"},
      {"/price/priced_as", "{\"ink\": {\"blue\": \"black\"}}", "price.credits.blue: must be one of black"},
      {"/price/pixel_tiers", "{\"1k\": 100}", "price.pixel_tiers: must be resolutions with a growing number of pixels"},
      {"/price/tiers", "[]", "price.tiers: is no field of a model file"},
      {"/parameters/2/default", "null",
       "price.unit: second needs a duration of at most 3600, given or by default, in the mode write"},
      {"/parameters/2/modes", "[\"write\"]",
       "price.unit: second needs a duration of at most 3600, given or by default, in the mode trace"},
      {"/routes", "[]", "routes: must be an array of objects that is not empty"},
      {"/routes/0/provider", "\"\"", "routes[0].provider: must be a string that is not empty"},
      {"/routes/0/wire_model/copy", "null", "routes[0].wire_model: must have a name for each mode: write, copy, trace"},
      {"/routes/0/wire_model/draw", "\"d\"",
       "routes[0].wire_model: must have a name for each mode: write, copy, trace"},
      {"/routes/0/wiremodel", "\"x\"",
       "routes[0].wiremodel: is no field of a model file; did you mean \"wire_model\"?"},
      {"/routes/0/call_cost", "\"90000\"", "routes[0].call_cost: is too high"},
  };
  expect_faults(rows);
}

TEST(ReadModel, ModesHaveNamesOfTheirOwn) {
  json::value tree = json::parse(kPen).value();
  tree.as_object()["modes"].as_array().push_back(json::parse(R"({"name": "copy", "media": ["audio"]})").value());
  std::vector<std::string> errors;
  read_model("pen.json", json::print(tree), errors);
  ASSERT_FALSE(errors.empty());
  EXPECT_EQ(errors[0], "pen.json: modes[3]: the name copy appears twice");
}

TEST(ReadModel, CountNeedsItsBounds) {
  json::value tree = json::parse(kPen).value();
  tree.as_object()["parameters"].as_array().push_back(
      json::parse(R"({"name":"copies","passed_as":"n","type":"integer","minimum":1,"description":"How many."})")
          .value());
  std::vector<std::string> errors;
  read_model("pen.json", json::print(tree), errors);
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0], "pen.json: parameters[7].minimum: and maximum of the parameter n must be given, from 1 to 100");
}

}  // namespace
}  // namespace darkroom::catalog
