#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/api/api_world.h"
#include "tests/support/base64.h"

namespace darkroom::test {
namespace {

using testing::HasSubstr;

constexpr const char* kImages = "/v1/images/generations";
constexpr std::int64_t kPrice = 14'375'000;  // of one picture

std::string flash(const std::string& members) {
  return R"({"model":"gemini-2.5-flash-image-preview","prompt":"a heron")" + members + "}";
}

Call image(std::string body, std::vector<http::Header> headers = {}) {
  return {"POST", kImages, "live", std::move(body), std::move(headers)};
}

json::object body_of(const http::Response& response) { return json::parse_object(body_text(response)).value(); }

class OpenAi : public testing::Test {
 protected:
  // Sends the request and lets it wait; the id of its task.
  std::string begin(Call call) {
    const std::size_t before = world_.accepted.size();
    pending_ = world_.begin(std::move(call));
    world_.settle();
    EXPECT_FALSE(pending_->answer.has_value()) << "it did not wait";
    EXPECT_EQ(world_.accepted.size(), before + 1);
    return world_.accepted.back().id.text();
  }
  http::Response end() { return world_.finish(*pending_); }
  http::Response generate(const std::string& body, std::optional<Code> failure = {}) {
    world_.finish(begin(image(body)), failure);
    return end();
  }

  ApiWorld world_{{.limits = {.openai_wait = seconds(300)}}};
  std::unique_ptr<Pending> pending_;
};

TEST_F(OpenAi, WaitsForTheTaskAndAnswersLinks) {
  const std::string task = begin(image(flash(R"(,"n":2)")));
  world_.advance(seconds(7));
  world_.settle();
  EXPECT_FALSE(pending_->answer.has_value());
  const std::int64_t now = to_unix_seconds(world_.clock.wall_now());
  world_.finish(task);
  const http::Response response = end();
  const std::string link = "https://pictures.example.org/media/tasks/" + task.substr(5);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(body_text(response), R"({"created":)" + std::to_string(now) + R"(,"data":[{"url":")" + link +
                                     R"(/0.png"},{"url":")" + link + R"(/1.png"}]})");
  EXPECT_EQ(header_of(response, "Darkroom-Task"), task);
  EXPECT_EQ(header_of(response, "x-should-retry"), "false");
}

TEST_F(OpenAi, AnswersBase64ThatIsMadeWhileItIsSent) {
  const http::Response response = generate(flash(R"(,"n":2,"response_format":"b64_json")"));
  EXPECT_EQ(response.status, 200);
  ASSERT_TRUE(std::holds_alternative<std::shared_ptr<ByteSource>>(response.body));
  const std::string text = body_text(response);
  EXPECT_EQ(text.size(), http::body_size(response.body));
  const json::object tree = json::parse_object(text).value();
  const json::array& data = tree.at("data").as_array();
  ASSERT_EQ(data.size(), 2U);
  EXPECT_EQ(data[1].as_object().at("b64_json"), json::value(base64("0123456789")));
}

TEST_F(OpenAi, MapsSizesAndNamesWhatItIgnores) {
  const http::Response response = generate(flash(R"(,"size":"1792x1024","style":"vivid")"));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(header_of(response, "Darkroom-Warnings"), "ignored: style");
  const auto found = world_.ask<std::optional<task::Task>>(
      [&](auto done) { world_.store->find_task(world_.accepted.at(0).id, std::move(done)); });
  EXPECT_EQ(found.value().value().plan.parameters.at("size"), json::value("16:9"));
}

struct Refusal {
  const char* name;
  Call call;
  int status;
  int code;
  const char* type;
  const char* param = nullptr;
};

class OpenAiRefusals : public testing::TestWithParam<Refusal> {};

TEST_P(OpenAiRefusals, HaveOpenAisShape) {
  const Refusal& row = GetParam();
  ApiWorld world;
  const http::Response response = world.call(row.call);
  EXPECT_EQ(response.status, row.status) << body_text(response);
  const json::object tree = body_of(response);
  EXPECT_EQ(tree.size(), 1U);
  const json::object& error = tree.at("error").as_object();
  EXPECT_EQ(json::get_int(error, "code"), row.code) << body_text(response);
  EXPECT_EQ(json::get_string(error, "type"), row.type);
  EXPECT_EQ(error.at("param"), row.param == nullptr ? json::value() : json::value(row.param));
  EXPECT_NE(json::get_string(error, "message"), "");
  EXPECT_EQ(json::get_string(error, "request_id"), "req_00000000-0000-4000-8000-000000000000");
  EXPECT_EQ(header_of(response, "x-should-retry"), "");
  EXPECT_EQ(world.balance("studio", ledger::Book::live).held.count(), 0);
}

