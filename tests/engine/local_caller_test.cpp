#include "engine/local_caller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <future>

#include "blob/fs/fs_store.h"
#include "engine/callers.h"
#include "runtime/async_scope.h"
#include "tests/support/repository.h"
#include "tests/support/temporary_folder.h"

namespace darkroom::engine {
namespace {

using Kind = task::CallFailure::Kind;

constexpr std::chrono::seconds kPatience{20};

// A child that needs no process: posters fail, which a film survives.
class NoProber final : public media::FilmProber {
 public:
  Result<media::Film> probe_film(int, const media::FilmLimits&) override { return fail(Code::io_failed); }
  Result<media::Sound> probe_sound(int, const media::FilmLimits&) override { return fail(Code::io_failed); }
  Result<media::Preview> preview_film(int, int, const media::FilmLimits&) override { return fail(Code::io_failed); }
};

class NoResolver final : public net::Resolver {
 public:
  Result<std::vector<net::IpAddress>> resolve(const std::string&) override { return fail(Code::connect_failed); }
};

// A LocalCaller whose tool is `enhance`, on a real loop and a real folder.
class Bench {
 public:
  explicit Bench(LocalCaller::Enhance enhance)
      : caller_(loop_, *blobs_, pool_, saver_, folder_.path().string(), std::move(enhance)) {
    loop_.start();
    auto writer = blobs_->create().value();
    EXPECT_TRUE(writer->write(as_bytes("the source")));
    EXPECT_TRUE(writer->commit("references/a/0"));
  }
  ~Bench() {
    client_.stop();
    pool_.stop();
    loop_.stop();
  }

  std::future<CallOutcome> begin(json::object parameters, std::string role = "video") {
    auto promise = std::make_shared<std::promise<CallOutcome>>();
    auto outcome = promise->get_future();
    CallOrder order;
    order.task = task_;
    order.kind = "tool";
    order.extra_index = 1;
    order.upstream = &upstream_;
    order.parameters = std::move(parameters);
    order.references = {{std::move(role), "https://a.example/f.mp4", "references/a/0", "video/mp4", 10}};
    loop_.post([this, order = std::move(order), promise]() mutable {
      scope_.spawn(run(&caller_, std::move(order), promise));
    });
    return outcome;
  }
  CallOutcome perform(json::object parameters, std::string role = "video") {
    auto outcome = begin(std::move(parameters), std::move(role));
    DR_CHECK(outcome.wait_for(kPatience) == std::future_status::ready);
    return outcome.get();
  }
  void cancel(TaskId task) {
    loop_.post([this, task] { caller_.cancel(task); });
  }
  TaskId task() const { return task_; }
  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder_.path()), std::filesystem::directory_iterator()));
  }
  blob::Store& blobs() { return *blobs_; }

 private:
  static Async<void> run(LocalCaller* caller, CallOrder order, std::shared_ptr<std::promise<CallOutcome>> promise) {
    CallOutcome outcome = co_await caller->perform(std::move(order));
    promise->set_value(std::move(outcome));
  }

  TaskId task_ = TaskId::parse("task_018f5a3a1b6e7d9f8c2b4d6e8f0a2c4e").value();
  Upstream upstream_;
  test::TemporaryFolder folder_;
  EventLoop loop_{"engine"};
  BlockingPool pool_{2, 16};
  net::HttpClient client_{1, 10, nullptr};
  net::UrlGuard guard_{{}, std::make_shared<NoResolver>()};
  net::Fetcher fetcher_{client_, guard_, pool_};
  NoProber films_;
  std::unique_ptr<blob::Store> blobs_ = blob::make_fs_store(folder_.file("media")).value();
  OutputSaver saver_{loop_, fetcher_, *blobs_, films_, pool_, {}};
  LocalCaller caller_;
  AsyncScope scope_;
};

Result<media::Film> write_film(const media::EnhanceOrder& order) {
  const std::string film = test::read_repository_file("tests/media/fragments.mp4");
  EXPECT_EQ(::write(order.output_fd, film.data(), film.size()), static_cast<ssize_t>(film.size()));
  return media::Film{};
}

const task::CallFailure& failure_of(const CallOutcome& outcome) {
  const auto* failure = std::get_if<task::CallFailure>(&outcome.result);
  DR_CHECK(failure != nullptr);
  return *failure;
}

