#include <gmock/gmock.h>

#include "tests/conformance/store_backends.h"

namespace darkroom::test {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;
using webhook::DeliveryState;

constexpr const char* kUrl = "https://example.org/hook";

class StoreWebhooks : public StoreConformance {
 protected:
  Status create(const webhook::Endpoint& endpoint) {
    return ask<void>([&](auto done) { store_->create_webhook(endpoint, std::move(done)); });
  }
  Result<webhook::Endpoint> change(const webhook::Change& change) {
    return ask<webhook::Endpoint>([&](auto done) { store_->change_webhook(change, std::move(done)); });
  }
  Status remove(AccountId account, WebhookId id) {
    return ask<void>([&](auto done) { store_->remove_webhook(account, id, std::move(done)); });
  }
  std::vector<webhook::Endpoint> list(AccountId account) {
    return ask<std::vector<webhook::Endpoint>>([&](auto done) { store_->list_webhooks(account, std::move(done)); })
        .value();
  }
  store::DuePage due(store::DueFilter filter = {}) {
    if (filter.now == WallTime{}) filter.now = rows_.next_time();
    return ask<store::DuePage>([&](auto done) { store_->list_due_deliveries(filter, std::move(done)); }).value();
  }
  Result<webhook::Endpoint> record(const webhook::Delivery& delivery, int status, webhook::Verdict verdict) {
    const store::AttemptRecord made{
        delivery.webhook, delivery.task, delivery.attempt_count, {rows_.next_time(), 12, status, ""}, verdict};
    return ask<webhook::Endpoint>([&](auto done) { store_->record_attempt(made, std::move(done)); });
  }
  Result<std::vector<webhook::Delivery>> deliveries(const store::DeliveryFilter& filter) {
    return ask<std::vector<webhook::Delivery>>([&](auto done) { store_->list_deliveries(filter, std::move(done)); });
  }
  webhook::Delivery delivery(const webhook::Endpoint& endpoint) {
    return deliveries({endpoint.account, endpoint.id}).value().at(0);
  }
  Result<webhook::Delivery> resend(const webhook::Endpoint& endpoint, TaskId task) {
    return ask<webhook::Delivery>([&](auto done) {
      store_->resend_delivery(endpoint.account, endpoint.id, task, rows_.next_time(), std::move(done));
    });
  }
  std::uint64_t forget(WallTime before, std::size_t limit) {
    return ask<std::uint64_t>([&](auto done) { store_->forget_deliveries(before, limit, std::move(done)); }).value();
  }

