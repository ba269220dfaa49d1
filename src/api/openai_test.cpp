#include <gtest/gtest.h>

#include "api/openai_answer.h"
#include "api/openai_repeats.h"
#include "api/openai_request.h"
#include "base/check.h"

namespace darkroom::api {
namespace {

const catalog::Catalog& built_in() {
  static const auto catalog = catalog::load_catalog("");
  DR_CHECK(catalog.has_value());
  return *catalog;
}

TEST(NearestRatio, IsNearestByProportion) {
  const std::vector<std::string> ratios = {"auto", "1:1", "2:3", "3:2", "4:5", "5:4", "9:16", "16:9", "21:9", "x:y"};
  struct Row {
    std::uint32_t width;
    std::uint32_t height;
    const char* ratio;
  };
  for (const Row& row :
       {Row{1024, 1024, "1:1"}, Row{1, 1, "1:1"}, Row{1536, 1024, "3:2"}, Row{1024, 1536, "2:3"},
        Row{1792, 1024, "16:9"}, Row{1024, 1792, "9:16"}, Row{1920, 1080, "16:9"}, Row{1000, 1100, "1:1"},
        Row{1000, 1200, "4:5"}, Row{99'999, 1, "21:9"}, Row{1, 99'999, "9:16"}}) {
    EXPECT_EQ(nearest_ratio(ratios, row.width, row.height), row.ratio) << row.width << "x" << row.height;
  }
  EXPECT_EQ(nearest_ratio({"auto"}, 1, 1), "");
}

TEST(OpenAiRequest, BecomesTheBodyOfASubmit) {
  struct Row {
    const char* given;
    const char* body;  // null: refused
    const char* field = "";
  };
#define DR_FLASH R"("model":"gemini-2.5-flash-image-preview","prompt":"a")"
  for (const Row& row : {
           Row{"{" DR_FLASH "}", "{" DR_FLASH "}"},
           Row{"{" DR_FLASH R"(,"size":"1536x1024"})", "{" DR_FLASH R"(,"size":"3:2"})"},
           Row{"{" DR_FLASH R"(,"size":"auto"})", "{" DR_FLASH "}"},
           Row{"{" DR_FLASH R"(,"size":"AUTO"})", "{" DR_FLASH "}"},
           Row{"{" DR_FLASH R"(,"size":"16:9"})", "{" DR_FLASH R"(,"size":"16:9"})"},
           Row{"{" DR_FLASH R"(,"size":null})", "{" DR_FLASH R"(,"size":null})"},
           // What is no size is the submit's to refuse, in its words.
           Row{"{" DR_FLASH R"(,"size":"1:3"})", "{" DR_FLASH R"(,"size":"1:3"})"},
           Row{"{" DR_FLASH R"(,"size":"0x1024"})", "{" DR_FLASH R"(,"size":"0x1024"})"},
           Row{"{" DR_FLASH R"(,"size":"1024x"})", "{" DR_FLASH R"(,"size":"1024x"})"},
           Row{"{" DR_FLASH R"(,"size":"100000x1"})", "{" DR_FLASH R"(,"size":"100000x1"})"},
           Row{"{" DR_FLASH R"(,"size":7})", "{" DR_FLASH R"(,"size":7})"},
           Row{R"({"model":"none","size":"1024x1024"})", R"({"model":"none","size":"1024x1024"})"},
           Row{R"({"size":"1024x1024"})", R"({"size":"1024x1024"})"},
           Row{"{" DR_FLASH R"(,"n":2,"user":"u","quality":"high","stream":false,"response_format":null})",
               "{" DR_FLASH R"(,"n":2,"user":"u","quality":"high"})"},
           // Sizes in pixels go to a model that takes them, if it takes these; 3:2 is nearest to the others.
           Row{R"({"model":"gpt-image-2-official","prompt":"a","size":"1536x1024"})",
               R"({"model":"gpt-image-2-official","prompt":"a","size":"1536x1024"})"},
           Row{R"({"model":"gpt-image-2-official","prompt":"a","size":"150x100"})",
               R"({"model":"gpt-image-2-official","prompt":"a","size":"3:2"})"},
           Row{R"({"model":"gpt-image-2","prompt":"a","size":"auto"})",
               R"({"model":"gpt-image-2","prompt":"a","size":"auto"})"},
           Row{"{" DR_FLASH R"(,"stream":true})", nullptr, "stream"},
           Row{"{" DR_FLASH R"(,"dry_run":true})", nullptr, "dry_run"},
           Row{"{" DR_FLASH R"(,"stream":"yes"})", nullptr, "stream"},
           Row{"{" DR_FLASH R"(,"response_format":"png"})", nullptr, "response_format"},
           Row{"{" DR_FLASH R"(,"response_format":1})", nullptr, "response_format"},
       }) {
    const Result<OpenAiRequest> request = read_openai_request(json::parse_object(row.given).value(), built_in());
    ASSERT_EQ(request.has_value(), row.body != nullptr) << row.given;
    if (request) {
      EXPECT_EQ(request->body, json::parse_object(row.body).value()) << row.given;
    } else {
      EXPECT_EQ(request.error().code, Code::invalid_parameter);
      EXPECT_EQ(request.error().field, row.field);
    }
  }
#undef DR_FLASH
  const auto form_of = [](const char* body) {
    return read_openai_request(json::parse_object(body).value(), built_in()).value().form;
  };
  EXPECT_EQ(form_of("{}"), PictureForm::url);
  EXPECT_EQ(form_of(R"({"response_format":"url"})"), PictureForm::url);
  EXPECT_EQ(form_of(R"({"response_format":"b64_json"})"), PictureForm::base64);
}

TEST(OpenAiError, HasEveryMemberThatSdksRead) {
  EXPECT_EQ(print_openai_error(make_error(Code::invalid_parameter, "no \"x\"", "size"), "req_1"),
            R"({"error":{"message":"no \"x\"","type":"invalid_request_error","param":"size","code":20003,)"
            R"("request_id":"req_1"}})");
  struct Row {
    Code code;
    const char* type;
  };
  for (const Row& row :
       {Row{Code::key_invalid, "authentication_error"}, Row{Code::forbidden, "permission_error"},
        Row{Code::insufficient_credits, "insufficient_quota"}, Row{Code::rate_limited, "rate_limit_error"},
        Row{Code::queue_full, "rate_limit_error"}, Row{Code::content_policy, "image_generation_user_error"},
        Row{Code::unknown_model, "invalid_request_error"}, Row{Code::provider_failed, "server_error"},
        Row{Code::internal, "server_error"}}) {
    const json::object tree = json::parse_object(print_openai_error(make_error(row.code), "req_1")).value();
    const json::object& error = tree.at("error").as_object();
    EXPECT_EQ(json::get_string(error, "type"), row.type);
    EXPECT_EQ(json::get_int(error, "code"), info(row.code).public_number);
    EXPECT_TRUE(error.at("param").is_null());
  }
}

class OpenAiRepeatsTest : public testing::Test {
 protected:
  static account::Digest digest(std::uint8_t number) {
    return account::sha256({std::string(1, static_cast<char>(number))});
  }
  TaskId make_task() { return TaskId::make(WallTime(), random_); }