std::string refusal_name(const testing::TestParamInfo<Refusal>& info) { return info.param.name; }
INSTANTIATE_TEST_SUITE_P(
    All, OpenAiRefusals,
    testing::Values(
        Refusal{"no_key", {"POST", kImages, "", flash("")}, 401, 10001, "authentication_error"},
        Refusal{"unknown_key", {"GET", "/v1/models", "Bearer rk_live_x"}, 401, 10003, "authentication_error"},
        Refusal{"no_json", image("{"), 400, 20001, "invalid_request_error"},
        Refusal{"no_model", image(R"({"prompt":"x"})"), 400, 20002, "invalid_request_error", "model"},
        Refusal{"unknown_model", image(R"({"model":"dall-e-3","prompt":"x"})"), 400, 20004, "invalid_request_error",
                "model"},
        Refusal{"size", image(flash(R"(,"size":"7:1")")), 400, 20003, "invalid_request_error", "size"},
        Refusal{"form", image(flash(R"(,"response_format":"png")")), 400, 20003, "invalid_request_error",
                "response_format"},
        Refusal{"stream", image(flash(R"(,"stream":true)")), 400, 20003, "invalid_request_error", "stream"},
        Refusal{"not_for_this_key", {"POST", kImages, "picky", flash("")}, 403, 10006, "permission_error", "model"},
        Refusal{"no_credits", {"POST", kImages, "poor", flash("")}, 402, 30001, "insufficient_quota"},
        Refusal{"model_not_found", {"GET", "/v1/models/none", "live"}, 404, 20004, "invalid_request_error"},
        Refusal{"model_of_other_keys",
                {"GET", "/v1/models/gemini-2.5-flash-image-preview", "picky"},
                404,
                20004,
                "invalid_request_error"}),
    refusal_name);

TEST(OpenAiLimits, AreThoseOfSubmits) {
  api::Limits limits;
  limits.submits = account::Rate::per_minute(60, 1);
  ApiWorld world({.limits = limits});
  EXPECT_EQ(world.call(image("{")).status, 400);
  const http::Response refused = world.call(image("{"));
  EXPECT_EQ(refused.status, 429);
  EXPECT_THAT(body_text(refused), HasSubstr(R"("type":"rate_limit_error")"));
  EXPECT_EQ(header_of(refused, "Retry-After"), "1");
}

TEST_F(OpenAi, AFailedTaskIsAnErrorThatMustNotBeRepeated) {
  struct Row {
    Code code;
    int status;
    const char* type;
  };
  for (const Row& row :
       {Row{Code::content_policy, 400, "image_generation_user_error"}, Row{Code::provider_failed, 502, "server_error"},
        Row{Code::provider_polling_timeout, 504, "server_error"}}) {
    const http::Response response = generate(flash(""), row.code);
    EXPECT_EQ(response.status, row.status);
    EXPECT_EQ(error_code(response), info(row.code).public_number);
    EXPECT_THAT(body_text(response), HasSubstr(row.type));
    EXPECT_EQ(header_of(response, "x-should-retry"), "false");
    EXPECT_EQ(header_of(response, "Darkroom-Task"), world_.accepted.back().id.text());
  }
  const std::string task = begin(image(flash("")));
  world_.cancel(task);
  EXPECT_EQ(end().status, 409);
}

TEST_F(OpenAi, AWaitThatEndsNamesTheTaskAndTheSameRequestPicksItUp) {
  const std::string task = begin(image(flash("")));
  world_.advance(seconds(300));
  const http::Response late = end();
  EXPECT_EQ(late.status, 504);
  EXPECT_EQ(error_code(late), 60002);
  EXPECT_THAT(body_text(late), HasSubstr("GET /api/v1/tasks/" + task));
  EXPECT_EQ(header_of(late, "Darkroom-Task"), task);
  EXPECT_EQ(header_of(late, "x-should-retry"), "false");

  const auto again = world_.begin(image(flash("")));
  world_.settle();
  world_.finish(task);
  const http::Response response = world_.finish(*again);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(header_of(response, "Darkroom-Task"), task);
  EXPECT_EQ(header_of(response, "Idempotent-Replayed"), "true");
  EXPECT_EQ(world_.accepted.size(), 1U);
  // Once it has been told, asking again is asking for another picture.
  begin(image(flash("")));
  EXPECT_EQ(world_.accepted.size(), 2U);
  world_.finish(world_.accepted.back().id.text());
  end();
}

