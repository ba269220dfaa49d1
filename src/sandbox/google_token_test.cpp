// The statement that a service account really signs, told to the place that exchanges it.
#include "sandbox/google_token.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "net/service_account.h"
#include "tests/support/service_account_file.h"

namespace darkroom::sandbox {
namespace {

http::Request form(std::string body) {
  http::Request request;
  request.method = "POST";
  request.path = "/token";
  request.body = std::move(body);
  return request;
}

TEST(GoogleToken, ExchangesWhatAServiceAccountSigns) {
  SystemClock clock;
  SeededRandom random(7);
  const auto stand_in = make_google_token(clock, random);
  const auto exchange = [&](const std::string& uri, const std::string& email) {
    const auto account = net::parse_service_account(test::ServiceAccountFile(uri, email).text());
    const auto assertion = net::make_assertion(account.value(), clock.wall_now());
    const Reply reply = stand_in->answer(form(net::make_token_request(assertion.value())), "http://h/vertex/v1");
    return net::read_token_answer(reply.response.status,
                                  *std::get<std::shared_ptr<const std::string>>(reply.response.body));
  };
  const auto token = exchange("http://h/vertex/v1/token", "painter@project.example");
  ASSERT_TRUE(token) << token.error().reason;
  EXPECT_TRUE(token->text.reveal().starts_with("ya29."));
  EXPECT_EQ(token->lasts, seconds(3599));
  for (const auto& refused : {exchange("http://elsewhere/token", "painter@project.example"),
                              exchange("http://h/vertex/v1/token", "bad-painter@project.example")}) {
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, "invalid_grant");
  }
  for (const char* body :
       {"", "grant_type=password", "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer",
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=a.b.c"}) {
    EXPECT_EQ(stand_in->answer(form(body), "http://h").response.status, 400) << body;
  }
}

}  // namespace
}  // namespace darkroom::sandbox
