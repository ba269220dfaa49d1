#include "task/task.h"

#include <gtest/gtest.h>

#include "task/codec.h"

namespace darkroom::task {
namespace {

Plan full_plan() {
  Plan plan;
  plan.model = "nano-banana";
  plan.kind = "image";
  plan.routes = {{"first", "wire-1", true, MicroCredits::from_count(7)}, {"second", "wire-2", false, {}}};
  plan.prompt = "a \"quoted\" line\nand an \xC3\xA9 \xF0\x9F\x8C\x85";
  plan.parameters = {{"aspect_ratio", "16:9"}, {"seed", 18}, {"nested", {{"deep", {1, 2.5, nullptr}}}}};
  plan.mode = "image-to-image";
  plan.reference_sources = {{"image", "image_urls[0]", "https://example.test/a.png"},
                            {"mask", "mask_url", "https://example.test/b.png?x=1&y=%22"}};
  plan.outputs_per_call = 3;
  plan.billed_seconds = 8;
  plan.count = 4;
  plan.unit_price = MicroCredits::from_count(MicroCredits::kMax);
  plan.cap_seconds = 901;
  plan.callback_url = "https://example.test/hook?x=\"1\"";
  plan.callback_events = {"task.failed", "task.cancelled"};
  plan.request_id = "req_8a4f0d2e-1c8b-4f1a-9e2d-3b7c5a6f0a1b";
  return plan;
}

Progress full_progress() {
  Progress progress;
  progress.began_at = from_millis(1'700'000'000'000);
  progress.references_ready = true;
  progress.references = {{"image", "https://example.test/a.png", "references/00/0", "image/png", 1ULL << 40}};
  Call waiting;
  waiting.attempts = 2;
  waiting.route = 1;
  waiting.hops = 3;
  waiting.refused = {2, 0};
  waiting.unknowns = 4;
  waiting.due_at = from_millis(1'700'000'000'123);
  waiting.first_failed_at = from_millis(1'700'000'000'001);
  waiting.failure = Code::connect_failed;
  Call delivered;
  delivered.state = CallState::delivered;
  delivered.outputs = {{OutputRole::result, "tasks/00/1.mp4", "video/mp4", 12345, "ab12", 640, 480, 8'004},
                       {OutputRole::last_frame, "tasks/00/2.png", "image/png", 99, "cd", 640, 480}};
  Call failed;
  failed.state = CallState::failed;
  failed.failure = Code::content_policy;
  Call in_flight;
  in_flight.state = CallState::in_flight;
  Call accepted;
  accepted.state = CallState::accepted;
  accepted.upstream_id = "operations/x\"1\"";
  accepted.key_tag = "0a1b";
  accepted.accepted_at = from_millis(1'700'000'000'777);
  accepted.polls = 9;
  progress.calls = {waiting, delivered, failed, in_flight, accepted};
  return progress;
}

TEST(TaskCodec, APlanComesBackWhole) {
  const Plan plan = full_plan();
  const Result<Plan> back = parse_plan(print_plan(plan));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(print_plan(*back), print_plan(plan));
  EXPECT_EQ(back->prompt, plan.prompt);
  EXPECT_EQ(back->parameters, plan.parameters);
  EXPECT_EQ(back->mode, "image-to-image");
  ASSERT_EQ(back->reference_sources.size(), 2U);
  EXPECT_EQ(back->reference_sources[1].role, "mask");
  EXPECT_EQ(back->reference_sources[1].field, "mask_url");
  EXPECT_EQ(back->reference_sources[1].url, "https://example.test/b.png?x=1&y=%22");
  EXPECT_EQ(back->outputs_per_call, 3U);
  EXPECT_EQ(back->billed_seconds, 8);
  EXPECT_EQ(back->unit_price, plan.unit_price);
  EXPECT_EQ(back->cap_seconds, 901);
  EXPECT_EQ(back->callback_url, plan.callback_url);
  EXPECT_EQ(back->callback_events, plan.callback_events);
  EXPECT_EQ(back->request_id, plan.request_id);
  ASSERT_EQ(back->routes.size(), 2U);
  EXPECT_TRUE(back->routes[0].repeat_unknown);
  EXPECT_EQ(back->routes[0].call_cost.count(), 7);
  EXPECT_EQ(back->routes[1].wire_model, "wire-2");
}

TEST(TaskCodec, ProgressComesBackWhole) {
  const Progress progress = full_progress();
  const Result<Progress> back = parse_progress(print_progress(progress));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(print_progress(*back), print_progress(progress));
  ASSERT_EQ(back->calls.size(), 5U);
  EXPECT_EQ(back->began_at, progress.began_at);
  EXPECT_TRUE(back->references_ready);
  EXPECT_EQ(back->references[0].size_bytes, 1ULL << 40);
  EXPECT_EQ(back->calls[0].attempts, 2U);
  EXPECT_EQ(back->calls[0].route, 1U);
  EXPECT_EQ(back->calls[0].hops, 3U);
  EXPECT_EQ(back->calls[0].refused, (std::vector<std::uint32_t>{2, 0}));
  EXPECT_EQ(back->calls[0].unknowns, 4U);
  EXPECT_EQ(back->calls[0].due_at, progress.calls[0].due_at);
  EXPECT_EQ(back->calls[0].first_failed_at, progress.calls[0].first_failed_at);
  EXPECT_EQ(back->calls[0].failure, Code::connect_failed);
  ASSERT_EQ(back->calls[1].outputs.size(), 2U);
  EXPECT_EQ(back->calls[1].outputs[0].height_pixels, 480U);
  EXPECT_EQ(back->calls[1].outputs[0].sha256_hex, "ab12");
  EXPECT_EQ(back->calls[1].outputs[0].duration_milliseconds, 8'004);
  EXPECT_EQ(back->calls[1].outputs[1].role, OutputRole::last_frame);
  EXPECT_EQ(back->calls[2].state, CallState::failed);
  EXPECT_EQ(back->calls[3].state, CallState::in_flight);
  EXPECT_TRUE(back->calls[3].outputs.empty());
  EXPECT_EQ(back->calls[4].state, CallState::accepted);
  EXPECT_EQ(back->calls[4].upstream_id, "operations/x\"1\"");
  EXPECT_EQ(back->calls[4].key_tag, "0a1b");
  EXPECT_EQ(back->calls[4].accepted_at, progress.calls[4].accepted_at);
  EXPECT_EQ(back->calls[4].polls, 9U);
}

TEST(TaskCodec, AnEmptyProgressStaysSmall) {
  Progress progress;
  progress.calls.resize(1);
  EXPECT_EQ(print_progress(progress), R"({"calls":[{"state":"waiting"}]})");
  EXPECT_TRUE(parse_progress(R"({"references":[],"calls":[{"state":"waiting"}]})"));
}

TEST(TaskCodec, RefusesTextsThatWeDidNotWrite) {
  const std::string good = print_plan(full_plan());
  ASSERT_TRUE(parse_plan(good));
  struct Row {
    std::string_view part;
    std::string_view instead;
  };
  for (const Row& row :
       {Row{good, ""}, Row{good, "[]"}, Row{good, "{}"}, Row{R"("model":"nano-banana")", R"("model":1)"},
        Row{R"("routes":[{)", R"("routes":[1,{)"}, Row{R"("wire_model":"wire-1",)", ""},
        Row{R"("call_cost":7)", R"("call_cost":-7)"}, Row{R"("repeat_unknown":true)", R"("repeat_unknown":1)"},
        Row{R"("parameters":{)", R"("others":{)"}, Row{R"("reference_sources":[)", R"("reference_sources":[7,)"},
        Row{R"("count":4,)", R"("count":-1,)"}, Row{R"("count":4,)", ""},
        Row{R"("unit_price":9007199254740991)", R"("unit_price":9007199254740992)"},
        Row{R"("cap_seconds":901)", R"("cap_seconds":"901")"}, Row{R"("callback_events":[)", R"("events":[)"}}) {
    std::string text = good;
    const std::size_t at = text.find(row.part);
    ASSERT_NE(at, std::string::npos) << row.part;
    text.replace(at, row.part.size(), row.instead);
    const Result<Plan> plan = parse_plan(text);
    ASSERT_FALSE(plan) << text;
    EXPECT_EQ(plan.error().code, Code::store_failed);
  }
  for (const char* text : {
           "",
           "{}",
           R"({"references":[],"calls":[{}]})",
           R"({"references":[],"calls":[{"state":"asleep"}]})",
           R"({"references":[],"calls":[{"state":"failed","failure":"no_such_code"}]})",
           R"({"references":[],"calls":[{"state":"waiting","attempts":"two"}]})",
           R"({"references":[],"calls":[{"state":"waiting","attempts":4294967296}]})",
           R"({"references":[],"calls":[{"state":"delivered","outputs":[{"blob":"b"}]}]})",
           R"({"references":[],"calls":[{"state":"delivered","outputs":[{"role":"frame"}]}]})",
           R"({"references":[{"blob":"b","mime":"m","size_bytes":-1}],"calls":[]})",
           R"({"references_ready":1,"references":[],"calls":[]})",
       }) {
    const Result<Progress> progress = parse_progress(text);
    ASSERT_FALSE(progress) << text;
    EXPECT_EQ(progress.error().code, Code::store_failed);
  }
}

TEST(TaskState, NamesAndPublicStatus) {
  struct Row {
    State state;
    std::string_view name;
    std::string_view status;
    bool ended;
  };
  for (const Row& row :
       {Row{State::queued, "queued", "processing", false}, Row{State::submitting, "submitting", "processing", false},
        Row{State::running, "running", "processing", false}, Row{State::saving, "saving", "processing", false},
        Row{State::completed, "completed", "completed", true}, Row{State::failed, "failed", "failed", true},
        Row{State::cancelled, "cancelled", "failed", true}}) {
    EXPECT_EQ(print(row.state), row.name);
    EXPECT_EQ(public_status(row.state), row.status);
    EXPECT_EQ(is_ended(row.state), row.ended);
  }
}

TEST(TaskState, EveryCodeIsFoundByItsName) {
  for (int i = 0; i <= static_cast<int>(Code::bad_config); ++i) {
    EXPECT_EQ(find_code(info(static_cast<Code>(i)).name), static_cast<Code>(i));
  }
  EXPECT_FALSE(find_code("no_such_code"));
}

TEST(OutputBlobs, OnlyDeliveredInOrder) {
  Task task;
  task.progress = full_progress();
  Call second;
  second.state = CallState::delivered;
  second.outputs.emplace_back().blob = "tasks/00/4.png";
  task.progress.calls.push_back(second);
  std::vector<std::string> blobs;
  for (const Output* output : outputs_of(task, OutputRole::result)) blobs.push_back(output->blob);
  EXPECT_EQ(blobs, (std::vector<std::string>{"tasks/00/1.mp4", "tasks/00/4.png"}));
  EXPECT_EQ(outputs_of(task, OutputRole::last_frame).size(), 1U);
}

}  // namespace
}  // namespace darkroom::task
