#include "usecase/read_task.h"

#include <gtest/gtest.h>

namespace darkroom::usecase {
namespace {

task::Task heron() {
  task::Task task;
  task.id = TaskId::parse("task_018f5a3a1b6e7d9f8c2b4d6e8f0a2c4e").value();
  task.created_at = from_millis(1'735'000'000'999);
  task.plan.model = "heron-1";
  task.plan.kind = "image";
  task.progress.calls.resize(1);
  return task;
}

const std::string kStart = R"({"id":"task_018f5a3a1b6e7d9f8c2b4d6e8f0a2c4e","model":"heron-1","status":)";

TEST(PrintTask, ShowsEveryUnfinishedStateAsProcessing) {
  for (const task::State state :
       {task::State::queued, task::State::submitting, task::State::running, task::State::saving}) {
    task::Task task = heron();
    task.state = state;
    task.failure = Code::connection_lost;  // of an attempt; not an end
    EXPECT_EQ(print_task(task, "http://x"),
              kStart + R"("processing","created_at":1735000000,"output":null,"error":null})");
  }
}

TEST(PrintTask, NamesTheLinksAfterTheKind) {
  task::Task task = heron();
  task.state = task::State::completed;
  task.progress.calls[0].state = task::CallState::delivered;
  task.progress.calls[0].outputs.emplace_back().blob = "tasks/a/0.png";
  EXPECT_EQ(print_task(task, "http://x"), kStart + R"("completed","created_at":1735000000,"output":)"
                                                   R"({"image_urls":["http://x/media/tasks/a/0.png"]},"error":null})");
  task.plan.kind = "video";
  EXPECT_NE(print_task(task, "http://x").find(R"({"video_urls":["http://x/media/tasks/a/0.png"]})"), std::string::npos);
}

TEST(PrintTask, ShowsAPosterForEveryFilmOrNone) {
  task::Task task = heron();
  task.plan.kind = "video";
  task.state = task::State::completed;
  task.progress.calls.resize(2);
  for (const char* name : {"0", "1"}) {
    task::Call& call = task.progress.calls[*name - '0'];
    call.state = task::CallState::delivered;
    call.outputs.emplace_back().blob = std::string("t/") + name + ".mp4";
    call.outputs.emplace_back().blob = std::string("t/p") + name + ".jpg";
    call.outputs.back().role = task::OutputRole::poster;
  }
  EXPECT_NE(print_task(task, "h").find(R"({"video_urls":["h/media/t/0.mp4","h/media/t/1.mp4"],)"
                                       R"("poster_urls":["h/media/t/p0.jpg","h/media/t/p1.jpg"]})"),
            std::string::npos)
      << print_task(task, "h");
  task.progress.calls[0].outputs.pop_back();
  EXPECT_EQ(print_task(task, "h").find("poster_urls"), std::string::npos);
}

TEST(PrintTask, ShowsAFailuresPublicNumberOnly) {
  task::Task task = heron();
  task.state = task::State::failed;
  task.failure = Code::provider_polling_timeout;
  EXPECT_EQ(print_task(task, ""), kStart + R"("failed","created_at":1735000000,"output":null,)" +
                                      R"("error":{"code":80002,"message":"provider_polling_timeout: the generation )"
                                      R"(did not end within its time limit. Nothing was charged; submit it again"}})");
  task.failure = Code::store_failed;
  EXPECT_NE(print_task(task, "").find(R"("error":{"code":60099,)"), std::string::npos);
  task.state = task::State::cancelled;
  EXPECT_NE(print_task(task, "").find(R"("error":{"code":40003,"message":"Task cancelled"})"), std::string::npos);
}

}  // namespace
}  // namespace darkroom::usecase
