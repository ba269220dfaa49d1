// What holds for every adapter, whatever its vendor; the vendors' tables stand in tests/provider/.
#include "provider/adapters/registry.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace darkroom::provider {
namespace {

TEST(Registry, FindsByKind) {
  EXPECT_NE(built_in_adapters().find("gemini"), nullptr);
  EXPECT_EQ(built_in_adapters().find("Gemini"), nullptr);
  EXPECT_EQ(built_in_adapters().find(""), nullptr);
  for (const std::string& kind : built_in_adapters().kinds()) EXPECT_NE(built_in_adapters().find(kind), nullptr);
}

// Jobs of which every adapter takes at least one.
std::vector<Job> make_jobs() {
  Job words;
  words.tag = "a/0";
  words.wire_model = "model-1";
  words.prompt = "a cat";
  words.mode = "text-to-video";
  words.api_key = Secret("top-secret");
  Job film = words;
  film.prompt.clear();
  film.mode = "enhance";
  film.references = {{"video", "https://cdn.example/v.mp4", "in/1", "video/mp4", 9}};
  std::vector<Job> jobs = {words};
  for (const char* model : {"fal-ai/bytedance-upscaler/upscale/video", "topazlabs/video-upscale"}) {
    jobs.push_back(film);
    jobs.back().wire_model = model;
  }
  return jobs;
}

// Gives the request's headers as a log would print them.
std::string check_secrecy(const std::string& kind, const Request& request) {
  EXPECT_TRUE(request.path.starts_with('/')) << kind;
  EXPECT_EQ(request.path.find("secret"), std::string::npos) << kind;
  for (const BodyPart& part : request.body) {
    const auto* text = std::get_if<TextPart>(&part);
    if (text != nullptr) EXPECT_EQ(text->text.find("secret"), std::string::npos) << kind;
  }
  std::string headers;
  bool has_key = false;
  for (const RequestHeader& header : request.headers) {
    headers += fmt::format("{}: {}\n", header.name, header.value);
    has_key = has_key || header.value.reveal().find("top-secret") != std::string_view::npos;
  }
  EXPECT_TRUE(has_key) << kind;
  return headers;
}

TEST(EveryAdapter, KeepsTheKeyInAHeader) {
  for (const std::string& kind : built_in_adapters().kinds()) {
    const Adapter& adapter = *built_in_adapters().find(kind);
    std::string headers;
    for (const Job& job : make_jobs()) {
      const auto submit = adapter.make_submit(job);
      if (!submit) continue;
      headers += check_secrecy(kind, *submit);
      if (const auto cancel = adapter.make_cancel(job, "id-1")) headers += check_secrecy(kind, *cancel);
      if (const auto lookup = adapter.make_lookup(job)) headers += check_secrecy(kind, *lookup);
    }
    EXPECT_FALSE(headers.empty()) << kind << " takes none of the jobs";
    EXPECT_EQ(headers.find("secret"), std::string::npos) << kind;
  }
}

// An answer of any shape gives a verdict; the types of its members are nothing to rely on. Nothing of it is a success.
TEST(EveryAdapter, SurvivesAnswersOfAnyShape) {
  const char* const kShapes[] = {"null",
                                 "7",
                                 "\"x\"",
                                 "[]",
                                 "[[]]",
                                 "[{},{}]",
                                 "{}",
                                 R"({"id":7,"task_id":{},"request_id":[],"name":1,"status":"","state":7})",
                                 R"({"id":"","task_id":"","request_id":"a b","response_url":"//"})",
                                 R"({"output":7,"status":"succeeded","content":7,"error":7,"detail":7})",
                                 R"({"output":{"task_status":"SUCCEEDED"},"video":7,"images":[7],"code":7})",
                                 R"({"output":[7,null],"status":"succeeded","creations":[7],"state":"success"})",
                                 R"({"status":"done","video":{"url":7},"candidates":[7]})",
                                 R"({"status":"COMPLETED","response_url":7})",
                                 R"({"data":[7,{"b64_json":{"$lifted":-1}},{"url":{}}],"items":7})",
                                 R"({"error":{"code":{},"message":[]},"detail":[7,{"type":7}],"err_code":{}})"};
  Job job = make_jobs().front();
  for (const std::string& kind : built_in_adapters().kinds()) {
    const Adapter& adapter = *built_in_adapters().find(kind);
    for (const char* text : kShapes) {
      Answer answer;
      answer.document = json::parse(text).value();
      answer.is_json = true;
      for (const int status : {200, 202, 302, 400, 422, 429, 503}) {
        answer.status = status;
        for (answer.step = 0; answer.step <= kMostSteps; ++answer.step) {
          EXPECT_FALSE(std::holds_alternative<Completed>(adapter.read_submit(answer))) << kind << text;
          EXPECT_FALSE(std::holds_alternative<Completed>(adapter.read_poll(job, "id-1", answer))) << kind << text;
          EXPECT_FALSE(std::holds_alternative<JobFound>(adapter.read_lookup(job, answer))) << kind << text;
        }
      }
    }
  }
}

}  // namespace
}  // namespace darkroom::provider
