#include "engine/verdicts.h"

#include <gtest/gtest.h>

namespace darkroom::engine {
namespace {

using Kind = task::CallFailure::Kind;

TEST(Verdicts, WhatARouteCannotExpressIsTriedElsewhereAndSaysWhichField) {
  const CallOutcome outcome =
      judge_inexpressible(make_error(Code::invalid_parameter, "this route has no 720p", "resolution"));
  const auto& failure = std::get<task::CallFailure>(outcome.result);
  EXPECT_EQ(failure.kind, Kind::next_route);
  EXPECT_EQ(failure.code, Code::unsupported);
  EXPECT_EQ(failure.detail, "resolution: this route has no 720p");
  EXPECT_EQ(failure.problem, "resolution: no available provider can do what was asked");
  EXPECT_EQ(outcome.signal, Limiter::Signal::neutral);
  EXPECT_FALSE(outcome.key_is_bad);
}

TEST(Verdicts, ARequestThatOneVendorCallsInvalidMayBeTakenByTheNext) {
  const CallOutcome refused = judge_submit(provider::Rejected{"invalid_argument"});
  const auto& failure = std::get<task::CallFailure>(refused.result);
  EXPECT_EQ(failure.kind, Kind::next_route);
  EXPECT_EQ(failure.code, Code::provider_failed);
  // Of a job that was accepted it is the end.
  EXPECT_EQ(std::get<task::CallFailure>(judge_poll(provider::Rejected{"gone"}).result).kind, Kind::final);
}

TEST(Verdicts, OurOwnDiskIsNoFaultOfTheVendor) {
  const net::Failure full{make_error(Code::io_failed, "media could not be written"), true};
  const CallOutcome outcome = judge_failure(full, true);
  EXPECT_TRUE(outcome.disk_failed);
  EXPECT_EQ(outcome.signal, Limiter::Signal::neutral);
  EXPECT_EQ(std::get<task::CallFailure>(outcome.result).kind, Kind::unknown);
  const net::Failure cut{make_error(Code::connection_lost, "the answer ended early"), true};
  EXPECT_FALSE(judge_failure(cut, true).disk_failed);
  EXPECT_EQ(judge_failure(cut, true).signal, Limiter::Signal::failed);
}

}  // namespace
}  // namespace darkroom::engine
