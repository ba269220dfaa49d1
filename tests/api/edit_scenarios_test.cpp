#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/openai_edits.h"
#include "api/uploads.h"
#include "net/body_stream.h"
#include "tests/api/api_world.h"

namespace darkroom::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kBoundary = "limit";
const std::string kPng = "\x89PNG\r\n\x1a\n and some pixels";
const std::string kJpeg = "\xff\xd8\xff\xe0 and some others";
constexpr const char* kFlash = "gemini-2.5-flash-image-preview";
constexpr const char* kMasked = "gpt-image-2-official";

struct Part {
  std::string name;
  std::string content;
  bool is_file = false;
};

Part file(std::string name, std::string content) { return {std::move(name), std::move(content), true}; }

std::string print_form(const std::vector<Part>& parts) {
  std::string body;
  for (const Part& part : parts) {
    body += fmt::format("--{}\r\nContent-Disposition: form-data; name=\"{}\"{}\r\n\r\n{}\r\n", kBoundary, part.name,
                        part.is_file ? "; filename=\"a.png\"" : "", part.content);
  }
  return body + fmt::format("--{}--\r\n", kBoundary);
}

Call edit(const std::vector<Part>& parts, std::vector<http::Header> headers = {}, const std::string& key = "live") {
  headers.push_back({"Content-Type", fmt::format("multipart/form-data; boundary={}", kBoundary)});
  return {"POST", std::string(api::kEditsPath), key, print_form(parts), std::move(headers)};
}

std::vector<Part> of_flash(std::vector<Part> more) {
  more.insert(more.begin(), {{"model", kFlash}, {"prompt", "in the snow"}});
  return more;
}

class Edits : public testing::Test {
 protected:
  std::string begin(Call call) {
    const std::size_t before = world_.accepted.size();
    pending_ = world_.begin(std::move(call));
    world_.settle();
    EXPECT_FALSE(pending_->answer.has_value()) << body_text(*pending_->answer);
    EXPECT_EQ(world_.accepted.size(), before + 1);
    return world_.accepted.back().id.text();
  }
  http::Response end(const std::string& task) {
    world_.finish(task);
    return world_.finish(*pending_);
  }
  task::Plan plan_of(const std::string& task) {
    const TaskId id = TaskId::parse(task).value();
    return world_.ask<std::optional<task::Task>>([&](auto done) { world_.store->find_task(id, std::move(done)); })
        .value()
        .value()
        .plan;
  }

  ApiWorld world_{{.limits = {.openai_wait = seconds(300)}}};
  std::unique_ptr<Pending> pending_;
};

TEST_F(Edits, PicturesBecomeReferencesOfTheTask) {
  const std::string task = begin(edit(of_flash({file("image[]", kPng), file("image[]", kJpeg), {"n", "2"}})));
  const task::Plan plan = plan_of(task);
  EXPECT_EQ(plan.mode, "image-to-image");
  EXPECT_EQ(plan.count, 2U);
  ASSERT_EQ(plan.reference_sources.size(), 2U);
  const std::string folder = "references/" + task.substr(5);
  EXPECT_EQ(plan.reference_sources[0].upload, folder + "/upload-0");
  EXPECT_EQ(plan.reference_sources[1].upload, folder + "/upload-1");
  EXPECT_EQ(plan.reference_sources[1].url, "");
  EXPECT_TRUE(world_.blobs.has(folder + "/upload-1"));
  const http::Response response = end(task);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(header_of(response, "Darkroom-Task"), task);
  EXPECT_EQ(header_of(response, "x-should-retry"), "false");
  EXPECT_EQ(world_.blobs.open_writers(), 0U);
}

TEST_F(Edits, CancelAfterIsStoredWithTheTask) {
  const std::string task = begin(edit(of_flash({file("image", kPng)}), {{"Cancel-After", "90s"}}));
  EXPECT_EQ(world_.accepted.back().cancel_at, world_.clock.wall_now() + seconds(90));
  end(task);
}

