// Passwords, sessions, the limit on logins, the chain of the log, e-mail addresses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "people/audit.h"
#include "people/login_limiter.h"
#include "people/password.h"
#include "people/person.h"
#include "people/session.h"

namespace darkroom::people {
namespace {

using ::testing::MatchesRegex;
using ::testing::StartsWith;

constexpr WallTime kNow{milliseconds(1'800'000'000'000)};
constexpr SteadyTime kStart{std::chrono::hours(1)};

TEST(Password, IsKeptAsArgon2idAndKnownAgain) {
  const Secret hash = hash_password(Secret("correct horse battery")).value();
  EXPECT_THAT(std::string(hash.reveal()), StartsWith("$argon2id$v=19$m=19456,t=2,p=1$"));
  EXPECT_NE(hash, hash_password(Secret("correct horse battery")).value()) << "salted";
  EXPECT_TRUE(is_password(hash, Secret("correct horse battery")));
  for (const char* wrong : {"", "correct horse", "Correct horse battery", "correct horse battery "}) {
    EXPECT_FALSE(is_password(hash, Secret(wrong))) << wrong;
  }
  EXPECT_FALSE(is_password(Secret(), Secret("")));
  EXPECT_THAT(std::string(nobodys_hash().reveal()), StartsWith("$argon2id$v=19$m=19456,t=2,p=1$"));
  EXPECT_FALSE(is_password(Secret("no hash"), Secret("no hash")));
  EXPECT_FALSE(is_password(hash, Secret(std::string(kMostPasswordBytes + 1, 'x'))));
}

TEST(Password, HasAMeasure) {
  const auto is_fine = [](const std::string& text) { return check_new_password(Secret(text), "password").has_value(); };
  EXPECT_FALSE(is_fine("123456789"));
  EXPECT_TRUE(is_fine("1234567890"));
  EXPECT_FALSE(is_fine("一二三四五六七八九")) << "nine characters of three bytes";
  EXPECT_TRUE(is_fine("一二三四五六七八九十"));
  EXPECT_TRUE(is_fine(std::string(kMostPasswordBytes, 'x')));
  EXPECT_FALSE(is_fine(std::string(kMostPasswordBytes + 1, 'x')));
  EXPECT_EQ(check_new_password(Secret("x"), "password.new").error().field, "password.new");
}

TEST(Session, EndsIdleOrOld) {
  Session session;
  session.created_at = kNow;
  session.last_seen_at = kNow;
  EXPECT_TRUE(is_live(session, kNow));
  EXPECT_TRUE(is_live(session, kNow + kIdleAtMost - milliseconds(1)));
  EXPECT_FALSE(is_live(session, kNow + kIdleAtMost));
  session.last_seen_at = kNow + kLivesAtMost - seconds(1);
  EXPECT_TRUE(is_live(session, kNow + kLivesAtMost - milliseconds(1)));
  EXPECT_FALSE(is_live(session, kNow + kLivesAtMost));
  EXPECT_EQ(expires_at(session), kNow + kLivesAtMost);
}

TEST(Session, IsNotedAsSeenOnceAMinute) {
  Session session;
  session.last_seen_at = kNow;
  EXPECT_FALSE(is_seen_late(session, kNow + kSeenEvery - milliseconds(1)));
  EXPECT_TRUE(is_seen_late(session, kNow + kSeenEvery));
}

TEST(Session, TokensAreLongAndTellNothingOfEachOther) {
  SeededRandom random(1);
  const Secret token = make_token(random);
  EXPECT_THAT(std::string(token.reveal()), MatchesRegex("[A-Za-z0-9_-]{43}"));
  EXPECT_NE(token, make_token(random));
  EXPECT_THAT(csrf_token(token), MatchesRegex("[0-9a-f]{64}"));
  EXPECT_NE(csrf_token(token), print_hex(digest_of(token)));
  EXPECT_EQ(print_hex(sha256({"a", "bc"})), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(LoginLimiter, LimitsAnEmailWhereverTheTriesComeFrom) {
  LoginLimiter limiter;
  for (int i = 0; i < LoginLimiter::kOfEmail.burst; ++i) {
    EXPECT_FALSE(limiter.take("anna", std::to_string(i), kStart));
  }
  EXPECT_EQ(limiter.take("anna", "elsewhere", kStart), LoginLimiter::kOfEmail.every);
  EXPECT_FALSE(limiter.take("bert", "elsewhere", kStart));
  const SteadyTime later = kStart + LoginLimiter::kOfEmail.every;
  EXPECT_FALSE(limiter.take("anna", "elsewhere", later));
  EXPECT_TRUE(limiter.take("anna", "elsewhere", later));
}

TEST(LoginLimiter, LimitsAnAddressWhomeverItTries) {
  LoginLimiter limiter;
  for (int i = 0; i < LoginLimiter::kOfAddress.burst; ++i) {
    EXPECT_FALSE(limiter.take(std::to_string(i), "192.0.2.1", kStart));
  }
  EXPECT_EQ(limiter.take("anna", "192.0.2.1", kStart), LoginLimiter::kOfAddress.every);
  EXPECT_FALSE(limiter.take("anna", "192.0.2.2", kStart));
}

TEST(LoginLimiter, ARightPasswordCostsNothing) {
  LoginLimiter limiter;
  for (int i = 0; i < 100; ++i) {
    ASSERT_FALSE(limiter.take("anna", "192.0.2.1", kStart));
    limiter.give_back("anna", "192.0.2.1");
  }
}

TEST(LoginLimiter, KeepsABoundedTableAndTheWorstInIt) {
  LoginLimiter limiter;
  for (int i = 0; i < LoginLimiter::kOfEmail.burst; ++i) (void)limiter.take("anna", "192.0.2.1", kStart);
  for (std::size_t i = 0; i < LoginLimiter::kMostRows; ++i) {
    (void)limiter.take(std::to_string(i), std::to_string(i), kStart);
    ASSERT_LE(limiter.size(), LoginLimiter::kMostRows);
  }
  EXPECT_TRUE(limiter.take("anna", "192.0.2.9", kStart));
  const SteadyTime later = kStart + std::chrono::hours(2);
  for (std::size_t i = 0; i < LoginLimiter::kMostRows / 4; ++i) {
    EXPECT_FALSE(limiter.take("fresh" + std::to_string(i), "fresh" + std::to_string(i), later));
  }
  EXPECT_LE(limiter.size(), LoginLimiter::kMostRows / 2) << "whoever has a clean slate goes first";
}

AuditRow row(std::uint64_t number, const Digest& previous, Deed deed) {
  AuditRow row{number, std::move(deed), {}};
  row.digest = chain(previous, number, row.deed);
  return row;
}

TEST(Audit, EveryMemberCountsAndItsPlaceToo) {
  Deed deed;
  deed.action = "key.create";
  deed.target = "key_1";
  const Digest first = chain({}, 1, deed);
  EXPECT_EQ(first, chain({}, 1, deed));
  EXPECT_NE(first, chain({}, 2, deed));
  EXPECT_NE(first, chain(first, 1, deed));
  const std::vector<void (*)(Deed&)> changes = {[](Deed& d) { d.at = kNow; },
                                                [](Deed& d) { d.actor = UserId{}; },
                                                [](Deed& d) { d.actor_email = "x"; },
                                                [](Deed& d) { d.action = "x"; },
                                                [](Deed& d) { d.account = AccountId{}; },
                                                [](Deed& d) { d.account_name = "x"; },
                                                [](Deed& d) { d.target = "x"; },
                                                [](Deed& d) { d.before = "x"; },
                                                [](Deed& d) { d.after = "x"; },
                                                [](Deed& d) { d.address = "x"; },
                                                [](Deed& d) { d.request_id = "x"; },
                                                [](Deed& d) {
                                                  d.action = "key.createk";
                                                  d.target = "ey_1";
                                                }};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    Deed other = deed;
    changes[i](other);
    EXPECT_NE(first, chain({}, 1, other)) << i;
  }
}

TEST(Audit, ABreakOfTheChainIsFound) {
  std::vector<AuditRow> rows;
  Digest previous{};
  for (std::uint64_t number = 1; number <= 5; ++number) {
    Deed deed;
    deed.target = std::to_string(number);
    rows.push_back(row(number, previous, std::move(deed)));
    previous = rows.back().digest;
  }
  const auto first_bad = [](const std::vector<AuditRow>& all) {
    AuditCheck check;
    for (const AuditRow& one : all) check.add(one);
    return check.report().first_bad;
  };
  EXPECT_EQ(first_bad(rows), 0U);
  std::vector<AuditRow> altered = rows;
  altered[2].deed.after = "forged";
  EXPECT_EQ(first_bad(altered), 3U);
  altered[2].digest = chain(altered[1].digest, 3, altered[2].deed);
  EXPECT_EQ(first_bad(altered), 4U) << "its digest too, but not those behind it";
  std::vector<AuditRow> shorter = rows;
  shorter.erase(shorter.begin() + 1);
  EXPECT_EQ(first_bad(shorter), 3U);
}

TEST(Person, EmailsHaveOneForm) {
  EXPECT_EQ(read_email(" Anna@Example.ORG ").value(), "anna@example.org");
  EXPECT_EQ(read_email("ü@例子.公司").value(), "ü@例子.公司");
  for (const char* wrong : {"", "anna", "@host", "anna@", "a@b@c", "an na@host", "a@b\n", "<a@b>"}) {
    EXPECT_FALSE(read_email(wrong)) << wrong;
  }
  EXPECT_FALSE(read_email(std::string(kMostEmailBytes, 'a') + "@b"));
}

TEST(Person, AMembershipIsFoundByIdAndByName) {
  Person person;
  AccountId id;
  id.bytes[0] = 7;
  person.memberships.push_back({id, "studio", Role::owner});
  EXPECT_NE(person.find_membership(id.text()), nullptr);
  EXPECT_NE(person.find_membership("studio"), nullptr);
  EXPECT_EQ(person.find_membership("rival"), nullptr);
  EXPECT_EQ(person.find_membership(AccountId{}.text()), nullptr);
}

}  // namespace
}  // namespace darkroom::people