  webhook::Endpoint made_endpoint(AccountId account, const std::string& url = kUrl) {
    webhook::Endpoint endpoint = rows_.endpoint(account, url);
    create(endpoint).value();
    return endpoint;
  }
  TaskId ended_task(AccountId account, std::uint32_t delivered = 1, const std::string& callback = "",
                    std::vector<std::string> events = {}) {
    store::NewTask made = rows_.task(account, 1, 1);
    made.task.plan.callback_url = callback;
    made.task.plan.callback_events = std::move(events);
    create_task(made).value();
    update_task(rows_.end(claim(made.task.id).value(), delivered)).value();
    return made.task.id;
  }
};

TEST_P(StoreWebhooks, EndpointsAreKeptWhole) {
  const AccountId anna = funded_account("anna", 0);
  webhook::Endpoint endpoint = rows_.endpoint(anna, kUrl);
  endpoint.events = webhook::EventSet::from_bits(5);
  endpoint.former_secret = Secret("whsec_old");
  endpoint.former_until = rows_.next_time();
  create(endpoint).value();
  reopen();
  const webhook::Endpoint found = list(anna).at(0);
  EXPECT_EQ(found.id, endpoint.id);
  EXPECT_EQ(found.account, anna);
  EXPECT_EQ(found.url, kUrl);
  EXPECT_EQ(found.events, endpoint.events);
  EXPECT_EQ(found.secret, endpoint.secret);
  EXPECT_EQ(found.former_secret, endpoint.former_secret);
  EXPECT_EQ(found.former_until, endpoint.former_until);
  EXPECT_EQ(found.created_at, endpoint.created_at);
  EXPECT_FALSE(found.disabled_at || found.failing_since);
  EXPECT_EQ(found.pending, 0U);
}

TEST_P(StoreWebhooks, AnAccountHasSoManyAndOneDefaultBeside) {
  const AccountId anna = funded_account("anna", 0);
  for (std::size_t i = 0; i < webhook::kMostEndpoints; ++i) made_endpoint(anna);
  EXPECT_EQ(create(rows_.endpoint(anna, kUrl)).error().code, Code::conflict);
  const webhook::Endpoint shared = made_endpoint(anna, "");
  EXPECT_EQ(create(shared).error().code, Code::already_exists);
  EXPECT_THAT(list(anna), SizeIs(webhook::kMostEndpoints + 1));
  made_endpoint(funded_account("bert", 0));
  EXPECT_EQ(create(rows_.endpoint(rows_.account("nobody").account.id, kUrl)).error().code, Code::not_found);
}

TEST_P(StoreWebhooks, OnlyItsAccountReachesAnEndpoint) {
  const AccountId anna = funded_account("anna", 0);
  const AccountId bert = funded_account("bert", 0);
  const webhook::Endpoint endpoint = made_endpoint(anna);
  webhook::Change move{bert, endpoint.id};
  move.url = "https://example.org/stolen";
  EXPECT_EQ(change(move).error().code, Code::not_found);
  EXPECT_EQ(remove(bert, endpoint.id).error().code, Code::not_found);
  EXPECT_EQ(deliveries({bert, endpoint.id}).error().code, Code::not_found);
  EXPECT_THAT(list(bert), IsEmpty());
  move.account = anna;
  EXPECT_EQ(change(move)->url, move.url);
  EXPECT_EQ(list(anna).at(0).url, move.url);
  remove(anna, endpoint.id).value();
  EXPECT_THAT(list(anna), IsEmpty());
  EXPECT_EQ(remove(anna, endpoint.id).error().code, Code::not_found);
}

TEST_P(StoreWebhooks, TheEndOfATaskIsDeliveredToWhoListens) {
  const AccountId anna = funded_account("anna", 100);
  const webhook::Endpoint all = made_endpoint(anna);
  webhook::Endpoint failures = rows_.endpoint(anna, kUrl);
  failures.events = {};
  failures.events.add(webhook::EventType::task_failed);
  create(failures).value();
  webhook::Endpoint asleep = rows_.endpoint(anna, kUrl);
  asleep.disabled_at = rows_.next_time();
  create(asleep).value();
  const webhook::Endpoint other = made_endpoint(funded_account("bert", 0));

  const TaskId good = ended_task(anna, 1);
  const TaskId bad = ended_task(anna, 0);
  const auto to_all = deliveries({anna, all.id}).value();
  ASSERT_THAT(to_all, SizeIs(2));
  EXPECT_EQ(to_all[0].task, bad);
  EXPECT_EQ(to_all[1].task, good);
  EXPECT_EQ(to_all[1].message.type, webhook::EventType::task_completed);
  EXPECT_THAT(to_all[1].message.body, ::testing::HasSubstr(good.text()));
  EXPECT_EQ(to_all[1].state, DeliveryState::pending);
  EXPECT_EQ(to_all[1].due_at, find_task(good)->ended_at);
  EXPECT_EQ(to_all[1].callback_url, "");
  EXPECT_EQ(delivery(failures).task, bad);
  EXPECT_THAT(deliveries({anna, failures.id}).value(), SizeIs(1));
  EXPECT_THAT(deliveries({anna, asleep.id}).value(), IsEmpty());
  EXPECT_THAT(deliveries({other.account, other.id}).value(), IsEmpty());
  for (const webhook::Endpoint& endpoint : list(anna)) {
    EXPECT_EQ(endpoint.pending, endpoint.id == all.id ? 2U : (endpoint.id == failures.id ? 1U : 0U));
  }
  EXPECT_THAT(deliveries({anna, all.id, bad, 1}).value(), SizeIs(1));
  EXPECT_EQ(deliveries({anna, all.id, bad, 1}).value().at(0).task, good);
}

TEST_P(StoreWebhooks, ACallbackIsDeliveredThroughTheDefaultEndpoint) {
  const AccountId anna = funded_account("anna", 100);
  store::NewTask early = rows_.task(anna, 1, 1);
  early.task.plan.callback_url = kUrl;
  EXPECT_EQ(create_task(early).error().code, Code::internal) << "there is no secret to sign it with";

  const webhook::Endpoint shared = made_endpoint(anna, "");
  ended_task(anna);
  EXPECT_THAT(deliveries({anna, shared.id}).value(), IsEmpty()) << "a task without a callback";
  ended_task(anna, 1, kUrl, {"task.failed"});
  EXPECT_THAT(deliveries({anna, shared.id}).value(), IsEmpty()) << "an event that was not asked for";
  const TaskId task = ended_task(anna, 1, kUrl, {"task.failed", "task.completed"});
  EXPECT_EQ(delivery(shared).task, task);
  EXPECT_EQ(delivery(shared).callback_url, kUrl);
  reopen();
  const store::DuePage page = due();
  ASSERT_THAT(page.deliveries, SizeIs(1));
  EXPECT_EQ(page.deliveries[0].endpoint.secret, shared.secret);
  EXPECT_EQ(page.deliveries[0].delivery.callback_url, kUrl);
  const TaskId failed = ended_task(anna, 0, kUrl);
  EXPECT_EQ(delivery(shared).task, failed) << "no list of events: every one";
}

TEST_P(StoreWebhooks, AnEndWithoutItsMessageIsRefused) {
  const task::Task claimed = claimed_task(funded_account("anna", 100));
  store::TaskUpdate silent = rows_.end(claimed, 1);
  silent.message.reset();
  EXPECT_EQ(update_task(silent).error().code, Code::internal);
  store::TaskUpdate loud = rows_.step(claimed, true);
  loud.message = webhook::make_message(webhook::EventType::task_completed, rows_.next_time(), "{}");
  EXPECT_EQ(update_task(loud).error().code, Code::internal);
}

TEST_P(StoreWebhooks, DueDeliveriesComeAFewOfEachEndpoint) {
  const AccountId anna = funded_account("anna", 100);
  const webhook::Endpoint first = made_endpoint(anna);
  const webhook::Endpoint second = made_endpoint(anna);
  std::vector<TaskId> tasks;
  for (int i = 0; i < 5; ++i) tasks.push_back(ended_task(anna));
  const store::DuePage page = due({.of_each = 3});
  ASSERT_THAT(page.deliveries, SizeIs(6));
  EXPECT_FALSE(page.last);
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(page.deliveries[i].delivery.webhook, i < 3 ? first.id : second.id);
    EXPECT_EQ(page.deliveries[i].delivery.task, tasks[i % 3]) << "the longest due first";
    EXPECT_EQ(page.deliveries[i].endpoint.url, kUrl);
  }
  const store::DuePage one = due({.lanes = 1, .of_each = 1});
  EXPECT_THAT(one.deliveries, SizeIs(1));
  EXPECT_EQ(one.last, (webhook::Lane{first.id, 0}));
  const store::DuePage rest = due({.after = one.last, .lanes = 1, .of_each = 9});
  EXPECT_THAT(rest.deliveries, SizeIs(5));
  EXPECT_FALSE(rest.last);
}