TEST_F(Edits, AMaskGoesToTheModelThatHasOne) {
  ApiWorld world({.limits = {}, .upstreams = {{"pictures", "openai", false}}});
  const auto pending =
      world.begin(edit({{"prompt", "a vase"}, file("mask", kPng), file("image", kPng), {"model", kMasked}}));
  world.settle();
  ASSERT_EQ(world.accepted.size(), 1U) << body_text(*pending->answer);
  const auto found = world.ask<std::optional<task::Task>>(
      [&](auto done) { world.store->find_task(world.accepted[0].id, std::move(done)); });
  const task::Plan& plan = found.value().value().plan;
  EXPECT_EQ(plan.mode, "inpaint");
  std::vector<std::string> roles;
  for (const task::ReferenceSource& source : plan.reference_sources) roles.push_back(source.role);
  EXPECT_THAT(roles, testing::UnorderedElementsAre("image", "mask"));
  world.finish(world.accepted[0].id.text());
  EXPECT_EQ(world.finish(*pending).status, 200);
}

TEST_F(Edits, ALinkThatStandsForAnUploadMeansNothingElsewhere) {
  begin(edit(of_flash({file("image", kPng)})));
  const Call call{
      "POST", "/v1/images/generations", "live",
      R"({"model":"gemini-2.5-flash-image-preview","prompt":"a","image_urls":["https://upload.invalid/0"]})"};
  const http::Response response = world_.call(call);
  EXPECT_EQ(error_code(response), 20003);
  EXPECT_THAT(body_text(response), HasSubstr("must be a public http(s) URL"));
  end(world_.accepted[0].id.text());
}

TEST_F(Edits, AnUploadIsNoMediaFile) {
  const std::string task = begin(edit(of_flash({file("image", kPng)})));
  for (const std::string& path :
       {"references/" + task.substr(5) + "/upload-0", "tasks/../references/" + task.substr(5) + "/upload-0"}) {
    EXPECT_EQ(world_.call({"GET", "/media/" + path, "live"}).status, 404) << path;
  }
  end(task);
}

TEST_F(Edits, TheSameFormWithItsKeyIsOneTask) {
  const std::vector<http::Header> named = {{"Idempotency-Key", "order-1"}};
  const std::string task = begin(edit(of_flash({file("image", kPng)}), named));
  const http::Response first = end(task);
  const std::size_t kept = world_.blobs.count();
  const http::Response again = world_.call(edit(of_flash({file("image", kPng)}), named));
  EXPECT_EQ(header_of(again, "Darkroom-Task"), task);
  EXPECT_EQ(header_of(again, "Idempotent-Replayed"), "true");
  EXPECT_EQ(body_text(again), body_text(first));
  EXPECT_EQ(world_.accepted.size(), 1U);
  EXPECT_EQ(world_.blobs.count(), kept);
  const http::Response other = world_.call(edit(of_flash({file("image", kJpeg)}), named));
  EXPECT_EQ(other.status, 422);
  EXPECT_EQ(error_code(other), 20014);
  EXPECT_EQ(world_.blobs.count(), kept);
}

TEST_F(Edits, ARepetitionOfAnSdkGetsTheTaskOfThePictures) {
  const std::string task = begin(edit(of_flash({file("image", kPng)})));
  auto again = world_.begin(edit(of_flash({file("image", kPng)}), {{"X-Stainless-Retry-Count", "1"}}));
  world_.settle();
  EXPECT_EQ(world_.accepted.size(), 1U);
  EXPECT_EQ(world_.blobs.count(), 1U);
  end(task);
  EXPECT_EQ(header_of(world_.finish(*again), "Darkroom-Task"), task);
}

struct Refusal {
  const char* name;
  std::vector<Part> parts;
  int code;
  const char* param;
  const char* words = "";
  const char* key = "live";
};

class EditRefusals : public testing::TestWithParam<Refusal> {};

TEST_P(EditRefusals, NameTheFieldAndLeaveNothing) {
  const Refusal& row = GetParam();
  ApiWorld world;
  const http::Response response = world.call(edit(row.parts, {}, row.key));
  ASSERT_EQ(error_code(response), row.code) << body_text(response);
  const json::object tree = json::parse_object(body_text(response)).value();
  const json::object& error = tree.at("error").as_object();
  EXPECT_EQ(error.at("param").is_null() ? "" : json::get_string(error, "param"), row.param);
  EXPECT_THAT(json::get_string(error, "message"), HasSubstr(row.words));
  EXPECT_EQ(header_of(response, "x-should-retry"), "");
  world.settle();
  EXPECT_EQ(world.blobs.count(), 0U);
  EXPECT_EQ(world.blobs.open_writers(), 0U);
  EXPECT_EQ(world.balance("studio", ledger::Book::live).held.count(), 0);
}

INSTANTIATE_TEST_SUITE_P(
    All, EditRefusals,
    testing::Values(
        Refusal{"no_picture", of_flash({}), 20002, "image", "image"},
        Refusal{"a_text_for_a_picture", of_flash({{"image", "https://example.com/a.png"}}), 20003, "image",
                "must be a file"},
        Refusal{"no_png", of_flash({file("image", "<svg xmlns='http://www.w3.org/2000/svg'/>")}), 20003, "image",
                "PNG, JPEG or WebP"},
        Refusal{"nearly_webp", of_flash({file("image", "RIFF\1\2\3\4WAVEfmt ")}), 20003, "image", "PNG, JPEG or WebP"},
        Refusal{"empty_picture", of_flash({file("image", "")}), 20003, "image", "PNG, JPEG or WebP"},
        Refusal{"broken_picture", of_flash({file("image", kPng), file("image", kPng + "bad")}), 20003, "image",
                "the picture is cut off"},
        Refusal{"big_picture", of_flash({file("image", kPng + std::string(1000, 'x'))}), 20006, "image", "1000 bytes"},
        Refusal{"too_many_for_the_model", of_flash(std::vector<Part>(15, file("image", kPng))), 20003, "image",
                "at most 14 pictures, not 15"},
        Refusal{"too_many_at_all", of_flash(std::vector<Part>(17, file("image[]", kPng))), 20003, "image",
                "at most 16 pictures"},
        Refusal{"too_many_parts", of_flash(std::vector<Part>(64, Part{"tag[]", "x"})), 20016, "", "64 parts"},
        Refusal{"mask_elsewhere", of_flash({file("image", kPng), file("mask", kPng)}), 20003, "mask",
                "models with it: gpt-image-2-official"},
        Refusal{"two_masks", of_flash({file("mask", kPng), file("mask", kPng)}), 20003, "mask", "once"},
        Refusal{"another_file", of_flash({file("image", kPng), file("audio", kPng)}), 20003, "audio",
                "image[] and mask"},
        Refusal{"links_too", of_flash({file("image", kPng), {"image_urls", "https://example.com/a.png"}}), 20003,
                "image_urls", "sent as a file"},
        Refusal{"twice", of_flash({file("image", kPng), {"size", "1:1"}, {"size", "16:9"}}), 20003, "size", "once"},
        Refusal{"no_number", of_flash({file("image", kPng), {"n", "two"}}), 20003, "n", "an integer from 1 to 4"},
        Refusal{"no_text", of_flash({file("image", kPng), {"user", "\xff"}}), 20003, "user", "UTF-8"},
        Refusal{"streamed", of_flash({file("image", kPng), {"stream", "true"}}), 20003, "stream"},
        Refusal{"no_model", {{"prompt", "x"}, file("image", kPng)}, 20002, "model"},
        Refusal{"unknown_model", {{"model", "dall-e-2"}, {"prompt", "x"}, file("image", kPng)}, 20004, "model"},
        Refusal{"a_film", {{"model", "veo3.1-fast"}, {"prompt", "x"}, file("image", kPng)}, 20004, "model"},
        Refusal{"no_credits", of_flash({file("image", kPng)}), 30001, "", "", "poor"},
        Refusal{"not_for_this_key", of_flash({file("image", kPng)}), 10006, "model", "", "picky"}),
    [](const testing::TestParamInfo<Refusal>& info) { return std::string(info.param.name); });

TEST_F(Edits, WhatIsNoFormIsRefused) {
  struct Row {
    const char* type;
    std::string body;
    int code;
  };
  const std::string form = print_form(of_flash({file("image", kPng)}));
  for (const Row& row : {Row{"application/json", "{}", 20007}, Row{"multipart/form-data", form, 20016},
                         Row{"multipart/form-data; boundary=other", form, 20016},
                         Row{"multipart/form-data; boundary=limit", form.substr(0, form.size() - 9), 20016},
                         Row{"multipart/form-data; boundary=limit", "", 20016}}) {
    const Call call{"POST", std::string(api::kEditsPath), "live", row.body, {{"Content-Type", row.type}}};
    EXPECT_EQ(error_code(world_.call(call)), row.code) << row.type;
  }
  EXPECT_EQ(world_.blobs.open_writers(), 0U);
}

// A body of which a test says what comes when.
class Body final : public net::BodyStream {
 public:
  explicit Body(Loop& loop) : loop_(loop) {}
  Async<Result<std::string_view>> next() override {
    using Piece = Result<std::string_view>;
    Piece piece = co_await await_on<Piece>(loop_, [this](auto done) { done_ = std::move(done); });
    co_return piece;
  }
  bool is_awaited() const { return static_cast<bool>(done_); }
  void give(Result<std::string_view> piece) { std::exchange(done_, {})(std::move(piece)); }

 private:
  Loop& loop_;
  Done<Result<std::string_view>> done_;
};

TEST_F(Edits, AClientThatGoesAwayLeavesNothing) {
  Call call = edit(of_flash({file("image", kPng)}));
  const std::string form = std::exchange(call.body, "");
  Body body(world_.loop);
  pending_ = world_.begin(std::move(call), &body);
  world_.settle();
  for (const std::string_view piece : {std::string_view(form).substr(0, 7), std::string_view(form).substr(7, 300)}) {
    ASSERT_TRUE(body.is_awaited());
    body.give(piece);
    world_.settle();
  }
  EXPECT_EQ(world_.blobs.open_writers(), 1U);
  body.give(fail(Code::bad_request, "The connection ended before the body"));
  EXPECT_EQ(error_code(world_.finish(*pending_)), 20011);
  world_.settle();
  EXPECT_EQ(world_.blobs.open_writers(), 0U);
  EXPECT_EQ(world_.blobs.count(), 0U);
}

TEST_F(Edits, AnAccountHasABoundedNumberOnTheWay) {
  std::vector<std::unique_ptr<Body>> bodies;
  std::vector<std::unique_ptr<Pending>> open;
  const auto send = [&](const std::string& key) {
    Call call = edit(of_flash({file("image", kPng)}), {}, key);
    call.body.clear();
    bodies.push_back(std::make_unique<Body>(world_.loop));
    open.push_back(world_.begin(std::move(call), bodies.back().get()));
    world_.settle();
  };
  for (std::int64_t i = 0; i < api::kMostUploads; ++i) send("live");
  EXPECT_FALSE(open.back()->answer.has_value());
  send("test");
  ASSERT_TRUE(open.back()->answer.has_value());
  EXPECT_EQ(open.back()->answer->status, 429);
  EXPECT_EQ(header_of(*open.back()->answer, "Retry-After"), "1");
  send("other");
  EXPECT_FALSE(open.back()->answer.has_value());
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    if (!open[i]->answer) bodies[i]->give(fail(Code::request_timeout));
    world_.settle();
  }
  // One whose form has been read holds no place while it waits for its task.
  for (std::int64_t i = 0; i <= api::kMostUploads; ++i) {
    open.push_back(world_.begin(edit(of_flash({file("image", kPng)}))));
    world_.settle();
    EXPECT_FALSE(open.back()->answer.has_value());
  }
  EXPECT_EQ(world_.accepted.size(), static_cast<std::size_t>(api::kMostUploads) + 1);
  for (const store::QueuedTask& task : world_.accepted) world_.finish(task.id.text());
  for (const auto& pending : open) world_.finish(*pending);
}

}  // namespace
}  // namespace darkroom::test
