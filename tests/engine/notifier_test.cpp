#include "engine/notifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "base/log.h"
#include "store/memory/memory_store.h"
#include "tests/sim/sim_loop.h"
#include "tests/support/faulty_store.h"
#include "tests/support/store_rows.h"
#include "webhook/signature.h"

namespace darkroom::engine {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kGood = "https://good.example.org/";
constexpr const char* kDead = "https://dead.example.org/";
constexpr const char* kDeadHost = "https://dead.example.org";

// A store, a notifier and receivers that answer after a time of their own, on a fake clock.
class Fixture : public ::testing::Test, public WebhookSender {
 protected:
  Fixture()
      : store_(test::make_faulty_store(
            store::make_memory_store(store::make_memory_data(),
                                     [this](std::move_only_function<void()> work) { loop_.post(std::move(work)); }),
            [this](std::string_view verb) {
              looks_ += verb == "list_due_deliveries" ? 1 : 0;
              return test::Fault::none;
            })) {
    account_ = make_account("anna");
    clock_.jump(rows_.next_time() - clock_.wall_now());  // the rows' time is the clock's
  }
  ~Fixture() override {
    if (notifier_) notifier_->abandon();
  }

  void start(NotifierOptions options = {}) {
    notifier_ = std::make_unique<Notifier>(NotifierParts{loop_, clock_, random_, *store_, *this}, options);
    notifier_->start();
  }
  template <class T, class Start>
  Result<T> ask(Start start) {
    std::optional<Result<T>> answer;
    start([&](Result<T> result) { answer = std::move(result); });
    while (!answer) DR_CHECK(loop_.step());
    return std::move(*answer);
  }
  AccountId make_account(const std::string& name) {
    const store::NewAccount wanted = rows_.account(name, 1'000'000);
    ask<account::Account>([&](auto done) { store_->ensure_account(wanted, std::move(done)); }).value();
    return wanted.account.id;
  }
  webhook::Endpoint make_endpoint(const std::string& url) { return make_endpoint(account_, url); }
  webhook::Endpoint make_endpoint(AccountId account, const std::string& url) {
    webhook::Endpoint endpoint = rows_.endpoint(account, url);
    ask<void>([&](auto done) { store_->create_webhook(endpoint, std::move(done)); }).value();
    return endpoint;
  }
  TaskId end_a_task() { return end_a_task(account_, ""); }
  TaskId end_a_task(AccountId account, const std::string& callback) {
    store::NewTask made = rows_.task(account, 1, 1);
    made.task.plan.callback_url = callback;
    ask<void>([&](auto done) { store_->create_task(std::make_shared<store::NewTask>(made), std::move(done)); }).value();
    const auto claimed = ask<std::vector<std::optional<task::Task>>>(
        [&](auto done) { store_->claim_tasks({made.task.id}, std::move(done)); });
    ask<void>([&](auto done) { store_->update_task(rows_.end(*claimed->at(0), 1), std::move(done)); }).value();
    return made.task.id;
  }
  std::vector<webhook::Delivery> deliveries(const webhook::Endpoint& endpoint) {
    return ask<std::vector<webhook::Delivery>>(
               [&](auto done) { store_->list_deliveries({endpoint.account, endpoint.id, {}, 1000}, std::move(done)); })
        .value();
  }
  // Lets time pass.
  void run_for(milliseconds time) {
    bool over = false;
    loop_.call_at(loop_.now() + time, [&] { over = true; });
    while (!over) DR_CHECK(loop_.step());
  }

  Async<std::optional<webhook::Answer>> send(WebhookOrder order) override {
    const std::string url = order.url;
    orders_.push_back(std::move(order));
    most_at_once_[url] = std::max(most_at_once_[url], ++at_once_[url]);
    most_of_all_ = std::max(most_of_all_, ++of_all_);
    struct Wait {
      sim::SimLoop& loop;
      milliseconds time;
      bool await_ready() const { return false; }
      void await_suspend(std::coroutine_handle<> handle) {
        loop.call_at(loop.now() + time, [handle] { handle.resume(); });
      }
      void await_resume() const {}
    };
    const bool is_dead = url.starts_with(kDeadHost) && !revived_;
    Wait wait{loop_, is_dead ? kSendDeadline : milliseconds(20)};
    co_await wait;
    --at_once_[url];
    --of_all_;
    if (cut_) co_return std::nullopt;
    webhook::Answer answer;
    if (!is_dead) answer.status = answer_;
    co_return answer;
  }
  void cancel_all() override { cut_ = true; }