TEST_P(StoreWebhooks, WhatIsDueLaterIsSaid) {
  const AccountId anna = funded_account("anna", 100);
  made_endpoint(anna);
  ended_task(anna);
  const WallTime now = rows_.next_time();
  const webhook::Delivery delivery = due({.now = now}).deliveries.at(0).delivery;
  record(delivery, 500, {DeliveryState::pending, now + seconds(5)}).value();
  const store::DuePage page = due({.now = now});
  EXPECT_THAT(page.deliveries, IsEmpty());
  EXPECT_EQ(page.next_due, now + seconds(5));
  EXPECT_THAT(due({.now = now + seconds(5)}).deliveries, SizeIs(1));
}

TEST_P(StoreWebhooks, AttemptsAreLoggedAndFenced) {
  const AccountId anna = funded_account("anna", 100);
  const webhook::Endpoint endpoint = made_endpoint(anna);
  ended_task(anna);
  const webhook::Delivery before = delivery(endpoint);
  const WallTime again = rows_.next_time();
  const webhook::Endpoint failing = record(before, 500, {DeliveryState::pending, again}).value();
  EXPECT_TRUE(failing.failing_since);
  EXPECT_EQ(failing.pending, 1U);
  EXPECT_EQ(record(before, 200, {DeliveryState::delivered, {}}).error().code, Code::stale_fence);

  const webhook::Delivery tried = delivery(endpoint);
  EXPECT_EQ(tried.message.body, before.message.body);
  EXPECT_EQ(tried.due_at, again);
  EXPECT_EQ(tried.tries, 1U);
  const webhook::Endpoint well = record(tried, 204, {DeliveryState::delivered, {}}).value();
  EXPECT_FALSE(well.failing_since);
  EXPECT_EQ(well.pending, 0U);
  const webhook::Delivery done = delivery(endpoint);
  EXPECT_EQ(done.state, DeliveryState::delivered);
  EXPECT_FALSE(done.due_at);
  ASSERT_THAT(done.attempts, SizeIs(2));
  EXPECT_EQ(done.attempts[0].status, 500);
  EXPECT_EQ(done.attempts[1].status, 204);
  EXPECT_THAT(due().deliveries, IsEmpty());
  webhook::Delivery unknown = done;
  unknown.task = rows_.task(anna, 1).task.id;
  EXPECT_EQ(record(unknown, 200, {DeliveryState::delivered, {}}).error().code, Code::stale_fence);
}

