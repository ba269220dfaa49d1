// The contract of the two gemini-2.5 models as a table: what is taken and how it is normalised, what is refused with
// which code, field and words.
#include "catalog/params.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/check.h"
#include "catalog/catalog.h"
#include "catalog/quote.h"
#include "catalog/value.h"

namespace darkroom::catalog {
namespace {

constexpr const char* kDefault = "gemini-2.5-flash-image-preview";
constexpr const char* kOfficial = "gemini-2.5-flash-image-preview-official";
constexpr const char* kSizes = "1:1, 2:3, 3:2, 3:4, 4:3, 4:5, 5:4, 9:16, 16:9, 21:9";

const Catalog& built_in() {
  static const auto catalog = load_catalog("");
  DR_CHECK(catalog.has_value());
  return *catalog;
}

const ModelSpec& get_model(std::string_view id) {
  const ModelSpec* model = built_in().find(id);
  DR_CHECK(model != nullptr);
  return *model;
}

Result<Normalised> validate_text(std::string_view id, std::string_view body) {
  const auto tree = json::parse_object(body);
  DR_CHECK(tree.has_value());
  return validate(get_model(id), *tree);
}

std::string make_body(std::string_view member) { return fmt::format(R"({{"model":"x","prompt":"a cat",{}}})", member); }

// "https://a.example/0", … as members of an array.
std::string make_urls(int count) {
  std::string list;
  for (int i = 0; i < count; ++i) list += fmt::format(R"({}"https://a.example/{}")", i == 0 ? "" : ",", i);
  return list;
}

struct Taken {
  const char* member;
  const char* parameters;
  std::uint32_t count;
  std::size_t urls;
};

TEST(ContractTaken, BothModelsNormaliseAlike) {
  const Taken rows[] = {
      {R"("n":1)", R"({"size":"1:1","resolution":"1K"})", 1, 0},
      {R"("n":4)", R"({"size":"1:1","resolution":"1K"})", 4, 0},
      {R"("n":2.0)", R"({"size":"1:1","resolution":"1K"})", 2, 0},
      {R"("n":3e0)", R"({"size":"1:1","resolution":"1K"})", 3, 0},
      {R"("n":null)", R"({"size":"1:1","resolution":"1K"})", 1, 0},
      {R"("size":"16:9")", R"({"size":"16:9","resolution":"1K"})", 1, 0},
      {R"("size":null)", R"({"size":"1:1","resolution":"1K"})", 1, 0},
      {R"("resolution":"1K")", R"({"size":"1:1","resolution":"1K"})", 1, 0},
      {R"("resolution":"1k")", R"({"size":"1:1","resolution":"1K"})", 1, 0},
      {R"("resolution":null)", R"({"size":"1:1","resolution":"1K"})", 1, 0},
      {R"("image_urls":[])", R"({"size":"1:1","resolution":"1K"})", 1, 0},
      {R"("image_urls":null)", R"({"size":"1:1","resolution":"1K"})", 1, 0},
      {R"("image_urls":["https://a.example/x.png"])", R"({"resolution":"1K"})", 1, 1},
      {R"("image_urls":["HTTP://a.example/x","https://b.example"])", R"({"resolution":"1K"})", 1, 2},
      {R"("size":"4:3","image_urls":["https://a.example/x"])", R"({"size":"4:3","resolution":"1K"})", 1, 1},
      {R"("size":null,"image_urls":["https://a.example/x"])", R"({"resolution":"1K"})", 1, 1},
  };
  for (const char* id : {kDefault, kOfficial}) {
    for (const Taken& row : rows) {
      const auto request = validate_text(id, make_body(row.member));
      ASSERT_TRUE(request) << row.member << ": " << request.error().message;
      EXPECT_EQ(request->prompt, "a cat");
      EXPECT_EQ(request->count, row.count) << row.member;
      EXPECT_EQ(request->references.size(), row.urls) << row.member;
      EXPECT_EQ(json::print(request->parameters), row.parameters) << row.member;
      EXPECT_TRUE(request->ignored.empty()) << row.member;
    }
  }
}

TEST(ContractTaken, EverySizeOfThePage) {
  for (const char* size : {"1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"}) {
    const auto request = validate_text(kDefault, make_body(fmt::format(R"("size":"{}")", size)));
    ASSERT_TRUE(request) << size;
    EXPECT_EQ(json::get_string(request->parameters, "size"), size);
  }
  const auto& params = get_model(kDefault).params;
  const auto found = std::ranges::find(params, "size", &Param::name);
  ASSERT_NE(found, params.end());
  EXPECT_EQ(fmt::format("{}", fmt::join(found->values, ", ")), kSizes);
}

TEST(ContractTaken, PromptLengthCountsCodePoints) {
  std::string thousand;
  for (int i = 0; i < 1000; ++i) thousand += "月";
  EXPECT_TRUE(validate_text(kDefault, fmt::format(R"({{"prompt":"{}"}})", thousand)));
  const auto longer = validate_text(kDefault, fmt::format(R"({{"prompt":"{}a"}})", thousand));
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().message,
            "gemini-2.5-flash-image-preview: prompt must be a string of 1 to 1000 characters, not of 1001");
  EXPECT_TRUE(validate_text(kDefault, R"({"prompt":"x"})"));
  // A blank prompt has characters; what to make of them is the model's business.
  EXPECT_EQ(validate_text(kDefault, R"({"prompt":"  "})")->prompt, "  ");
}

TEST(ContractTaken, FourteenReferencesInTheirOrder) {
  const auto request = validate_text(kDefault, make_body(fmt::format(R"("image_urls":[{}])", make_urls(14))));
  ASSERT_TRUE(request);
  ASSERT_EQ(request->references.size(), 14U);
  EXPECT_EQ(request->references.front().url, "https://a.example/0");
  EXPECT_EQ(request->references.front().field, "image_urls[0]");
  EXPECT_EQ(request->references.front().role, Role::image);
  EXPECT_EQ(request->references.back().url, "https://a.example/13");
}

struct Refused {
  std::string body;
  Code code;
  const char* field;
  std::string message;  // after "<model>: ", or whole for a missing parameter
};

std::vector<Refused> make_refused_rows() {
  constexpr Code kInvalid = Code::invalid_parameter;
  constexpr Code kMissing = Code::missing_parameter;
  const std::string size = fmt::format("size must be one of {}", kSizes);
  const std::string n = "n must be an integer from 1 to 4";
  const std::string urls = "image_urls must be an array of up to 14 public http(s) URLs";
  const std::string url = "must be a public http(s) URL";
  const std::string prompt = "prompt must be a string of 1 to 1000 characters";
  return {
      {R"({})", kMissing, "prompt", "Missing required parameter: prompt"},
      {R"({"prompt":null})", kMissing, "prompt", "Missing required parameter: prompt"},
      {R"({"image_urls":["https://a.example/x"]})", kMissing, "prompt", "Missing required parameter: prompt"},
      {R"({"prompt":""})", kInvalid, "prompt", prompt + ", not of 0"},
      {R"({"prompt":7})", kInvalid, "prompt", prompt + ", not a number"},
      {R"({"prompt":["a"]})", kInvalid, "prompt", prompt + ", not an array"},
      {R"({"prompt":[]})", kInvalid, "prompt", prompt + ", not an array"},
      {R"({"prompt":{}})", kInvalid, "prompt", prompt + ", not an object"},
      {R"({"prompt":"a\u0000b"})", kInvalid, "prompt", "prompt must not contain the character U+0000"},
      {make_body(R"("size":"1:2")"), kInvalid, "size", size},
      {make_body(R"("size":"16:9 ")"), kInvalid, "size", size},
      {make_body(R"("size":"")"), kInvalid, "size", size},
      {make_body(R"("size":"1024x1024")"), kInvalid, "size", size},
      {make_body(R"("size":1)"), kInvalid, "size", size + ", not a number"},
      {make_body(R"("resolution":"2K")"), kInvalid, "resolution", "only resolution=1K is supported"},
      {make_body(R"("resolution":"4k")"), kInvalid, "resolution", "only resolution=1K is supported"},
      {make_body(R"("resolution":"")"), kInvalid, "resolution", "only resolution=1K is supported"},
      {make_body(R"("resolution":1)"), kInvalid, "resolution", "resolution must be 1K, not a number"},
      {make_body(R"("n":0)"), kInvalid, "n", n},
      {make_body(R"("n":5)"), kInvalid, "n", n},
      {make_body(R"("n":-1)"), kInvalid, "n", n},
      {make_body(R"("n":1000000000)"), kInvalid, "n", n},
      {make_body(R"("n":18446744073709551615)"), kInvalid, "n", n},
      {make_body(R"("n":1e300)"), kInvalid, "n", n},
      {make_body(R"("n":-1e300)"), kInvalid, "n", n},
      {make_body(R"("n":2.5)"), kInvalid, "n", n + ", not a fraction"},
      {make_body(R"("n":"2")"), kInvalid, "n", n + ", not a string"},
      {make_body(R"("n":true)"), kInvalid, "n", n + ", not a boolean"},
      {make_body(R"("image_urls":"https://a.example/x")"), kInvalid, "image_urls", urls + ", not a string"},
      {make_body(R"("image_urls":{})"), kInvalid, "image_urls", urls + ", not an object"},
      {make_body(fmt::format(R"("image_urls":[{}])", make_urls(15))), kInvalid, "image_urls", urls + ", not of 15"},
      {make_body(R"("image_urls":["https://a.example/x",7])"), kInvalid, "image_urls",
       "image_urls[1] " + url + ", not a number"},
      {make_body(R"("image_urls":[null])"), kInvalid, "image_urls", "image_urls[0] " + url + ", not null"},
      {make_body(R"("image_urls":[""])"), kInvalid, "image_urls", "image_urls[0] " + url},
      {make_body(R"("image_urls":["ftp://a.example/x"])"), kInvalid, "image_urls", "image_urls[0] " + url},
      {make_body(R"("image_urls":[" https://a.example/x"])"), kInvalid, "image_urls", "image_urls[0] " + url},
      {make_body(R"("image_urls":["iVBORw0KGgo="])"), kInvalid, "image_urls", "image_urls[0] " + url},
      {make_body(R"("image_urls":["data:image/png;base64,iVBORw0KGgo="])"), kInvalid, "image_urls",
       "image_urls[0] " + url + "; data: and base64 payloads are not accepted"},
      {make_body(R"("image_urls":["DATA:,x"])"), kInvalid, "image_urls",
       "image_urls[0] " + url + "; data: and base64 payloads are not accepted"},
      {make_body(fmt::format(R"("image_urls":["https://a.example/{}"])", std::string(kMaxUrlBytes, 'x'))), kInvalid,
       "image_urls", "image_urls[0] must be at most 2048 bytes long"},
  };
}

TEST(ContractRefused, BothModelsRefuseAlike) {
  for (const char* id : {kDefault, kOfficial}) {
    for (const Refused& row : make_refused_rows()) {
      const auto request = validate_text(id, row.body);
      ASSERT_FALSE(request) << row.body;
      EXPECT_EQ(request.error().code, row.code) << row.body;
      EXPECT_EQ(request.error().field, row.field) << row.body;
      const bool whole = row.code == Code::missing_parameter;
      EXPECT_EQ(request.error().message, whole ? row.message : fmt::format("{}: {}", id, row.message)) << row.body;
    }
  }
}

// The sample of the page, to the letter.
TEST(ContractRefused, ResolutionInTheWordsOfThePage) {
  const auto request = validate_text(kDefault, make_body(R"("resolution":"2K")"));
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().message, "gemini-2.5-flash-image-preview: only resolution=1K is supported");
  EXPECT_EQ(info(request.error().code).public_number, 20003);
  EXPECT_EQ(info(request.error().code).http_status, 400);
}

TEST(OfficialFallback, IsKnownToTheDefaultChannelOnly) {
  const auto taken = validate_text(kDefault, make_body(R"("official_fallback":true)"));
  ASSERT_TRUE(taken);
  EXPECT_EQ(json::find(taken->parameters, "official_fallback"), nullptr);  // no route is told
  EXPECT_TRUE(taken->ignored.empty());

  const auto wrong_type = validate_text(kDefault, make_body(R"("official_fallback":"yes")"));
  ASSERT_FALSE(wrong_type);
  EXPECT_EQ(wrong_type.error().message,
            "gemini-2.5-flash-image-preview: official_fallback must be true or false, not a string");

  const auto refused = validate_text(kOfficial, make_body(R"("official_fallback":true)"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::invalid_parameter);
  EXPECT_EQ(refused.error().field, "official_fallback");
  EXPECT_EQ(refused.error().message,
            "gemini-2.5-flash-image-preview-official: official_fallback is not a parameter of this model");
  EXPECT_TRUE(validate_text(kOfficial, make_body(R"("official_fallback":null)")));
}

TEST(UnknownNames, AreIgnoredAndNamed) {
  const auto request = validate_text(kDefault, make_body(R"("sise":"1:1","quality":{"x":[1]},"nothing":null)"));
  ASSERT_TRUE(request);
  EXPECT_EQ(request->ignored, (std::vector<std::string>{"sise", "quality"}));
  EXPECT_EQ(json::print(request->parameters), R"({"size":"1:1","resolution":"1K"})");
}

TEST(Price, IsExact) {
  const auto total = [](std::string_view id, std::uint32_t count) {
    Normalised request;
    request.count = count;
    return quote(get_model(id), request)->total.text();
  };
  EXPECT_EQ(total(kDefault, 3), "43.125");
  EXPECT_EQ(total(kDefault, 1), "14.375");
  EXPECT_EQ(total(kOfficial, 1), "35.88");
  EXPECT_EQ(total(kOfficial, 4), "143.52");
}

TEST(CodePoints, AreNotBytes) {
  EXPECT_EQ(count_code_points(""), 0U);
  EXPECT_EQ(count_code_points("aé月🦊"), 4U);
}

// Types that no model uses this way.
TEST(Normalise, NumbersAndStringLists) {
  const ModelSpec& model = get_model(kDefault);
  std::vector<std::string> ignored;
  Param strength;
  strength.name = "strength";
  strength.type = ParamType::number;
  strength.minimum = 0;
  strength.maximum = 1;
  const auto made = [&](const Param& param, json::value value) {
    return normalise({model, param, param.name}, value, ignored);
  };
  EXPECT_EQ(made(strength, json::value(0.5)), json::value(0.5));
  EXPECT_EQ(made(strength, json::value(1)), json::value(1));
  const auto high = made(strength, json::value(1.01));
  ASSERT_FALSE(high);
  EXPECT_EQ(high.error().message, "gemini-2.5-flash-image-preview: strength must be a number from 0 to 1");

  Param tags;
  tags.name = "tags";
  tags.type = ParamType::string_list;
  EXPECT_TRUE(made(tags, json::value(json::array{"a", "b"})));
  const auto mixed = made(tags, json::value(json::array{"a", false}));
  ASSERT_FALSE(mixed);
  EXPECT_EQ(mixed.error().message, "gemini-2.5-flash-image-preview: tags[1] must be a string, not a boolean");
}

}  // namespace
}  // namespace darkroom::catalog
