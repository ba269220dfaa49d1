#include "account/key_limits.h"

#include <gtest/gtest.h>

namespace darkroom::account {
namespace {

MicroCredits micro(std::int64_t count) { return MicroCredits::from_count(count); }

TEST(KeyLimits, AreStoredAsText) {
  KeyLimits limits;
  EXPECT_EQ(print_limits(limits), "{}");
  EXPECT_EQ(parse_limits("{}").value(), limits);
  limits.requests_per_minute = 60;
  limits.concurrent_tasks = 2;
  limits.monthly_credits = micro(MicroCredits::kMax);
  limits.allow_from = {"10.1.0.0/16", "2001:db8::/32"};
  EXPECT_EQ(parse_limits(print_limits(limits)).value(), limits);
}

TEST(KeyLimits, WhatWeDidNotWriteIsRefused) {
  for (const char* text :
       {"", "[]", R"({"requests_per_minute":0})", R"({"requests_per_minute":"60"})", R"({"concurrent_tasks":-1})",
        R"({"concurrent_tasks":1.5})", R"({"monthly_microcredits":9007199254740992})", R"({"allow_from":"10.0.0.0/8"})",
        R"({"allow_from":[7]})"}) {
    const auto limits = parse_limits(text);
    ASSERT_FALSE(limits) << text;
    EXPECT_EQ(limits.error().code, Code::store_failed);
  }
}

TEST(KeyLimits, AChangeTouchesWhatItNames) {
  KeyLimits limits;
  limits.requests_per_minute = 60;
  limits.monthly_credits = micro(5);
  limits.allow_from = {"10.0.0.0/8"};
  EXPECT_EQ(changed(limits, {}), limits);
  LimitsChange change;
  change.requests_per_minute.emplace(std::nullopt);
  change.concurrent_tasks = 3;
  change.allow_from.emplace();
  KeyLimits after;
  after.concurrent_tasks = 3;
  after.monthly_credits = micro(5);
  EXPECT_EQ(changed(limits, change), after);
}

TEST(KeyLimits, AMonthHoldsItsLimitToTheLastMicroCredit) {
  struct Row {
    std::int64_t limit, spent, price;
    bool fits;
  };
  constexpr std::int64_t most = MicroCredits::kMax;
  for (const Row& row :
       {Row{10, 0, 10, true}, Row{10, 1, 10, false}, Row{10, 10, 1, false}, Row{10, 9, 1, true},
        // Lowered below what is spent: what costs nothing goes on.
        Row{10, 50, 0, true}, Row{10, 50, 1, false}, Row{most, most, 1, false}, Row{most, most - 1, 1, true}}) {
    EXPECT_EQ(check_month(micro(row.limit), micro(row.spent), micro(row.price), {}).has_value(), row.fits)
        << row.limit << ' ' << row.spent << ' ' << row.price;
  }
}

TEST(KeyLimits, TheRefusalSaysTheLimitAndWhenTheMonthTurns) {
  const WallTime now = from_millis(1'795'000'000'000);  // in November 2026
  const Status refused = check_month(micro(100'000'000), micro(98'500'000), micro(4'000'000), now);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::key_limit_reached);
  EXPECT_EQ(refused.error().message,
            "This API key may spend 100 credits a month; 98.5 are spent or held and this task costs 4. The month turns "
            "at 2026-12-01T00:00:00.000Z");
}

}  // namespace
}  // namespace darkroom::account