TEST_P(StoreWebhooks, AnEndpointThatIsGoneDropsWhatIsPending) {
  const AccountId anna = funded_account("anna", 100);
  const webhook::Endpoint endpoint = made_endpoint(anna);
  ended_task(anna);
  ended_task(anna);
  const webhook::Endpoint gone = record(delivery(endpoint), 410, {DeliveryState::dropped, {}}).value();
  EXPECT_EQ(gone.disabled_by, webhook::DisabledBy::gone);
  EXPECT_EQ(gone.pending, 0U);
  const std::vector<webhook::Delivery> left = deliveries({anna, endpoint.id}).value();
  for (const webhook::Delivery& dropped : left) {
    EXPECT_EQ(dropped.state, DeliveryState::dropped);
  }
  EXPECT_THAT(due().deliveries, IsEmpty());
  ended_task(anna);
  EXPECT_THAT(deliveries({anna, endpoint.id}).value(), SizeIs(2));
  EXPECT_EQ(resend(endpoint, delivery(endpoint).task).error().code, Code::conflict);

  webhook::Change enable{anna, endpoint.id};
  enable.enabled = true;
  EXPECT_FALSE(change(enable)->disabled_at);
  const webhook::Delivery again = resend(endpoint, delivery(endpoint).task).value();
  EXPECT_EQ(again.state, DeliveryState::pending);
  EXPECT_EQ(list(anna).at(0).pending, 1U);
  EXPECT_THAT(due().deliveries, SizeIs(1));
  webhook::Change disable{anna, endpoint.id};
  disable.enabled = false;
  EXPECT_EQ(change(disable)->pending, 0U);
  EXPECT_THAT(due().deliveries, IsEmpty());
}

TEST_P(StoreWebhooks, RemovingAnEndpointEndsItsDeliveries) {
  const AccountId anna = funded_account("anna", 100);
  const webhook::Endpoint endpoint = made_endpoint(anna);
  ended_task(anna);
  const webhook::Delivery under_way = delivery(endpoint);
  remove(anna, endpoint.id).value();
  EXPECT_THAT(due().deliveries, IsEmpty());
  EXPECT_EQ(record(under_way, 200, {DeliveryState::delivered, {}}).error().code, Code::stale_fence);
  EXPECT_EQ(resend(endpoint, under_way.task).error().code, Code::not_found);
}

TEST_P(StoreWebhooks, ResendingADeliveredOneSendsTheSameBytes) {
  const AccountId anna = funded_account("anna", 100);
  const webhook::Endpoint endpoint = made_endpoint(anna);
  const TaskId task = ended_task(anna);
  const webhook::Delivery first = delivery(endpoint);
  record(first, 200, {DeliveryState::delivered, {}}).value();
  EXPECT_EQ(resend(endpoint, task)->message.body, first.message.body);
  EXPECT_EQ(resend(endpoint, task)->attempt_count, 1U) << "twice is as good as once";
  EXPECT_EQ(list(anna).at(0).pending, 1U);
  EXPECT_EQ(resend(endpoint, rows_.task(anna, 1).task.id).error().code, Code::not_found);
}

TEST_P(StoreWebhooks, OldDeliveriesAreForgottenUnlessPending) {
  const AccountId anna = funded_account("anna", 100);
  const webhook::Endpoint endpoint = made_endpoint(anna);
  std::vector<TaskId> tasks;
  for (int i = 0; i < 4; ++i) tasks.push_back(ended_task(anna));
  const auto all = deliveries({anna, endpoint.id}).value();
  for (const std::size_t i : {3U, 1U, 0U}) record(all[i], 200, {DeliveryState::delivered, {}}).value();
  EXPECT_EQ(forget(all[0].created_at, 10), 2U) << "the oldest and the third; the second is pending";
  EXPECT_EQ(forget(all[0].created_at, 10), 0U);
  EXPECT_EQ(forget(rows_.next_time(), 10), 1U);
  const auto left = deliveries({anna, endpoint.id}).value();
  ASSERT_THAT(left, SizeIs(1));
  EXPECT_EQ(left[0].task, tasks[1]);
  ended_task(anna);
  EXPECT_THAT(deliveries({anna, endpoint.id}).value(), SizeIs(2));
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Every, StoreWebhooks, ::testing::ValuesIn(all_backends()),
                         [](const auto& info) { return info.param.name; });

}  // namespace darkroom::test
