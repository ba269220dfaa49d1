#include "catalog/schema.h"

#include <gtest/gtest.h>

#include "catalog/spec_reader.h"

namespace darkroom::catalog {
namespace {

TEST(BodySchema, SaysOfEachTypeWhatValidationHoldsItTo) {
  std::vector<std::string> errors;
  const ModelSpec model = read_model("a.json", R"({
    "id": "a", "family": "a", "kind": "image", "endpoint": "/api/v1/images/generations",
    "title": "A", "summary": "Draws.",
    "parameters": [
      {"name": "prompt", "type": "string", "required": true, "min_length": 1, "max_length": 9, "description": "What."},
      {"name": "size", "type": "string", "values": ["1:1", "2:3"], "default": "1:1", "description": "Ratio."},
      {"name": "n", "type": "integer", "minimum": 1, "maximum": 4, "default": 1, "description": "How many."},
      {"name": "strength", "type": "number", "minimum": 0, "description": "How much."},
      {"name": "fast", "type": "boolean", "description": "Or not."},
      {"name": "tags", "type": "string_list", "min_length": 1, "description": "Words."},
      {"name": "image_urls", "type": "url_list", "role": "image", "max_length": 2, "description": "References."},
      {"name": "mask_url", "type": "url", "role": "mask", "description": "A mask."},
      {"name": "seconds", "type": "integer", "values": [4, 8], "description": "Either."},
      {"name": "polite", "aliases": ["nice"], "type": "boolean", "values": [true], "description": "Always."},
      {"name": "shape", "type": "string", "values": ["auto"], "description": "Or pixels.",
       "pixels": {"multiple_of": 1, "max_side": 9, "max_ratio": 1, "min_pixels": 1, "max_pixels": 81}},
      {"name": "tools", "type": "object_list", "description": "Tools.", "fields": [
        {"name": "type", "type": "string", "required": true, "values": ["search"], "description": "Which."}]}
    ],
    "modes": [{"name": "draw"}, {"name": "mend", "media": ["image", "mask"]}],
    "price": {"unit": "image", "credits": "1"},
    "routes": [{"provider": "x", "wire_model": "secret", "call_cost": "1"}],
    "cap_seconds": 9, "typical_seconds": 1, "examples": [{"title": "One", "body": {"model": "a", "prompt": "b"}}]})",
                                     errors);
  ASSERT_TRUE(errors.empty()) << errors.front();
  const Result<json::object> expected = json::parse_object(R"({
    "title": "A", "description": "Draws.", "type": "object", "required": ["model", "prompt"],
    "properties": {
      "model": {"type": "string", "const": "a"},
      "dry_run": {"type": "boolean", "default": false,
        "description": "Answer with the price alone: no task, no charge."},
      "prompt": {"type": "string", "minLength": 1, "maxLength": 9, "description": "What."},
      "size": {"type": "string", "enum": ["1:1", "2:3"], "default": "1:1", "description": "Ratio."},
      "n": {"type": "integer", "minimum": 1, "maximum": 4, "default": 1, "description": "How many."},
      "strength": {"type": "number", "minimum": 0, "description": "How much."},
      "fast": {"type": "boolean", "description": "Or not."},
      "tags": {"type": "array", "items": {"type": "string"}, "minItems": 1, "description": "Words."},
      "image_urls": {"type": "array", "maxItems": 2, "description": "References.",
        "items": {"type": "string", "format": "uri", "maxLength": 2048, "pattern": "^[hH][tT][tT][pP][sS]?://"}},
      "mask_url": {"type": "string", "format": "uri", "maxLength": 2048, "pattern": "^[hH][tT][tT][pP][sS]?://",
        "description": "A mask."},
      "seconds": {"type": "integer", "enum": [4, 8], "description": "Either."},
      "nice": {"type": "boolean", "const": true, "deprecated": true, "description": "Another spelling of polite."},
      "polite": {"type": "boolean", "const": true, "description": "Always."},
      "shape": {"type": "string", "anyOf": [{"enum": ["auto"]}, {"pattern": "^[0-9]+x[0-9]+$"}],
        "description": "Or pixels."},
      "tools": {"type": "array", "description": "Tools.", "items": {"type": "object", "required": ["type"],
        "properties": {"type": {"type": "string", "enum": ["search"], "description": "Which."}}}}
    }})");
  ASSERT_TRUE(expected);
  EXPECT_EQ(body_schema(model), *expected) << json::print(body_schema(model));
}

}  // namespace
}  // namespace darkroom::catalog