  SeededRandom random_{1};
  SteadyTime now_{};
};

TEST_F(OpenAiRepeatsTest, ARetryGetsTheTaskThatItMayNotHaveHeardOf) {
  OpenAiRepeats repeats;
  const TaskId task = make_task();
  EXPECT_EQ(repeats.find(digest(1), true, now_), std::nullopt);
  repeats.note(digest(1), task, now_);
  EXPECT_EQ(repeats.find(digest(1), true, now_ + std::chrono::minutes(10)), task);
  EXPECT_EQ(repeats.find(digest(2), true, now_), std::nullopt);
  // Asking for the same once more, without saying that it is a repeat, is asking for another picture.
  EXPECT_EQ(repeats.find(digest(1), false, now_), std::nullopt);
  repeats.note_answer(digest(1), task, false, now_);
  EXPECT_EQ(repeats.find(digest(1), true, now_ + seconds(29)), task);
  EXPECT_EQ(repeats.find(digest(1), true, now_ + seconds(30)), std::nullopt);
}

TEST_F(OpenAiRepeatsTest, WhoeverWasToldThatTheTaskGoesOnMayComeBackForIt) {
  OpenAiRepeats repeats;
  const TaskId task = make_task();
  repeats.note(digest(1), task, now_);
  repeats.note_answer(digest(1), task, true, now_);
  EXPECT_EQ(repeats.find(digest(1), false, now_ + std::chrono::minutes(14)), task);
  EXPECT_EQ(repeats.find(digest(1), false, now_ + std::chrono::minutes(15)), std::nullopt);
  repeats.note_answer(digest(1), task, false, now_);
  EXPECT_EQ(repeats.find(digest(1), false, now_), std::nullopt);
}

TEST_F(OpenAiRepeatsTest, KnowsTheLatestOfTheSameAndABoundedNumber) {
  OpenAiRepeats repeats(2);
  const TaskId first = make_task();
  const TaskId second = make_task();
  repeats.note(digest(1), first, now_);
  repeats.note(digest(1), second, now_);
  repeats.note_answer(digest(1), first, true, now_);  // late, and no longer asked about
  EXPECT_EQ(repeats.find(digest(1), false, now_), std::nullopt);
  EXPECT_EQ(repeats.find(digest(1), true, now_), second);
  repeats.note(digest(2), first, now_);
  EXPECT_EQ(repeats.find(digest(1), true, now_), second);
  repeats.note(digest(3), first, now_);
  EXPECT_EQ(repeats.find(digest(1), true, now_), std::nullopt);
  EXPECT_EQ(repeats.find(digest(3), true, now_), first);
}

}  // namespace
}  // namespace darkroom::api
