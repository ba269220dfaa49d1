#include "net/service_account.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/json.h"
#include "tests/support/service_account_file.h"

namespace darkroom::net {
namespace {

const test::ServiceAccountFile& file() {
  static const test::ServiceAccountFile made("https://oauth2.example/token");
  return made;
}

std::string decode_base64url(std::string text) {
  for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
  const std::size_t padding = (4 - text.size() % 4) % 4;
  text.append(padding, '=');
  std::string bytes(text.size() / 4 * 3, '\0');
  const int length =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  EXPECT_GE(length, 0);
  bytes.resize(bytes.size() - padding);
  return bytes;
}

std::vector<std::string> split_at_dots(const std::string& text) {
  std::vector<std::string> parts{""};
  for (const char c : text) {
    if (c == '.') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

bool verifies(EVP_PKEY* key, const std::string& text, const std::string& signature) {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, key);
  const int verdict =
      EVP_DigestVerify(context, reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                       reinterpret_cast<const unsigned char*>(text.data()), text.size());
  EVP_MD_CTX_free(context);
  return verdict == 1;
}

TEST(ServiceAccount, SignsWhatTheVendorChecks) {
  const auto account = parse_service_account(file().text());
  ASSERT_TRUE(account) << account.error().message;
  const auto assertion = make_assertion(*account, from_millis(1'790'000'000'999));
  ASSERT_TRUE(assertion);
  const std::vector<std::string> parts = split_at_dots(*assertion);
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_EQ(assertion->find_first_of("+/= "), std::string::npos);
  EXPECT_EQ(json::parse(decode_base64url(parts[0])).value(),
            json::parse(R"({"alg":"RS256","typ":"JWT","kid":"k1"})").value());
  EXPECT_EQ(json::parse(decode_base64url(parts[1])).value(),
            json::parse(R"({"iss":"painter@project.example","scope":"https://www.googleapis.com/auth/cloud-platform",)"
                        R"("aud":"https://oauth2.example/token","iat":1790000000,"exp":1790003600})")
                .value());
  EXPECT_TRUE(verifies(file().key(), parts[0] + "." + parts[1], decode_base64url(parts[2])));
  EXPECT_FALSE(verifies(file().key(), parts[0] + "x." + parts[1], decode_base64url(parts[2])));
  EXPECT_EQ(make_token_request("a.b"),
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=a.b");
}

TEST(ServiceAccount, SaysWhatAKeyFileLacksAndNeverWhatItHolds) {
  json::object good = json::parse_object(file().text()).value();
  const auto refusal = [&](std::string_view member, json::value value) {
    json::object bad = good;
    bad[member] = std::move(value);
    const auto account = parse_service_account(json::print(bad));
    EXPECT_FALSE(account) << member;
    return account ? std::string() : account.error().message;
  };
  EXPECT_NE(refusal("client_email", nullptr).find("client_email"), std::string::npos);
  EXPECT_NE(refusal("token_uri", "file:///x").find("token_uri"), std::string::npos);
  EXPECT_NE(refusal("private_key", 7).find("private_key"), std::string::npos);
  EXPECT_EQ(refusal("private_key", "-----BEGIN top secret").find("secret"), std::string::npos);
  EXPECT_FALSE(parse_service_account("AIza-top-secret"));
  EXPECT_FALSE(parse_service_account("{"));
}

TEST(ServiceAccount, ReadsTheVendorsAnswers) {
  const auto token = read_token_answer(200, R"({"access_token":"ya29.x","expires_in":3599,"token_type":"Bearer"})");
  ASSERT_TRUE(token);
  EXPECT_EQ(token->text.reveal(), "ya29.x");
  EXPECT_EQ(token->lasts, seconds(3599));

  struct Row {
    int status;
    const char* body;
    bool account_is_bad;
    const char* reason;
  };
  for (const Row& row : {
           Row{400, R"({"error":"invalid_grant","error_description":"Invalid JWT Signature."})", true, "invalid_grant"},
           Row{401, R"({"error":"invalid_client"})", true, "invalid_client"},
           Row{403, "<html>", true, "http_403"},
           Row{400, R"({"error":"Two Words\n"})", true, "http_400"},
           Row{404, "{}", true, "http_404"},
           Row{302, "", true, "http_302"},
           Row{429, R"({"error":"rate"})", false, "http_429"},
           Row{408, "", false, "http_408"},
           Row{500, "", false, "http_500"},
           Row{503, "{}", false, "http_503"},
           Row{200, "", false, "no token in the answer"},
           Row{200, R"({"access_token":"","expires_in":1})", false, "no token in the answer"},
           Row{200, R"({"access_token":"a b","expires_in":1})", false, "no token in the answer"},
           Row{200, R"({"access_token":"a","expires_in":0})", false, "no token in the answer"},
           Row{200, R"({"access_token":7,"expires_in":1})", false, "no token in the answer"},
       }) {
    const auto refused = read_token_answer(row.status, row.body);
    ASSERT_FALSE(refused) << row.status << row.body;
    EXPECT_EQ(refused.error().account_is_bad, row.account_is_bad) << row.status << row.body;
    EXPECT_EQ(refused.error().reason, row.reason) << row.status << row.body;
  }
}

}  // namespace
}  // namespace darkroom::net
