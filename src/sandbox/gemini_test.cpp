#include "sandbox/gemini.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "sandbox/base64.h"
#include "sandbox/gemini_sizes.h"

namespace darkroom::sandbox {
namespace {

http::Request post(std::string body, std::string model = "gemini-2.5-flash-image") {
  http::Request request;
  request.method = "POST";
  request.path = "/v1beta/models/" + model + ":generateContent";
  request.headers = {{"X-Goog-Api-Key", "sandbox"}};
  request.body = std::move(body);
  return request;
}
std::string prompt_body(std::string_view prompt, std::string_view generation_config = "") {
  std::string body = R"({"contents":[{"parts":[{"text":)";
  json::append_string(body, prompt);
  body += "}]}]";
  if (!generation_config.empty()) body += R"(,"generationConfig":)" + std::string(generation_config);
  return body + "}";
}

class GeminiTest : public testing::Test {
 protected:
  json::object ask(const http::Request& request, int expected_status = 200) {
    const Reply reply = gemini_->answer(request, "");
    EXPECT_EQ(reply.response.status, expected_status) << request.body;
    const auto text = std::get<std::shared_ptr<const std::string>>(reply.response.body);
    auto tree = json::parse_object(*text, {.depth = 32, .bytes = 256 << 20});
    EXPECT_TRUE(tree) << *text;
    return tree ? *tree : json::object{};
  }
  json::object ask(std::string_view prompt, int expected_status = 200) {
    return ask(post(prompt_body(prompt)), expected_status);
  }
  // The picture in an answer, decoded; empty if there is none.
  static std::string picture(const json::object& answer) {
    const json::value* candidates = json::find(answer, "candidates");
    if (!candidates) return "";
    for (const json::value& part : candidates->at(0).at("content").at("parts").as_array()) {
      const json::value* blob = json::find(part.as_object(), "inlineData");
      if (blob) return decode_base64(blob->at("data").as_string()).value_or("");
    }
    return "";
  }
  PixelSize size_of(const http::Request& request) {
    return find_picture_size(as_bytes(picture(ask(request)))).value_or(PixelSize{});
  }
  static std::string status_of(const json::object& answer) {
    return json::get_string(answer.at("error").as_object(), "status");
  }
  static std::string message_of(const json::object& answer) {
    return json::get_string(answer.at("error").as_object(), "message");
  }

  std::unique_ptr<StandIn> gemini_ = make_gemini(GoogleHost::gemini_api);
};

TEST_F(GeminiTest, AnswersWithAPictureOfTheAskedShape) {
  const json::object answer = ask(post(prompt_body("a fox", R"({"imageConfig":{"aspectRatio":"16:9"}})")));
  EXPECT_EQ(find_picture_size(as_bytes(picture(answer))), (PixelSize{1344, 768}));
  const json::value& candidate = answer.at("candidates").at(0);
  EXPECT_EQ(candidate.at("finishReason").as_string(), "STOP");
  EXPECT_EQ(candidate.at("content").at("parts").as_array().size(), 2U);
  EXPECT_EQ(answer.at("usageMetadata").at("candidatesTokenCount").as_int64(), 1290);
  EXPECT_EQ(answer.at("modelVersion").as_string(), "gemini-2.5-flash-image");
  EXPECT_FALSE(answer.at("responseId").as_string().empty());
}

TEST_F(GeminiTest, TakesBothSpellingsOfAMember) {
  const std::string body = R"({"contents":[{"role":"user","parts":[{"text":"a fox"}]}],
      "generation_config":{"response_modalities":["IMAGE"],"image_config":{"aspect_ratio":"2:3"}}})";
  const json::object answer = ask(post(body));
  EXPECT_EQ(find_picture_size(as_bytes(picture(answer))), (PixelSize{832, 1248}));
  EXPECT_EQ(answer.at("candidates").at(0).at("content").at("parts").as_array().size(), 1U);
}

TEST_F(GeminiTest, FollowsTheFirstReferenceWhenNoRatioIsAsked) {
  Painting small;
  small.size = {300, 170};
  small.prompt = "a reference";
  const auto reference = paint(small);
  ASSERT_TRUE(reference);
  std::string body =
      R"({"contents":[{"parts":[{"text":"as a watercolour"},{"inlineData":{"mimeType":"image/png","data":")";
  append_base64(body, *reference);
  body += R"("}}]}]})";
  EXPECT_EQ(size_of(post(body)), (PixelSize{1344, 768}));
  EXPECT_EQ(size_of(post(prompt_body("a fox"))), (PixelSize{1024, 1024}));
}