TEST(LocalCaller, StoresWhatTheToolMadeOfTheSource) {
  media::EnhanceOrder seen;
  std::string source(10, '\0');
  Bench bench([&](const media::EnhanceOrder& order) {
    seen = order;
    EXPECT_EQ(::pread(order.input_fd, source.data(), source.size(), 0), 10);
    return write_film(order);
  });
  const CallOutcome outcome = bench.perform({{"resolution", "4k"}, {"fps", 60}, {"tool_version", "professional"}});
  EXPECT_EQ(source, "the source");
  EXPECT_EQ(seen.short_side_pixels, 2160U);
  EXPECT_EQ(seen.frame_rate, 60);
  EXPECT_EQ(seen.quality, media::EnhanceQuality::professional);
  EXPECT_EQ(seen.limits.wall_time, milliseconds(300'000));
  const auto* outputs = std::get_if<std::vector<task::Output>>(&outcome.result);
  ASSERT_NE(outputs, nullptr);
  ASSERT_EQ(outputs->size(), 1U);
  EXPECT_EQ(outputs->front().blob, "tasks/018f5a3a1b6e7d9f8c2b4d6e8f0a2c4e/0.mp4");
  EXPECT_EQ(outputs->front().duration_milliseconds, 1000);
  EXPECT_TRUE(bench.blobs().open(outputs->front().blob));
  EXPECT_EQ(outcome.signal, Limiter::Signal::worked);
  EXPECT_EQ(bench.files(), 1U);  // the media folder alone: nothing half made is left
}

TEST(LocalCaller, ACancelReachesTheToolOfThatTaskOnly) {
  std::promise<void> begun;
  Bench bench([&begun](const media::EnhanceOrder& order) -> Result<media::Film> {
    begun.set_value();
    while (!order.cancel->load()) std::this_thread::yield();
    return fail(Code::cancelled);
  });
  auto outcome = bench.begin({});
  begun.get_future().wait();
  bench.cancel(TaskId{});
  EXPECT_EQ(outcome.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  bench.cancel(bench.task());
  ASSERT_EQ(outcome.wait_for(kPatience), std::future_status::ready);
  const CallOutcome ended = outcome.get();
  EXPECT_EQ(failure_of(ended).code, Code::cancelled);
  EXPECT_EQ(failure_of(ended).kind, Kind::unknown);
}

TEST(LocalCaller, RefusesWhatIsNoFilmAndWorkWithoutOne) {
  Bench bench([](const media::EnhanceOrder& order) -> Result<media::Film> {
    EXPECT_EQ(::write(order.output_fd, "no film", 7), 7);
    return media::Film{};
  });
  EXPECT_EQ(failure_of(bench.perform({})).code, Code::provider_failed);
  EXPECT_EQ(failure_of(bench.perform({}, "image")).kind, Kind::final);
}

TEST(LocalCaller, TellsWhatAFailureMeans) {
  struct Row {
    Code code;
    Kind kind;
    Code shown;
    Limiter::Signal signal;
  };
  using enum Limiter::Signal;
  for (const Row& row : {Row{Code::cancelled, Kind::unknown, Code::cancelled, neutral},
                         Row{Code::bad_media, Kind::next_route, Code::provider_failed, neutral},
                         Row{Code::deadline_exceeded, Kind::next_route, Code::provider_polling_timeout, failed},
                         Row{Code::io_failed, Kind::retry, Code::provider_failed, failed},
                         Row{Code::invalid_parameter, Kind::next_route, Code::unsupported, neutral}}) {
    const CallOutcome outcome = judge_local_failure(make_error(row.code, "the video is too long", "fps"));
    const task::CallFailure& failure = failure_of(outcome);
    EXPECT_EQ(failure.kind, row.kind) << info(row.code).name;
    EXPECT_EQ(failure.code, row.shown) << info(row.code).name;
    EXPECT_EQ(outcome.signal, row.signal) << info(row.code).name;
  }
  EXPECT_EQ(failure_of(judge_local_failure(make_error(Code::bad_media, "the video is too long"))).problem,
            "the video is too long");
}

TEST(LocalCaller, ReadsTheOrderFromTheParameters) {
  struct Row {
    json::object parameters;
    std::uint32_t short_side;
    double frame_rate;
    const char* refused;
  };
  for (const Row& row :
       {Row{{}, 1080, 0, ""}, Row{{{"resolution", "720p"}, {"scene", "ugc"}}, 720, 0, ""},
        Row{{{"resolution", "2k"}, {"fps", 23.976}}, 1440, 23.976, ""},
        Row{{{"resolution", "4k"}, {"resolution_limit", 900}}, 900, 0, ""},
        Row{{{"resolution_limit", 8192}, {"fps", 240}}, 1080, 240, ""}, Row{{{"resolution", "8k"}}, 0, 0, "resolution"},
        Row{{{"resolution_limit", 63}}, 0, 0, "resolution_limit"}, Row{{{"fps", 241}}, 0, 0, "fps"}}) {
    const auto order = make_enhance_order(row.parameters);
    const std::string name = json::print(row.parameters);
    ASSERT_EQ(order.has_value(), *row.refused == 0) << name;
    if (!order) {
      EXPECT_EQ(order.error().field, row.refused) << name;
      continue;
    }
    EXPECT_EQ(order->short_side_pixels, row.short_side) << name;
    EXPECT_EQ(order->frame_rate, row.frame_rate) << name;
  }
}

}  // namespace
}  // namespace darkroom::engine
