#include <gtest/gtest.h>

#include "api/byte_range.h"
#include "api/error_map.h"
#include "api/limit_policy.h"
#include "api/media.h"
#include "api/tasks.h"

namespace darkroom::api {
namespace {

TEST(ChooseRange, FollowsTheRfc) {
  struct Row {
    const char* header;
    RangeChoice choice;
  };
  for (const Row& row :
       {Row{"bytes=0-0", ByteRange{0, 1}}, Row{"bytes=0-9", ByteRange{0, 10}}, Row{"bytes=3-", ByteRange{3, 7}},
        Row{"bytes=-3", ByteRange{7, 3}}, Row{"bytes=-99", ByteRange{0, 10}}, Row{"bytes=5-99", ByteRange{5, 5}},
        Row{"bytes=10-", Unsatisfiable{}}, Row{"bytes=-0", Unsatisfiable{}}, Row{"bytes=4-3", WholeFile{}},
        Row{"bytes=a-3", WholeFile{}}, Row{"bytes=+1-3", WholeFile{}}, Row{"bytes=1- 3", WholeFile{}},
        Row{"bytes=", WholeFile{}}, Row{"bytes=-", WholeFile{}}, Row{"bytes=0-1,2-3", WholeFile{}},
        Row{"items=0-1", WholeFile{}}, Row{"bytes=0-99999999999999999999", WholeFile{}},
        Row{"bytes=99999999999999999999-", WholeFile{}}}) {
    EXPECT_EQ(choose_range(row.header, 10), row.choice) << row.header;
  }
  EXPECT_EQ(choose_range(std::nullopt, 10), RangeChoice(WholeFile{}));
  EXPECT_EQ(choose_range("bytes=0-", 0), RangeChoice(Unsatisfiable{}));
  EXPECT_EQ(choose_range("bytes=-5", 0), RangeChoice(Unsatisfiable{}));
}

TEST(LimitPolicy, NeverTellsAClientToComeBackTooEarly) {
  const LimitPolicy policy("submit", account::Rate::per_minute(600, 100));
  http::Headers headers;
  policy.add_fields({.allowed = false, .retry_after_micros = 1'000'001, .reset_after_micros = 9'000'000}, headers);
  EXPECT_EQ(headers.size(), 2U);
  EXPECT_EQ(http::find_header(headers, "RateLimit-Policy"), R"("submit";q=100;w=10)");
  EXPECT_EQ(http::find_header(headers, "RateLimit"), R"("submit";r=0;t=2)");
  headers.clear();
  LimitPolicy("poll", account::Rate{}).add_fields({.allowed = true}, headers);
  EXPECT_EQ(headers.size(), 0U);
}

TEST(TaskOfOutput, KnowsNamesOfOutputsOnly) {
  const std::string folder = "tasks/018f5a3a1b6e7d9f8c2b4d6e8f0a2c4e/";
  EXPECT_EQ(task_of_output(folder + "0.png")->hex(), folder.substr(6, 32));
  EXPECT_TRUE(task_of_output(folder + "12.mp4"));
  for (const std::string& bad :
       {folder, folder + "0", folder + ".png", folder + "0.", folder + "a.png", folder + "0.tar.gz", folder + "0.png/1",
        folder + "0.PNG", folder + "-1.png", folder + "../0.png",
        std::string("tasks/018F5A3A1B6E7D9F8C2B4D6E8F0A2C4E/0.png"), std::string("tasks/x/0.png")}) {
    EXPECT_FALSE(task_of_output(bad)) << bad;
  }
}

TEST(PublicEvent, DropsWhatIsNotOnTheList) {
  task::Event event;
  event.number = 3;
  event.type = "attempt";
  event.data = R"({"call":0,"attempt":2,"upstream":"mine","detail":"raw words","key":"k1","outcome":"failed",)"
               R"("error":"Not a word!","next_try_in_ms":900,"bytes":"12"})";
  EXPECT_EQ(json::print(public_event(event)),
            R"({"number":3,"at":"1970-01-01T00:00:00.000Z","type":"attempt","attempt":2,"call":0,"next_try_in_ms":900,)"
            R"("outcome":"failed"})");
}

TEST(ErrorMap, LetsNothingFromInsideOut) {
  for (int i = 0; i <= static_cast<int>(Code::bad_config); ++i) {
    const Code code = static_cast<Code>(i);
    const Error shown = public_error(make_error(code, "secret words of sqlite"));
    EXPECT_NE(info(shown.code).public_number, 0) << info(code).name;
    if (info(code).public_number != 0 && code != Code::internal) continue;
    EXPECT_EQ(shown.message, info(shown.code).meaning) << info(code).name;
    EXPECT_GE(info(shown.code).http_status, 500) << info(code).name;
  }
  EXPECT_EQ(public_error(make_error(Code::store_failed)).code, Code::unavailable);
  EXPECT_EQ(http::find_header(error_response(make_error(Code::store_failed), "req_x").headers, "retry-after"), "1");
  EXPECT_EQ(operator_error(make_error(Code::not_found, "No key key_1")).message, "No key key_1");
}

}  // namespace
}  // namespace darkroom::api