  std::size_t sent_to(const std::string& url) const {
    return static_cast<std::size_t>(std::ranges::count(orders_, url, &WebhookOrder::url));
  }

  sim::SimClock clock_;
  sim::SimLoop loop_{clock_};
  SeededRandom random_{1};
  test::StoreRows rows_{1};
  int looks_ = 0;
  std::unique_ptr<store::Store> store_;
  AccountId account_;
  std::unique_ptr<Notifier> notifier_;
  std::vector<WebhookOrder> orders_;
  std::map<std::string, int> at_once_, most_at_once_;
  int of_all_ = 0, most_of_all_ = 0;
  int answer_ = 200;
  bool cut_ = false;
  bool revived_ = false;  // the dead ones
};

using NotifierTest = Fixture;

// A line for each try is of no interest here.
[[maybe_unused]] const bool kQuiet = (log::configure(log::Level::off, log::Format::text), true);

TEST_F(NotifierTest, SendsAtOnceAndTriesAgainWithTheSameBytes) {
  const webhook::Endpoint endpoint = make_endpoint(kGood);
  start();
  const TaskId task = end_a_task();
  answer_ = 500;
  notifier_->wake();
  run_for(milliseconds(200));
  ASSERT_THAT(orders_, SizeIs(1));
  answer_ = 204;
  run_for(seconds(4));
  ASSERT_THAT(orders_, SizeIs(1)) << "not before its time";
  run_for(seconds(3));
  ASSERT_THAT(orders_, SizeIs(2));
  EXPECT_EQ(orders_[0].message_id, webhook::print_message_id(task));
  EXPECT_EQ(orders_[1].message_id, orders_[0].message_id);
  EXPECT_EQ(orders_[1].body, orders_[0].body);
  EXPECT_NE(orders_[1].signatures, orders_[0].signatures);
  EXPECT_EQ(orders_[1].signatures,
            webhook::sign(endpoint.secret, orders_[1].message_id, to_unix_seconds(orders_[1].at), orders_[1].body));
  const webhook::Delivery delivery = deliveries(endpoint).at(0);
  EXPECT_EQ(delivery.state, webhook::DeliveryState::delivered);
  ASSERT_THAT(delivery.attempts, SizeIs(2));
  EXPECT_EQ(delivery.attempts[0].status, 500);
  EXPECT_EQ(delivery.attempts[1].took_ms, 20);
  run_for(hours(1));
  EXPECT_THAT(orders_, SizeIs(2));
}

TEST_F(NotifierTest, FindsWhatWasPendingBeforeItsStartAndWhoseHintWasLost) {
  make_endpoint(kGood);
  end_a_task();
  start();
  run_for(milliseconds(100));
  EXPECT_THAT(orders_, SizeIs(1));
  end_a_task();
  run_for(seconds(11));
  EXPECT_THAT(orders_, SizeIs(2));
}

TEST_F(NotifierTest, FollowsThePlanToItsEnd) {
  const webhook::Endpoint endpoint = make_endpoint(kGood);
  start();
  end_a_task();
  answer_ = 503;
  run_for(hours(4 * 24));
  EXPECT_THAT(orders_, SizeIs(10));
  EXPECT_EQ(deliveries(endpoint).at(0).state, webhook::DeliveryState::exhausted);
}

TEST_F(NotifierTest, DeadEndpointsLeaveTheOthersTheirSlots) {
  for (int i = 0; i < 4; ++i) make_endpoint(kDead);
  const webhook::Endpoint good = make_endpoint(kGood);
  NotifierOptions options;
  options.in_flight = 6;
  options.of_each_lane = 2;
  start(options);
  end_a_task();
  run_for(minutes(2));  // by now they are known to be dead
  for (int i = 0; i < 100; ++i) end_a_task();
  const std::size_t before = sent_to(kGood);
  notifier_->wake();
  run_for(seconds(3));
  EXPECT_EQ(sent_to(kGood) - before, 100U) << "two at a time, 20 ms each";
  EXPECT_LE(most_of_all_, 6);
  EXPECT_LE(most_at_once_[kGood], 2);
  for (const webhook::Delivery& delivery : deliveries(good)) {
    EXPECT_EQ(delivery.state, webhook::DeliveryState::delivered);
  }
}

TEST_F(NotifierTest, CallbacksToASilentHostDelayNoOther) {
  const AccountId other = make_account("bert");
  for (const AccountId account : {account_, other}) make_endpoint(account, "");
  start();
  for (int i = 0; i < 40; ++i) end_a_task(account_, kDead);
  notifier_->wake();
  run_for(seconds(1));
  EXPECT_EQ(sent_to(kDead), 8U);
  for (const milliseconds known_for : {seconds(0), seconds(60)}) {
    run_for(known_for);
    const std::size_t before = sent_to(kGood);
    for (const AccountId account : {account_, other}) end_a_task(account, kGood);
    notifier_->wake();
    run_for(milliseconds(100));
    EXPECT_EQ(sent_to(kGood) - before, 2U);
  }
  EXPECT_EQ(most_at_once_[kDead], 8);
  EXPECT_EQ(at_once_[kDead], 1) << "it is known to fail";
  EXPECT_EQ(sent_to(kDead), 8U + 4U) << "one in each 15 s";
}

TEST_F(NotifierTest, ASilentHostThatAnswersAgainGetsItsSlotsBack) {
  make_endpoint("");
  start();
  end_a_task(account_, kDead);
  run_for(seconds(16));
  for (int i = 0; i < 40; ++i) end_a_task(account_, kDead);
  revived_ = true;
  notifier_->wake();
  run_for(seconds(1));
  EXPECT_EQ(most_at_once_[kDead], 8);
  EXPECT_EQ(sent_to(kDead), 1U + 40U);
}

TEST_F(NotifierTest, AnAccountWithManySilentHostsLeavesRoom) {
  const AccountId other = make_account("bert");
  for (const AccountId account : {account_, other}) make_endpoint(account, "");
  NotifierOptions options;
  options.in_flight = 12;
  options.of_each_lane = 2;
  options.of_each_endpoint = 6;
  start(options);
  for (int i = 0; i < 40; ++i) end_a_task(account_, std::string(kDeadHost) + ":" + std::to_string(1'000 + i) + "/");
  notifier_->wake();
  run_for(seconds(1));
  EXPECT_EQ(of_all_, 6);
  end_a_task(other, kGood);
  notifier_->wake();
  run_for(milliseconds(100));
  EXPECT_EQ(sent_to(kGood), 1U);
  run_for(seconds(190));  // by now they are all known to be dead
  EXPECT_EQ(of_all_, 3);
  end_a_task(account_, kGood);
  notifier_->wake();
  run_for(milliseconds(100));
  EXPECT_EQ(sent_to(kGood), 2U);
}

TEST_F(NotifierTest, AnEndpointThatIsGoneHearsNothingMore) {
  const webhook::Endpoint endpoint = make_endpoint(kGood);
  answer_ = 410;
  start();
  end_a_task();
  run_for(seconds(11));
  end_a_task();
  run_for(hours(1));
  EXPECT_THAT(orders_, SizeIs(1));
  EXPECT_THAT(deliveries(endpoint), SizeIs(1)) << "nothing is kept for a disabled endpoint";
  EXPECT_EQ(deliveries(endpoint)[0].state, webhook::DeliveryState::dropped);
}

TEST_F(NotifierTest, ManyHintsAreFewLooks) {
  make_endpoint(kGood);
  start();
  run_for(milliseconds(50));
  looks_ = 0;
  for (int i = 0; i < 100; ++i) {
    for (int k = 0; k < 10; ++k) notifier_->wake();
    run_for(milliseconds(1));
  }
  EXPECT_LE(looks_, 25);
  EXPECT_GE(looks_, 10);
  looks_ = 0;
  run_for(minutes(10));
  EXPECT_LE(looks_, 62) << "one every ten seconds when nothing happens";
}

TEST_F(NotifierTest, WhatIsCutOffAtTheEndIsSentByTheNext) {
  const webhook::Endpoint endpoint = make_endpoint(kDead);
  end_a_task();
  start();
  run_for(milliseconds(100));
  EXPECT_EQ(sent_to(kDead), 1U);
  bool stopped = false;
  notifier_->stop(loop_.now() + seconds(1), [&] { stopped = true; });
  run_for(seconds(20));
  EXPECT_TRUE(stopped);
  EXPECT_TRUE(cut_);
  EXPECT_THAT(deliveries(endpoint).at(0).attempts, IsEmpty());
  cut_ = false;
  start();
  run_for(seconds(1));
  EXPECT_EQ(sent_to(kDead), 2U);
}

TEST_F(NotifierTest, ForgetsOldDeliveries) {
  const webhook::Endpoint endpoint = make_endpoint(kGood);
  start();
  end_a_task();
  run_for(std::chrono::days(6));
  EXPECT_THAT(deliveries(endpoint), SizeIs(1));
  run_for(std::chrono::days(1) + minutes(11));
  EXPECT_THAT(deliveries(endpoint), IsEmpty());
}

}  // namespace
}  // namespace darkroom::engine
