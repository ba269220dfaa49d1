#include "sandbox/calls.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "sandbox/vendors.h"

namespace darkroom::sandbox {
namespace {

http::Request request(std::string body, std::string call = "") {
  http::Request request;
  request.path = "/v1/draw";
  request.body = std::move(body);
  if (!call.empty()) request.headers.add("X-Darkroom-Call", call);
  return request;
}

TEST(Calls, AreNamedByHeaderElseByContent) {
  const CallName plain = name_call(request("a"));
  EXPECT_EQ(plain.key, name_call(request("a")).key);
  EXPECT_NE(plain.key, name_call(request("b")).key);
  EXPECT_EQ(plain.index, std::nullopt);
  const CallName named = name_call(request("a", "0123/2"));
  EXPECT_EQ(named.content, plain.content);
  EXPECT_NE(named.key, plain.key);
  EXPECT_NE(named.key, name_call(request("a", "0123/1")).key);
  EXPECT_EQ(named.index, 2U);
  EXPECT_EQ(name_call(request("a", "0123")).index, std::nullopt);
  EXPECT_EQ(name_call(request("a", "0123/x")).index, std::nullopt);
}

TEST(Calls, FailSoManyTimesBetweenTwoThatDoNot) {
  Calls calls;
  const CallName one = name_call(request("one"));
  const CallName other = name_call(request("other"));
  const Words::Fail twice{503, 2};
  std::string seen;
  for (int i = 0; i < 7; ++i) seen += calls.fails(one, twice) ? 'F' : '.';
  EXPECT_EQ(seen, "FF.FF.F");
  EXPECT_TRUE(calls.fails(other, twice));
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(calls.fails(one, {503, std::nullopt}));
}

TEST(Calls, LetTheFirstFewSucceed) {
  Calls calls;
  for (unsigned index = 0; index < 4; ++index) {
    const CallName call = name_call(request("x", "task/" + std::to_string(index)));
    EXPECT_EQ(calls.within(call, 2), index < 2);
    EXPECT_EQ(calls.within(call, 2), index < 2) << "repeated";
  }
  const CallName unnamed = name_call(request("x"));
  EXPECT_TRUE(calls.within(unnamed, 2));
  EXPECT_TRUE(calls.within(unnamed, 2));
  EXPECT_FALSE(calls.within(unnamed, 2));
}

TEST(Lru, ForgetsWhatWasUnusedForLongest) {
  Lru<char> map(3);
  for (const std::uint64_t key : {1U, 2U, 3U}) map.put(key, static_cast<char>('a' + key));
  ASSERT_NE(map.find(1), nullptr);
  map.put(4, 'x');
  EXPECT_EQ(map.find(2), nullptr);
  EXPECT_EQ(*map.find(1), 'b');
  map.put(5, 'y', 2);
  EXPECT_EQ(map.size(), 2U);
  map.put(6, 'z', 4);
  EXPECT_EQ(map.find(6), nullptr);
  EXPECT_EQ(*map.find(5), 'y');
  map.put(5, 'w', 1);
  EXPECT_EQ(*map.find(5), 'w');
}

TEST(Calls, AreCountedTogetherByAllVendorsOfASandbox) {
  const SystemClock clock;
  SeededRandom random(7);
  const std::vector<Vendor> vendors = make_vendors(clock, random);
  const auto ask = [&](std::string_view kind, std::string_view path) {
    const auto vendor = std::ranges::find(vendors, kind, &Vendor::kind);
    http::Request request;
    request.method = "POST";
    request.path = path;
    request.headers = {{"x-goog-api-key", "sandbox"}, {"x-darkroom-call", "0123/0"}};
    request.body = R"({"contents":[{"role":"user","parts":[{"text":"a fox #fail:503x2"}]}]})";
    return vendor->stand_in->answer(request, "").response.status;
  };
  EXPECT_EQ(ask("gemini", "/v1beta/models/gemini-2.5-flash-image:generateContent"), 503);
  EXPECT_EQ(ask("vertex", "/publishers/google/models/gemini-2.5-flash-image:generateContent"), 503);
  EXPECT_EQ(ask("vertex", "/publishers/google/models/gemini-2.5-flash-image:generateContent"), 200);

  const auto draw = [&](std::string_view kind, std::string_view path, std::string body) {
    const auto vendor = std::ranges::find(vendors, kind, &Vendor::kind);
    http::Request request;
    request.method = "POST";
    request.path = path;
    request.headers = {{"Authorization", "Bearer sandbox"}, {"x-darkroom-call", "4567/0"}};
    request.body = std::move(body);
    return vendor->stand_in->answer(request, "").response.status;
  };
  const std::string prompt = R"("prompt":"a fox #fail:503x2"})";
  EXPECT_EQ(draw("xai-image", "/v1/images/generations", R"({"model":"grok-imagine-image",)" + prompt), 503);
  EXPECT_EQ(draw("openrouter", "/images", R"({"model":"google/gemini-3-pro-image-preview",)" + prompt), 503);
  EXPECT_EQ(draw("xai-image", "/v1/images/generations", R"({"model":"grok-imagine-image",)" + prompt), 200);
}

}  // namespace
}  // namespace darkroom::sandbox