TEST_F(OpenAi, AnSdksRepetitionGetsTheTaskThatRuns) {
  const std::string task = begin(image(flash("")));
  const auto repeated = world_.begin(image(flash(""), {{"X-Stainless-Retry-Count", "1"}}));
  // Of another account, or for something else, it is a request of its own.
  Call foreign = image(flash(""), {{"X-Stainless-Retry-Count", "1"}});
  foreign.key = "other";
  const auto other = world_.begin(std::move(foreign));
  world_.settle();
  EXPECT_EQ(world_.accepted.size(), 2U);
  world_.finish(task);
  EXPECT_EQ(header_of(world_.finish(*repeated), "Darkroom-Task"), task);
  EXPECT_EQ(header_of(end(), "Darkroom-Task"), task);
  world_.finish(world_.accepted.at(1).id.text());
  EXPECT_EQ(world_.finish(*other).status, 200);
  EXPECT_EQ(world_.balance("studio", ledger::Book::live).captured.count(), kPrice);
}

TEST_F(OpenAi, AnSdksRepetitionGetsItsTaskAfterARestartToo) {
  const std::vector<http::Header> again = {{"X-Stainless-Retry-Count", "1"}};
  const auto restart = [&] { world_.services.openai_repeats = std::make_shared<api::OpenAiRepeats>(); };
  const auto ask = [&](std::vector<http::Header> headers, const std::string& key = "live") {
    Call call = image(flash(""), std::move(headers));
    call.key = key;
    auto pending = world_.begin(std::move(call));
    world_.settle();
    const std::string task = world_.accepted.back().id.text();
    if (!pending->answer) world_.finish(task);
    return header_of(world_.finish(*pending), "Darkroom-Task");
  };
  const std::string first = ask({});
  const std::string second = ask({});
  EXPECT_NE(first, second) << "two calls are two purchases";
  restart();
  EXPECT_EQ(ask(again), second) << "the latest";
  EXPECT_EQ(world_.accepted.size(), 2U);
  restart();
  EXPECT_NE(ask({}), second) << "it does not say that it repeats anything";
  EXPECT_EQ(world_.accepted.size(), 3U);
  restart();
  ask(again, "other");
  EXPECT_EQ(world_.accepted.size(), 4U) << "of another account";
  restart();
  world_.advance(std::chrono::minutes(20));  // the longest wait, and 15 minutes
  ask(again);
  EXPECT_EQ(world_.accepted.size(), 5U) << "too long ago";
}

TEST_F(OpenAi, CancelAfterIsStoredWithTheTask) {
  const std::string task = begin(image(flash(""), {{"Cancel-After", "90s"}}));
  EXPECT_EQ(world_.accepted.back().cancel_at, world_.clock.wall_now() + seconds(90));
  world_.cancel(task);
  const http::Response response = end();
  EXPECT_EQ(response.status, 409);
  EXPECT_EQ(error_code(response), 40003);
  EXPECT_EQ(error_code(world_.call(image(flash(""), {{"Cancel-After", "soon"}}))), 20003);
}

TEST_F(OpenAi, AnIdempotencyKeyMakesOneTask) {
  const std::vector<http::Header> key = {{"Idempotency-Key", "k1"}};
  world_.finish(begin(image(flash(""), key)));
  const http::Response first = end();
  const http::Response second = world_.call(image(flash(""), key));
  EXPECT_EQ(body_text(first), body_text(second));
  EXPECT_EQ(header_of(second, "Idempotent-Replayed"), "true");
  EXPECT_EQ(world_.call(image(flash(R"(,"n":2)"), key)).status, 422);
  EXPECT_EQ(world_.accepted.size(), 1U);
}

TEST_F(OpenAi, ListsTheImageModelsOfTheKey) {
  const json::object list = body_of(world_.call({"GET", "/v1/models", "live"}));
  EXPECT_EQ(json::get_string(list, "object"), "list");
  std::size_t images = 0;
  for (const catalog::ModelSpec& model : world_.catalog.models()) images += model.kind == "image" ? 1 : 0;
  EXPECT_EQ(list.at("data").as_array().size(), images);
  const json::object mine = body_of(world_.call({"GET", "/v1/models", "picky"}));
  ASSERT_EQ(mine.at("data").as_array().size(), 1U);
  const http::Response one = world_.call({"GET", "/v1/models/gemini-2.5-flash-image-preview-official", "picky"});
  EXPECT_EQ(json::value(body_of(one)), mine.at("data").as_array().front());
}

TEST_F(OpenAi, FilesThatAreGoneAre404) {
  const std::vector<http::Header> key = {{"Idempotency-Key", "k1"}};
  const std::string body = flash(R"(,"response_format":"b64_json")");
  const std::string task = begin(image(body, key));
  world_.finish(task);
  EXPECT_EQ(end().status, 200);
  world_.blobs.forget("tasks/" + task.substr(5) + "/0.png");
  const http::Response gone = world_.call(image(body, key));
  EXPECT_EQ(gone.status, 404);
  EXPECT_EQ(error_code(gone), 40002);
}

}  // namespace
}  // namespace darkroom::test
