// docs/EXTENDING.md, carried out: a vendor is an adapter, its fixtures and its stand-in, and what the page shows of
// them is what is built and run here.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "sandbox/base64.h"
#include "sandbox/painter.h"
#include "tests/extending/pocket_lab.h"
#include "tests/extending/pocket_lab_stand_in.h"
#include "tests/support/adapter_fixtures.h"
#include "tests/support/film_vendor.h"
#include "tests/support/repository.h"

namespace darkroom {
namespace {

TEST(WorkedVendor, ThePageShowsItToTheLetter) {
  const std::string page = test::read_repository_file("docs/EXTENDING.md");
  for (const auto& [name, language] : {std::pair{"pocket_lab.cpp", "cpp"},
                                       {"pocket_lab_stand_in.cpp", "cpp"},
                                       {"pocket-lab/error_503_no_paper.json", "json"}}) {
    const std::string text = test::read_repository_file(std::string("tests/extending/") + name);
    EXPECT_TRUE(page.contains(fmt::format("```{}\n{}```\n", language, text))) << name;
  }
}

TEST(WorkedVendor, ItsFixturesHold) {
  const auto adapter = provider::make_pocket_lab_adapter();
  std::size_t count = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(test::repository_root() / "tests/extending/pocket-lab")) {
    SCOPED_TRACE(entry.path().filename().string());
    test::check_fixture(entry.path(), *adapter);
    ++count;
  }
  EXPECT_GE(count, 10U);
}

class PocketLabTest : public testing::Test {
 protected:
  provider::Verdict order(std::string prompt, std::string key = "a-key") {
    provider::Job job;
    job.wire_model = "pocket-1";
    job.prompt = std::move(prompt);
    job.parameters = {{"size", "16:9"}};
    job.api_key = Secret(std::move(key));
    const Result<provider::Request> made = adapter_->make_submit(job);
    EXPECT_TRUE(made);
    http::Request request;
    request.method = made->method;
    request.path = made->path;
    for (const provider::RequestHeader& header : made->headers) request.headers.add(header.name, header.value.reveal());
    for (const provider::BodyPart& part : made->body) request.body += std::get<provider::TextPart>(part).text;
    EXPECT_TRUE(stand_in_->serves(request)) << request.path;
    const sandbox::Reply reply = stand_in_->answer(request, "http://127.0.0.1:9");
    json::value document = test::json_of(reply);
    if (const json::value* picture = document.get_object().if_contains("picture")) picture_ = picture->get_string();
    provider::Answer answer;
    answer.status = reply.response.status;
    answer.is_json = true;
    std::size_t payloads = 0;
    test::lift_payloads(document, adapter_->payload_members(), payloads);
    answer.document = std::move(document);
    return adapter_->read_submit(answer);
  }

  std::unique_ptr<const provider::Adapter> adapter_ = provider::make_pocket_lab_adapter();
  std::unique_ptr<sandbox::StandIn> stand_in_ = sandbox::make_pocket_lab();
  std::string picture_;  // of the last answer, in base64
};

TEST_F(PocketLabTest, TheStandInDrawsWhatTheAdapterAsksFor) {
  const provider::Verdict verdict = order("a snail");
  ASSERT_TRUE(std::holds_alternative<provider::Completed>(verdict));
  const auto bytes = sandbox::decode_base64(picture_);
  ASSERT_TRUE(bytes);
  EXPECT_EQ(sandbox::find_picture_size(as_bytes(*bytes)), (sandbox::PixelSize{256, 144}));
}

TEST_F(PocketLabTest, WhatGoesWrongIsUnderstood) {
  EXPECT_TRUE(std::holds_alternative<provider::Refused>(order("#moderated")));
  EXPECT_TRUE(std::holds_alternative<provider::RetryLater>(order("#fail:503")));
  EXPECT_TRUE(std::holds_alternative<provider::TryNextRoute>(order("a snail", "bad-key")));
}

}  // namespace
}  // namespace darkroom
