// What no fixture can say about the adapter; the vendor's tables stand in tests/provider/gemini/.
#include "provider/adapters/gemini.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace darkroom::provider {
namespace {

TEST(Gemini, KeyIsASecretHeaderAndNowhereElse) {
  Job job;
  job.wire_model = "gemini-2.5-flash-image";
  job.prompt = "a cat";
  job.api_key = Secret("AIza-top-secret");
  const auto request = make_gemini_adapter()->make_submit(job);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->path.find("secret"), std::string::npos);
  for (const BodyPart& part : request->body) {
    EXPECT_EQ(std::get<TextPart>(part).text.find("secret"), std::string::npos);
  }
  std::string headers;
  for (const RequestHeader& header : request->headers) headers += fmt::format("{}: {}\n", header.name, header.value);
  EXPECT_EQ(headers, "Content-Type: ***\nx-goog-api-key: ***\n");
}

// Pictures are never held in memory: the request only names them.
TEST(Gemini, ReferencesAreBlobsBetweenTexts) {
  Job job;
  job.prompt = "a cat";
  job.references = {{"image", "", "in/1", "image/png", 7'000'000}, {"image", "", "in/2", "image/jpeg", 9'000'000}};
  const auto request = make_gemini_adapter()->make_submit(job);
  ASSERT_TRUE(request);
  ASSERT_EQ(request->body.size(), 5U);
  EXPECT_EQ(std::get<BlobPart>(request->body[1]).blob, "in/1");
  EXPECT_EQ(std::get<BlobPart>(request->body[3]).blob, "in/2");
}

// An answer of any shape gives a verdict; the types of its members are nothing to rely on.
TEST(Gemini, SurvivesAnswersOfAnyShape) {
  const auto adapter = make_gemini_adapter();
  for (const char* text :
       {"null",
        "7",
        "\"x\"",
        "[]",
        "[[]]",
        "[{},{}]",
        "{}",
        R"({"candidates":7})",
        R"({"candidates":[7]})",
        R"({"candidates":[{"content":7}]})",
        R"({"candidates":[{"content":{"parts":7}}]})",
        R"({"candidates":[{"content":{"parts":[7,null,{"inlineData":7},{"inlineData":{"data":7}}]}}]})",
        R"({"candidates":[{"content":{"parts":[{"inlineData":{"data":{"$lifted":-1}}}]}}]})",
        R"({"candidates":[{"finishReason":["STOP"]}]})",
        R"({"promptFeedback":7})",
        R"({"promptFeedback":{}})",
        R"({"promptFeedback":{"blockReason":""}})",
        R"({"error":7})",
        R"({"error":{"status":7,"details":7}})",
        R"({"error":{"details":[7,{"@type":7},{"@type":"google.rpc.QuotaFailure","violations":[7]}]}})"}) {
    Answer answer;
    answer.document = json::parse(text).value();
    answer.is_json = true;
    answer.status = 200;
    EXPECT_TRUE(std::holds_alternative<Unreadable>(adapter->read_submit(answer))) << text;
    answer.status = 503;
    EXPECT_TRUE(std::holds_alternative<RetryLater>(adapter->read_submit(answer))) << text;
  }
}

}  // namespace
}  // namespace darkroom::provider
