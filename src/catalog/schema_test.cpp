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
      {"name": "image_urls", "type": "url_list", "max_length": 2, "description": "References."}
    ],
    "price": {"unit": "image", "credits": "1"},
    "routes": [{"provider": "x", "wire_model": "secret", "call_cost": "1"}],
    "cap_seconds": 9, "typical_seconds": 1, "example": {"model": "a", "prompt": "b"}})",
                                     errors);
  ASSERT_TRUE(errors.empty()) << errors.front();
  const Result<json::object> expected = json::parse_object(R"({
    "title": "A", "description": "Draws.", "type": "object", "required": ["model", "prompt"],
    "properties": {
      "model": {"type": "string", "const": "a"},
      "prompt": {"type": "string", "minLength": 1, "maxLength": 9, "description": "What."},
      "size": {"type": "string", "enum": ["1:1", "2:3"], "default": "1:1", "description": "Ratio."},
      "n": {"type": "integer", "minimum": 1, "maximum": 4, "default": 1, "description": "How many."},
      "strength": {"type": "number", "minimum": 0, "description": "How much."},
      "fast": {"type": "boolean", "description": "Or not."},
      "tags": {"type": "array", "items": {"type": "string"}, "minItems": 1, "description": "Words."},
      "image_urls": {"type": "array", "maxItems": 2, "description": "References.",
        "items": {"type": "string", "format": "uri", "maxLength": 2048, "pattern": "^[hH][tT][tT][pP][sS]?://"}}
    }})");
  ASSERT_TRUE(expected);
  EXPECT_EQ(body_schema(model), *expected) << json::print(body_schema(model));
}

}  // namespace
}  // namespace darkroom::catalog