TEST(GeminiSizes, FollowThePublishedTables) {
  struct Case {
    const char* model;
    const char* ratio;
    const char* size;
    std::optional<PixelSize> pixels;
  };
  for (const Case& c : {Case{"gemini-2.5-flash-image", "21:9", "1K", PixelSize{1536, 672}},
                        Case{"gemini-2.5-flash-image-preview", "3:4", "1K", PixelSize{864, 1184}},
                        Case{"gemini-2.5-flash-image", "1:1", "2K", std::nullopt},
                        Case{"gemini-2.5-flash-image", "1:4", "1K", std::nullopt},
                        Case{"gemini-3-pro-image-preview", "16:9", "1K", PixelSize{1376, 768}},
                        Case{"gemini-3-pro-image", "9:16", "2K", PixelSize{1536, 2752}},
                        Case{"gemini-3-pro-image", "21:9", "4K", PixelSize{6336, 2688}},
                        Case{"gemini-3-pro-image", "1:1", "512", std::nullopt},
                        Case{"gemini-3.1-flash-image", "1:1", "512", PixelSize{512, 512}},
                        Case{"gemini-3.1-flash-image-preview", "1:8", "4K", PixelSize{1536, 12288}},
                        Case{"gemini-3.1-flash-image", "4:1", "512", PixelSize{1024, 256}},
                        Case{"gemini-3.1-flash-lite-image", "1:1", "4K", std::nullopt},
                        Case{"gemini-3-pro-image", "7:5", "1K", std::nullopt}}) {
    const GeminiModel* model = find_gemini_model(c.model);
    ASSERT_NE(model, nullptr) << c.model;
    EXPECT_EQ(gemini_pixels(*model, c.ratio, c.size), c.pixels) << c.model << ' ' << c.ratio << ' ' << c.size;
  }
  EXPECT_EQ(find_gemini_model("gemini-1.0"), nullptr);
  EXPECT_EQ(nearest_ratio(*find_gemini_model("gemini-2.5-flash-image"), {100, 1000}), "9:16");
  EXPECT_EQ(nearest_ratio(*find_gemini_model("gemini-3.1-flash-image"), {100, 1000}), "1:8");
}

TEST_F(GeminiTest, EqualRequestsGetEqualPicturesAndOtherIndexesOthers) {
  const http::Request request = post(prompt_body("a fox"));
  const std::string first = picture(ask(request));
  EXPECT_EQ(picture(ask(request)), first);
  gemini_ = make_gemini(GoogleHost::gemini_api);
  EXPECT_EQ(picture(ask(request)), first) << "also by one that remembers nothing";
  http::Request second = request;
  second.headers.add("x-darkroom-call", "0123/1");
  EXPECT_NE(picture(ask(second)), first);
}

TEST_F(GeminiTest, ChecksTheKey) {
  http::Request without = post(prompt_body("a fox"));
  without.headers.clear();
  EXPECT_EQ(status_of(ask(without, 403)), "PERMISSION_DENIED");
  without.query = "key=sandbox";
  EXPECT_FALSE(picture(ask(without)).empty());
  http::Request bad = post(prompt_body("a fox"));
  bad.headers = {{"x-goog-api-key", "bad-key"}};
  const json::object answer = ask(bad, 400);
  EXPECT_EQ(answer.at("error").at("details").at(0).at("reason").as_string(), "API_KEY_INVALID");
}

