// Films that go on from a film of an earlier task.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/api/api_world.h"

namespace darkroom::test {
namespace {

constexpr const char* kVideos = "/api/v1/videos/generations";
constexpr std::int64_t kPrice = 189'000'000;  // of a film of veo3.1-fast

class RemixTest : public testing::Test {
 protected:
  std::string order(const std::string& model = "veo3.1-fast", const std::string& key = "live") {
    const http::Response response =
        world_.call({"POST", kVideos, key, fmt::format(R"({{"model":"{}","prompt":"a boat"}})", model)});
    EXPECT_EQ(response.status, 200) << body_text(response);
    return id_of(response);
  }
  std::string film(const std::string& model = "veo3.1-fast", const std::string& key = "live") {
    const std::string id = order(model, key);
    world_.finish(id);
    return id;
  }
  http::Response remix(const std::string& id, const std::string& members = "", const std::string& key = "live") {
    return world_.call({"POST", fmt::format("/api/v1/videos/{}/remix", id), key,
                        fmt::format(R"({{"prompt":"it lands"{}}})", members)});
  }
  http::Response go_on(const std::string& id, const std::string& members = "", const std::string& key = "live") {
    return world_.call(
        {"POST", kVideos, key,
         fmt::format(R"({{"model":"veo3.1-fast","prompt":"it lands","source_task_id":"{}"{}}})", id, members)});
  }
  static std::string id_of(const http::Response& response) {
    const auto tree = json::parse_object(body_text(response));
    return tree ? std::string(json::get_string(*tree, "id")) : "";
  }
  task::Task get(const std::string& id) {
    auto found = world_.ask<std::optional<task::Task>>(
        [&](auto done) { world_.store->find_task(TaskId::parse(id).value(), std::move(done)); });
    return found.value().value();
  }

  ApiWorld world_{{.upstreams = {{"google", "gemini"}, {"films", "veo"}, {"stage", "veo", true}}}};
};

TEST_F(RemixTest, GoesOnFromTheFilmAtThePriceOfOne) {
  const std::string source = film();
  const std::int64_t held = world_.balance("studio", ledger::Book::live).held.count();
  for (const http::Response& response : {remix(source), go_on(source)}) {
    ASSERT_EQ(response.status, 200) << body_text(response);
    EXPECT_EQ(header_of(response, "Darkroom-Warnings"), "");
    const task::Task made = get(id_of(response));
    EXPECT_EQ(made.plan.model, "veo3.1-fast");
    EXPECT_EQ(made.plan.mode, "remix");
    ASSERT_EQ(made.plan.reference_sources.size(), 1U);
    EXPECT_EQ(made.plan.reference_sources.front().role, "video");
    EXPECT_EQ(made.plan.reference_sources.front().upload, get(source).progress.calls.front().outputs.front().blob);
    EXPECT_EQ(json::find(made.plan.parameters, "size"), nullptr) << "its shape is that of the film";
  }
  EXPECT_EQ(world_.balance("studio", ledger::Book::live).held.count() - held, 2 * kPrice);
}

TEST_F(RemixTest, IsQuotedAndRepeatedLikeAnySubmit) {
  const std::string source = film();
  EXPECT_NE(body_text(remix(source, R"(,"dry_run":true)")).find(R"("mode":"remix","quote":{"credits":"189")"),
            std::string::npos);
  const Call call{"POST",
                  fmt::format("/api/v1/videos/{}/remix", source),
                  "live",
                  R"({"prompt":"it lands"})",
                  {{"Idempotency-Key", "once"}}};
  const std::string first = id_of(world_.call(call));
  EXPECT_FALSE(first.empty());
  EXPECT_EQ(id_of(world_.call(call)), first);
}

TEST_F(RemixTest, RefusesWhatCannotBeTakenOn) {
  ASSERT_EQ(world_.admin({"POST", "/admin/grants", "", R"({"account":"studio","credits":"10000"})"}).status, 200);
  const std::string source = film();
  const std::string other_model = film("veo3.1-quality");
  const std::string test_film = film("veo3.1-fast", "test");
  const std::string unfinished = order();
  const std::string nowhere = "task_018f5a3a1b6e7d9f8c2b4d6e8f0a2c4e";
  struct Case {
    http::Response response;
    int status;
    int code;
    const char* sentence;
  };
  const Case cases[] = {
      {remix(nowhere), 404, 40001, "Task not found"},
      {remix("task_1"), 404, 40001, "Task not found"},
      {remix(source, "", "other"), 404, 40001, "Task not found"},
      {go_on(source, "", "other"), 400, 20003, "veo3.1-fast: source_task_id names no task of yours"},
      {go_on(nowhere), 400, 20003, "veo3.1-fast: source_task_id names no task of yours"},
      {go_on(test_film), 400, 20003, "veo3.1-fast: source_task_id names no task of yours"},
      {go_on(other_model), 400, 20003, "veo3.1-fast: source_task_id must name a task of this model"},
      {remix(source, R"(,"model":"veo3.1-quality")"), 400, 20003,
       "veo3.1-quality: source_task_id must name a task of this model"},
      {remix(film("veo3.1-lite")), 400, 20003, "veo3.1-lite: source_task_id is not a parameter of this model"},
      {remix(unfinished), 400, 20003, "veo3.1-fast: source_task_id must name a task that has completed"},
      {remix(source, fmt::format(R"(,"source_task_id":"{}")", nowhere)), 400, 20003,
       "source_task_id is that of the path and must not differ"},
      {remix(world_.submit()), 400, 20004, "is offered on /api/v1/images/generations only"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(c.response.status, c.status) << c.sentence;
    EXPECT_EQ(error_code(c.response), c.code) << c.sentence;
    EXPECT_NE(body_text(c.response).find(c.sentence), std::string::npos) << body_text(c.response);
  }
}

}  // namespace
}  // namespace darkroom::test