TEST_F(GeminiTest, RefusesWrongRequestsAsTheVendorDoes) {
  const std::pair<std::string, std::string> cases[] = {
      {"", "Invalid JSON"},
      {"{", "Invalid JSON"},
      {"[]", "Invalid JSON"},
      {"{}", "contents is not specified"},
      {R"({"contents":[]})", "contents is not specified"},
      {R"({"contents":[{"parts":[]}]})", "parts must not be empty"},
      {R"({"contents":[{"role":"assistant","parts":[{"text":"x"}]}]})", "valid role"},
      {R"({"contents":[{"parts":[{"inlineData":{"mimeType":"image/png","data":"%%%%"}}]}]})", "Base64"},
      {R"({"contents":[{"parts":[{"inlineData":{"mimeType":"image/png","data":"AAAA"}}]}]})", "process input image"},
      {R"({"contents":[{"parts":[{"inlineData":{"mimeType":"image/gif","data":"AAAA"}}]}]})", "Unsupported MIME type"},
      {R"({"contents":[{"parts":[{"text":"x"}]}],"prompt":"x"})", "Unknown name \"prompt\""},
      {prompt_body("x", R"({"imageConfig":{"aspect":"1:1"}})"),
       "Unknown name \"aspect\" at 'generation_config.image_config'"},
      {prompt_body("x", R"({"imageConfig":{"aspectRatio":"5:7"}})"), "5:7"},
      {prompt_body("x", R"({"imageConfig":{"imageSize":"4K"}})"), "4K"},
      {prompt_body("x", R"({"imageConfig":{"aspectRatio":1}})"), "must be a string"},
      {prompt_body("x", R"({"candidateCount":2})"), "Multiple candidates"},
      {prompt_body("x", R"({"responseModalities":["AUDIO"]})"), "TEXT or IMAGE"},
  };
  for (const auto& [body, part_of_message] : cases) {
    const json::object answer = ask(post(body), 400);
    EXPECT_EQ(status_of(answer), "INVALID_ARGUMENT");
    EXPECT_NE(message_of(answer).find(part_of_message), std::string::npos) << message_of(answer);
  }
  EXPECT_EQ(status_of(ask(post(prompt_body("x"), "gemini-0"), 404)), "NOT_FOUND");
}

TEST_F(GeminiTest, FailsAsAsked) {
  EXPECT_EQ(status_of(ask("a fox #fail:503x2", 503)), "UNAVAILABLE");
  EXPECT_EQ(status_of(ask("a fox #fail:503x2", 503)), "UNAVAILABLE");
  EXPECT_FALSE(picture(ask("a fox #fail:503x2")).empty());
  for (int i = 0; i < 4; ++i) EXPECT_EQ(status_of(ask("a fox #fail:500", 500)), "INTERNAL");
  const json::object limited = ask("#fail:429", 429);
  EXPECT_EQ(status_of(limited), "RESOURCE_EXHAUSTED");
  EXPECT_EQ(limited.at("error").at("details").at(1).at("retryDelay").as_string(), "1s");
}

TEST_F(GeminiTest, RefusesAsAsked) {
  const json::object moderated = ask("#moderated");
  EXPECT_FALSE(moderated.contains("candidates"));
  EXPECT_EQ(moderated.at("promptFeedback").at("blockReason").as_string(), "PROHIBITED_CONTENT");
  const json::object blocked = ask("#blocked");
  EXPECT_EQ(blocked.at("candidates").at(0).at("finishReason").as_string(), "IMAGE_SAFETY");
  EXPECT_TRUE(blocked.at("candidates").at(0).at("content").as_object().empty());
  const json::object words = ask("#textonly");
  EXPECT_EQ(words.at("candidates").at(0).at("finishReason").as_string(), "STOP");
  EXPECT_TRUE(picture(words).empty());
}

TEST_F(GeminiTest, SendsBadAndBigPicturesAsAsked) {
  const std::string bad = picture(ask("#badimage"));
  EXPECT_FALSE(bad.empty());
  EXPECT_EQ(find_picture_size(as_bytes(bad)), std::nullopt);
  const std::string big = picture(ask("#size:3MB"));
  EXPECT_GE(big.size(), 3'000'000U);
  EXPECT_EQ(find_picture_size(as_bytes(big)), (PixelSize{1024, 1024}));
}

TEST_F(GeminiTest, LetsOnlySomeSucceedAsAsked) {
  for (unsigned index = 0; index < 4; ++index) {
    http::Request request = post(prompt_body("a fox #partial:2"));
    request.headers.add("x-darkroom-call", "0123/" + std::to_string(index));
    const json::object answer = ask(request);
    EXPECT_EQ(answer.at("candidates").at(0).at("finishReason").as_string(), index < 2 ? "STOP" : "IMAGE_SAFETY");
  }
}

TEST_F(GeminiTest, LeavesTheHandingOverToTheServer) {
  const Reply hang = gemini_->answer(post(prompt_body("#hang #slow:2s")), "");
  EXPECT_TRUE(hang.hang);
  const Reply slow = gemini_->answer(post(prompt_body("#truncate #slow:2s #moderated")), "");
  EXPECT_TRUE(slow.truncate);
  EXPECT_EQ(slow.delay, milliseconds(2000));
}

}  // namespace
}  // namespace darkroom::sandbox
